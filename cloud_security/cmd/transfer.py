# SPDX-License-Identifier: Apache-2.0
"""A transfer of things to another owner, in whichever service.

Imports no service, which a host need not have.
"""

from __future__ import annotations

import getpass
import os
from typing import Any

from cloud_security.cmd import manage
from cloud_security.cmd import name_lookup
from cloud_security.deploy import config_options

name_or_id = name_lookup.name_or_id


class Transfer(manage.Command):
    """Gives things to a user who can reach them."""

    def get_parser(self, prog_name: str) -> Any:
        """Add the options of all such commands."""
        parser = super().get_parser(prog_name)
        config_options.add(parser)
        manage.add_dry_run(parser)
        parser.add_argument(
            '--force',
            action='store_true',
            help='where Keystone cannot be asked, take the ID of the new '
            'owner as it is: a wrong one leaves the things to nobody',
        )
        return parser

    def say(self, text: str) -> None:
        """Print a line."""
        self.app.stdout.write(f'{text}\n')

    def sum_up(
        self, name: str, gone: int, stay: int, refused: int, is_dry_run: bool
    ) -> None:
        """Print how many things of a service went, stay and were refused."""
        done = 'would be handed' if is_dry_run else 'handed'
        self.say(
            f'{name}: {gone} {done} over, {stay} stay, {refused} refused.'
        )

    def check_role(
        self, found: name_lookup.Names, user_id: str, project_id: str
    ) -> None:
        """Refuse a new owner who could not reach what is handed over.

        :raises Refused: when the user has no role in the project
        """
        if found.keystone is None:
            self.app.stderr.write(
                'Keystone was not asked whether the new owner has a role in '
                f'{project_id}: no OS_ variables are set.\n'
            )
        elif not found.keystone.is_in_project(user_id, project_id):
            raise name_lookup.Refused(
                f'{user_id} has no role in project {project_id} and could '
                'not reach what is handed over: assign one. Nothing was '
                'changed.'
            )


def add_users(parser: Any) -> None:
    """Add the users and the project of a hand-over."""
    for name, metavar, text in (
        ('--from', 'USER', 'the user who leaves'),
        ('--to', 'USER', 'the new owner'),
        ('--project', 'PROJECT', 'the project'),
    ):
        parser.add_argument(
            name,
            dest=name.strip('-') + '_text',
            required=True,
            type=name_or_id,
            metavar=metavar,
            help=f'ID of {text}, or name where Keystone can be asked',
        )


def users(parsed_args: Any, found: name_lookup.Names) -> tuple[str, str, str]:
    """Return the IDs of the user who leaves, the new owner and the project.

    :raises Nonsense: when both users are the same
    :raises Refused: when a name or an ID means nobody
    """
    project_id = found.project(parsed_args.project_text)
    from_id = found.user(parsed_args.from_text)
    to_id = found.new_owner(parsed_args.to_text, parsed_args.force)
    if from_id == to_id:
        raise manage.Nonsense('--from and --to are the same user.')
    return from_id, to_id, project_id


def operator() -> str:
    """Return who runs this: who became root, or the account, or its number."""
    try:
        return os.environ.get('SUDO_USER') or getpass.getuser()
    except (KeyError, OSError):
        return f'uid {os.getuid()}'
