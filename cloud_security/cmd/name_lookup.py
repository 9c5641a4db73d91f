# SPDX-License-Identifier: Apache-2.0
"""IDs for the names that an operator types.

A name in the place of an ID would give a server to nobody, and foretell
answers that no caller gets. So Keystone says which ID a name has. Where it
cannot be asked, only an ID is taken.
"""

from __future__ import annotations

import argparse
from typing import Any
from typing import Optional

from cloud_security import keystone as keystones
from cloud_security.cmd import service_choice
from cloud_security.deploy import apis

#: Behind sentences about something that only Keystone could tell.
_ASK = 'set the OS_ variables, so that Keystone can be asked'


class Refused(Exception):
    """A name or an ID means nobody; the message says what to do."""


class Names:
    """Looks names up, in Keystone where the environment names one."""

    def __init__(
        self,
        keystone: Optional[keystones.Keystone],
        known_ids: Any = None,
        service: str = apis.NOVA.name,
    ) -> None:
        """Begin.

        :param keystone: None where it cannot be asked
        :param known_ids: the service's module of that name, by default Nova's
        :param service: the name of the service
        """
        self.keystone = keystone
        self._service = service
        self._known = known_ids
        if known_ids is None:
            [self._known] = service_choice.rooms(apis.NOVA, 'known_ids')

    def user(self, text: str) -> str:
        """Return the ID of a user who exists or was here.

        :raises Refused: when neither Keystone nor the service knows this user
        """
        found = self.keystone and self.keystone.user(text)
        if found:
            return found.id
        if self._known.knows_user(text):
            return text
        raise self._unknown('user', text, self._known.has_shape_of_user(text))

    def project(self, text: str) -> str:
        """Return the ID of a project that exists or had servers.

        :raises Refused: when neither Keystone nor the service knows it
        """
        found = self.keystone and self.keystone.project(text)
        if found:
            return found.id
        if self._known.knows_project(text):
            return text
        raise self._unknown(
            'project', text, self._known.has_shape_of_project(text)
        )

    def caller(self, user: str, project: str) -> tuple[str, str]:
        """Return the IDs of a user and a project, who may be new.

        Without Keystone, an ID is enough that looks like one of this cloud.

        :raises Refused: when one is a name, or Keystone does not know it
        """
        ids = []
        for text, look_up, has_shape in (
            (user, self.user, self._known.has_shape_of_user),
            (project, self.project, self._known.has_shape_of_project),
        ):
            if self.keystone is None and has_shape(text):
                ids.append(text)
            else:
                ids.append(look_up(text))
        return ids[0], ids[1]

    def new_owner(self, text: str, is_forced: bool) -> str:
        """Return the ID of a user who can get servers.

        :param is_forced: without Keystone, the operator vouches for the ID
        :raises Refused: when Keystone does not know this user, or cannot be
            asked
        """
        if self.keystone is None:
            if not self._known.has_shape_of_user(text):
                raise self._unknown('user', text, has_shape=False)
            if not is_forced:
                raise Refused(
                    'Keystone was not asked whether there is a user with the '
                    f'ID {text} and a role in the project, who alone could '
                    f'reach what is handed over: {_ASK}, or vouch for it '
                    'with --force. Nothing was changed.'
                )
            return text
        found = self.keystone.user(text)
        if found is None:
            raise Refused(
                f'Keystone knows no user with the name or ID {text}. Nothing '
                'was changed.'
            )
        if not found.is_enabled:
            raise Refused(
                f'The user {found.name} ({found.id}) is disabled in Keystone '
                'and could not reach what is handed over: enable this user, '
                'or choose another. Nothing was changed.'
            )
        return found.id

    def _unknown(self, kind: str, text: str, has_shape: bool) -> Refused:
        if self.keystone:
            return Refused(
                f'Keystone knows no {kind} with the name or ID {text}, and '
                f'{self._service} has nothing of it. Nothing was changed.'
            )
        if not has_shape:
            return Refused(
                f'{text} does not look like the ID of a {kind} of this '
                f'cloud: give the ID, or {_ASK} for the name. Nothing was '
                'changed.'
            )
        return Refused(
            f'{self._service} has nothing of a {kind} with the ID {text}, and '
            f'Keystone was not asked: mend the ID, or {_ASK}. Nothing was '
            'changed.'
        )


def name_or_id(text: str) -> str:
    """Return a name or an ID; what no service could store is none.

    :raises argparse.ArgumentTypeError: when it can be none
    """
    if not 0 < len(text) <= 255 or not text.isprintable() or text.isspace():
        raise argparse.ArgumentTypeError(f'{text!a} is no name and no ID')
    return text
