# SPDX-License-Identifier: Apache-2.0
"""Questions to Keystone, with OS_ variables or clouds.yaml.

One more is for Nova, and one for Cinder.

Only commands ask; a request never does.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import os
import re
from typing import Any
from typing import NamedTuple
from typing import Optional

import openstack
from openstack import exceptions

#: Without any of these, the environment names no Keystone.
VARIABLES = ('OS_CLOUD', 'OS_AUTH_URL', 'OS_AUTH_TYPE', 'OS_USERNAME')
#: IDs that Keystone and its drivers make; anything else can only be a name.
_ID = re.compile(r'[\w@.-]{1,255}')


class Unknown(Exception):
    """Keystone gave no answer; the message says why."""


class Caller(NamedTuple):
    """The user, the project and the roles of a token."""

    user_id: str
    project_id: str
    roles: tuple[str, ...]


class Found(NamedTuple):
    """A user or a project of Keystone's."""

    id: str
    name: str
    is_enabled: bool


class Keystone:
    """A Keystone, and the account that asks it."""

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
            roles = list(self._connection.identity.roles(name=name))
        # Databases compare without regard to accents, oslo.policy does not.
        return any(str(role.name).lower() == name.lower() for role in roles)

    def is_in_project(self, user_id: str, project_id: str) -> bool:
        """Tell whether a user has a role in a project, also by a group.

        :raises Unknown: when the account may not ask
        """
        with asking('Keystone does not tell'):
            found = self._connection.identity.role_assignments(
                user_id=user_id, scope_project_id=project_id, effective=True
            )
            return bool(list(found))

    def user(self, text: str) -> Optional[Found]:
        """Return the user with this ID or name, in whichever domain.

        :raises Unknown: when there are several, or the account may not ask
        """
        return self._find('user', text)

    def project(self, text: str) -> Optional[Found]:
        """Return the project with this ID or name, in whichever domain.

        :raises Unknown: when there are several, or the account may not ask
        """
        return self._find('project', text)

    def knows(self, kind: str, identifier: str) -> bool:
        """Tell whether there is a project, user or domain with this ID.

        :param kind: ``project``, ``user`` or ``domain``
        :raises Unknown: when the account may not ask
        """
        found = self._get(kind, identifier)
        # Databases compare without regard to case, oslo.policy does not.
        return found is not None and found.id == identifier

    def user_name(self, user_id: str) -> Optional[str]:
        """Return a user's name; None for a user who is gone.

        :raises Unknown: when the account may not ask
        """
        found = self._get('user', user_id)
        return found and found.name

    def project_name(self, project_id: str) -> Optional[str]:
        """Return a project's name; None for a project that is gone.

        :raises Unknown: when the account may not ask
        """
        found = self._get('project', project_id)
        return found and found.name

    def server_owners(self, project_id: Optional[str]) -> dict[str, str]:
        """Return the owners of servers, as Nova tells this account.

        :param project_id: of the servers; None for those of all projects
        :returns: ``{server_id: user ID}``
        :raises Unknown: when the account may not ask for all servers
        """
        query = {'project_id': project_id} if project_id else {}
        with asking('Nova does not tell'):
            return {
                str(server.id): str(server.user_id)
                for server in self._connection.compute.servers(
                    details=True, all_projects=True, **query
                )
            }

    def volume_sizes(
        self, project_id: Optional[str]
    ) -> dict[tuple[str, str], int]:
        """Return the sizes of volumes, as Cinder tells this account.

        :param project_id: of the volumes; None for those of all projects
        :returns: ``{(project ID, user ID): GiB of all volumes}``
        :raises Unknown: when the account is no admin, or Cinder is silent
        """
        # Cinder shows others their own project, and refuses nothing.
        # Source: cinder/volume/api.py API.get_all, Cinder 24 to 29.
        if 'admin' not in map(str.lower, self.caller().roles):
            raise Unknown(
                'Cinder tells the volumes of all projects to an admin alone, '
                'and this account has no role admin'
            )
        query = {'project_id': project_id} if project_id else {}
        sizes: dict[tuple[str, str], int] = {}
        with asking('Cinder does not tell'):
            for volume in self._connection.block_storage.volumes(
                details=True, all_projects=True, **query
            ):
                if not volume.project_id:
                    raise Unknown(
                        'its policy hides os-vol-tenant-attr:tenant_id, the '
                        'projects of volumes, from this account'
                    )
                key = str(volume.project_id), str(volume.user_id)
                sizes[key] = sizes.get(key, 0) + int(volume.size)
        return {
            key: size
            for key, size in sizes.items()
            if project_id in (None, key[0])
        }

    def _find(self, kind: str, text: str) -> Optional[Found]:
        with asking('Keystone does not tell'):
            listed = getattr(self._connection.identity, f'{kind}s')
            found = {one.id: one for one in map(_found, listed(name=text))}
        by_id = self._get(kind, text)
        if by_id:
            found[by_id.id] = by_id
        if len(found) > 1:
            raise Unknown(
                f'Keystone knows several of the name {text}: give the ID, '
                f'one of {", ".join(sorted(found))}'
            )
        return next(iter(found.values()), None)

    def _get(self, kind: str, text: str) -> Optional[Found]:
        if not _ID.fullmatch(text) or not text.strip('.'):
            return None
        with asking('Keystone does not tell'):
            get = getattr(self._connection.identity, f'get_{kind}')
            try:
                return _found(get(text))
            except exceptions.NotFoundException:
                return None


def connect() -> Optional[Keystone]:
    """Return the Keystone of the environment, None where it names none.

    :raises Unknown: when the variables are not complete
    """
    found = connection()
    return None if found is None else Keystone(found)


def connection() -> Optional[Any]:
    """Return the SDK's connection, None where the environment names none.

    :raises Unknown: when the variables are not complete
    """
    if not any(map(os.environ.get, VARIABLES)):
        return None
    with asking('Mend the OS_ variables'):
        return openstack.connect()


@contextlib.contextmanager
def asking(complaint: str) -> Iterator[None]:
    """Turn whatever the SDK raises into an Unknown."""
    try:
        yield
    except Exception as error:
        # The SDK raises what it likes, Exception itself too.
        why = ' '.join(str(error).split())
        raise Unknown(f'{complaint}: {why}') from error


def _found(resource: Any) -> Found:
    return Found(
        str(resource.id), str(resource.name), resource.is_enabled is not False
    )
