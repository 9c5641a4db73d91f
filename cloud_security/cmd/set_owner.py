"""``cloud-security-manage server set-owner``."""

import argparse
import getpass
import os
from typing import Any
from typing import List
from typing import Sequence

from cloud_security import keystone as keystones
from cloud_security.cmd import manage
from cloud_security.compute import config
from cloud_security.compute import handover


class HandingOver(manage.Command):
    """What both commands do with a list of servers."""

    def get_parser(self, prog_name: str) -> Any:
        """Add what both have."""
        parser = super().get_parser(prog_name)
        config.add_arguments(parser)
        parser.add_argument(
            '--dry-run',
            action='store_true',
            help='show what would change, and change nothing',
        )
        return parser

    def hand_over(
        self,
        servers: List[handover.Server],
        user_id: str,
        is_dry_run: bool,
        unfinished: Sequence[str] = (),
    ) -> int:
        """Hand servers over, one after the other.

        :param unfinished: ids of more, which are still being made
        :returns: 0, or 1 when one was refused
        """
        for project_id in {server.project_id for server in servers}:
            self._check_role(user_id, project_id)
        refused = len(unfinished)
        total = len(servers) + len(unfinished)
        for number, server in enumerate(servers, 1):
            said = f'{number} of {total}: {server.server_id} {server.name}'
            try:
                self._one(server, user_id, is_dry_run, said)
            except handover.Refused as error:
                refused += 1
                self.app.stderr.write(f'{said}: {error}\n')
        for number, server_id in enumerate(unfinished, len(servers) + 1):
            self.app.stderr.write(
                f'{number} of {total}: {server_id}: It is still being made.\n'
            )
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

    def _one(
        self,
        server: handover.Server,
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

    def _check_role(self, user_id: str, project_id: str) -> None:
        keystone = keystones.connect()
        if keystone is None:
            self.app.stderr.write(
                'Keystone was not asked whether the new owner has a role in '
                f'{project_id}: no OS_ variables are set.\n'
            )
        elif not keystone.is_in_project(user_id, project_id):
            raise handover.Refused(
                f'{user_id} has no role in project {project_id}: he could '
                'not reach what is handed over. Nothing was changed.'
            )

    def say(self, text: str) -> None:
        self.app.stdout.write(f'{text}\n')


def _operator() -> str:
    """Return who runs this: who became root, or the account, or its number."""
    try:
        return os.environ.get('SUDO_USER') or getpass.getuser()
    except (KeyError, OSError):
        return f'uid {os.getuid()}'


def user_id(text: str) -> str:
    """Return an id of Keystone's; what Nova could not store is none.

    :raises argparse.ArgumentTypeError: when it can be none
    """
    if not 0 < len(text) <= 255 or not text.isprintable() or ' ' in text:
        raise argparse.ArgumentTypeError(f'{text!a} is no id')
    return text


class SetOwner(HandingOver):
    """Give one server to another user of its project."""

    def get_parser(self, prog_name: str) -> Any:
        """Add the server and the user."""
        parser = super().get_parser(prog_name)
        parser.add_argument('server', metavar='SERVER', help='id of a server')
        parser.add_argument(
            'user', type=user_id, metavar='USER', help='id of the new owner'
        )
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Hand it over."""
        config.load(parsed_args)
        config.keep_log()
        with config.reading():
            return self.hand_over(
                [handover.server(parsed_args.server)],
                parsed_args.user,
                parsed_args.dry_run,
            )
