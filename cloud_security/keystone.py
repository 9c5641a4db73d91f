"""What Keystone is asked, with the usual OS_ variables or clouds.yaml.

Only commands ask; a request never does.
"""

import contextlib
import os
from typing import Any
from typing import Iterator
from typing import NamedTuple
from typing import Optional
from typing import Tuple

import openstack

#: Without any of these, no Keystone is meant.
VARIABLES = ('OS_CLOUD', 'OS_AUTH_URL', 'OS_AUTH_TYPE', 'OS_USERNAME')


class Unknown(Exception):
    """Keystone did not tell; the message says why."""


class Caller(NamedTuple):
    """What a token says of who has it."""

    user_id: str
    project_id: str
    roles: Tuple[str, ...]


class Keystone:
    """A Keystone and the account with which it is asked."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def caller(self) -> Caller:
        """Return who asks.

        :raises Unknown: when there is no token, or none for a project
        """
        session = self._connection.session
        with asking('Keystone gave no token'):
            access = session.auth.get_access(session)
        if not access.project_id:
            raise Unknown(
                'The token is not for a project: set OS_PROJECT_NAME.'
            )
        return Caller(
            access.user_id, access.project_id, tuple(access.role_names)
        )

    def knows_role(self, name: str) -> bool:
        """Tell whether there is a role of this name.

        :raises Unknown: when the account may not ask
        """
        with asking('Keystone does not tell'):
            return bool(list(self._connection.identity.roles(name=name)))

    def knows(self, kind: str, identifier: str) -> bool:
        """Tell whether there is a project, user or domain with this ID.

        :param kind: ``project``, ``user`` or ``domain``
        :raises Unknown: when the account may not ask
        """
        get = getattr(self._connection.identity, f'get_{kind}')
        with asking('Keystone does not tell'):
            try:
                get(identifier)
            except openstack.exceptions.NotFoundException:
                return False
            return True

    def is_in_project(self, user_id: str, project_id: str) -> bool:
        """Tell whether a user has a role in a project, also by a group.

        :raises Unknown: when the account may not ask
        """
        with asking('Keystone does not tell'):
            found = self._connection.identity.role_assignments(
                user_id=user_id, scope_project_id=project_id, effective=True
            )
            return bool(list(found))


def connect() -> Optional[Keystone]:
    """Return the Keystone of the environment, None where it names none.

    :raises Unknown: when what it names is not complete
    """
    if not any(map(os.environ.get, VARIABLES)):
        return None
    with asking('Mend the OS_ variables'):
        return Keystone(openstack.connect())


@contextlib.contextmanager
def asking(what_if_not: str) -> Iterator[None]:
    """Make what the SDK raises an Unknown."""
    try:
        yield
    except Exception as error:
        # The SDK raises what it likes, Exception itself too.
        why = ' '.join(str(error).split())
        raise Unknown(f'{what_if_not}: {why}') from error
