# SPDX-License-Identifier: Apache-2.0
"""A transfer of servers to another owner, one by one, with its complaints.

``server set-owner`` and ``project hand-over`` differ in the servers alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
import getpass
import os
from typing import Any
from typing import Optional

from cloud_security import keystone as keystones
from cloud_security.cmd import manage
from cloud_security.cmd import name_lookup
from cloud_security.compute import config
from cloud_security.compute import handover
from cloud_security.compute import request_specs
from cloud_security.compute import server_records

name_or_id = name_lookup.name_or_id


class Transfer(manage.Command):
    """Gives servers to a user who can reach them."""

    def get_parser(self, prog_name: str) -> Any:
        """Add the options of both commands."""
        parser = super().get_parser(prog_name)
        config.add_arguments(parser)
        manage.add_dry_run(parser)
        parser.add_argument(
            '--force',
            action='store_true',
            help='where Keystone cannot be asked, take the ID of the new '
            'owner as it is: a wrong one leaves the server to nobody',
        )
        return parser

    def prepare(self, parsed_args: Any) -> name_lookup.Names:
        """Read nova.conf, keep the log, and return a look-up of names."""
        config.load(parsed_args)
        config.keep_log()
        return name_lookup.Names(keystones.connect())

    def hand_over(
        self,
        servers: list[server_records.Server],
        user_id: str,
        parsed_args: Any,
        found: name_lookup.Names,
        unfinished: Sequence[str] = (),
        leavers: Iterable[str] = (),
    ) -> int:
        """Hand servers over, one after the other.

        :param found: the look-up that gave the user's ID
        :param unfinished: IDs of more, which Nova still creates
        :param leavers: IDs of users whose servers an interrupted run took
        :returns: 0, or 1 when one was refused
        :raises Refused: when the new owner has no role in a project
        """
        for project_id in sorted({server.project_id for server in servers}):
            self._check_role(found, user_id, project_id)
        refused = len(unfinished)
        total = len(servers) + len(unfinished)
        for number, server in enumerate(servers, 1):
            said = f'{number} of {total}: {server.server_id} {server.name}'
            try:
                self._one(server, user_id, parsed_args.dry_run, said)
            except server_records.Unavailable as error:
                refused += 1
                self.app.stderr.write(f'{said}: {error}\n')
        for number, server_id in enumerate(unfinished, len(servers) + 1):
            self.app.stderr.write(
                f'{number} of {total}: {server_id}: It is still being made.\n'
            )
        if not parsed_args.dry_run:
            # Nova shows a server's hints to its owner, and compares them.
            # All servers have their owners now: those that went together
            # may name each other.
            self._lose_hints(user_id, [one.server_id for one in servers], True)
            owners = {server.owner_id for server in servers}
            for owner_id in sorted(owners.union(leavers) - {user_id}):
                self._lose_hints(owner_id)
        if servers:
            self.say('Not handed over, if there is any:')
            for what in handover.STAYS:
                self.say(f'- {what}')
        if refused:
            self.app.stderr.write(
                f'{refused} of {total} servers were refused: run the '
                'same command again.\n'
            )
        return 1 if refused else 0

    def say(self, text: str) -> None:
        """Print a line."""
        self.app.stdout.write(f'{text}\n')

    def _one(
        self,
        server: server_records.Server,
        user_id: str,
        is_dry_run: bool,
        said: str,
    ) -> None:
        if server.is_owned_by(user_id):
            self.say(f'{said} is theirs already')
        elif is_dry_run:
            self.say(f'{said} would be handed over by {server.owner_id}')
        else:
            handover.hand_over(server, user_id, _operator())
            self.say(f'{said} is handed over')

    def _lose_hints(
        self,
        owner_id: str,
        server_ids: Optional[Sequence[str]] = None,
        drops: bool = False,
    ) -> None:
        """Neutralize stored scheduler hints on servers of other owners."""
        for found in request_specs.neutralize(owner_id, server_ids, drops):
            self.say(
                f'{found.server_id} of {owner_id} lost its scheduler hints '
                f'on {", ".join(sorted(found.named))}'
            )

    def _check_role(
        self, found: name_lookup.Names, user_id: str, project_id: str
    ) -> None:
        if found.keystone is None:
            self.app.stderr.write(
                'Keystone was not asked whether the new owner has a role in '
                f'{project_id}: no OS_ variables are set.\n'
            )
        elif not found.keystone.is_in_project(user_id, project_id):
            raise handover.Refused(
                f'{user_id} has no role in project {project_id} and could '
                'not reach what is handed over: assign one. Nothing was '
                'changed.'
            )


def _operator() -> str:
    """Return who runs this: who became root, or the account, or its number."""
    try:
        return os.environ.get('SUDO_USER') or getpass.getuser()
    except (KeyError, OSError):
        return f'uid {os.getuid()}'
