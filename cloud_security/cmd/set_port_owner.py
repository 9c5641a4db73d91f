# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage network set-owner``."""

from __future__ import annotations

from typing import Any
from typing import Optional

from cloud_security import keystone as keystones
from cloud_security.audit import printable
from cloud_security.cmd import manage
from cloud_security.cmd import name_lookup
from cloud_security.cmd import service_choice
from cloud_security.cmd import transfer
from cloud_security.deploy import apis


class SetPortOwner(transfer.Transfer):
    """Give a port to a user of its project, or to the project.

    The same for a floating IP, a security group or an address group. A server
    that is handed over takes ports and floating IPs along with --with-ports.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the thing, and the user or the project."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'thing',
            type=transfer.name_or_id,
            metavar='ID',
            help='ID of a port, floating IP, security group or address group',
        )
        parser.add_argument(
            'user',
            nargs='?',
            type=transfer.name_or_id,
            metavar='USER',
            help='ID of the new owner, or name where Keystone can be asked',
        )
        parser.add_argument(
            '--to-project',
            action='store_true',
            help='let it belong to the project, whose members all see and '
            'change it',
        )
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Give it away.

        :raises Absent: when this Python has no Neutron
        :raises Nonsense: when user and project are both named, or neither
        :raises Refused: when there is no such thing, or no such user
        """
        if bool(parsed_args.user) == parsed_args.to_project:
            raise manage.Nonsense('Name either a user or --to-project.')
        config, adoption, known_ids = service_choice.sole_room(
            apis.NEUTRON, 'config', 'adoption', 'known_ids'
        )
        config.load(parsed_args)
        config.keep_log()
        with config.reading():
            one = adoption.thing(parsed_args.thing)
            if one is None:
                raise name_lookup.Refused(
                    'Neutron has no port, floating IP, security group or '
                    'address group with the ID '
                    f'{printable.clean(parsed_args.thing)}. Nothing was '
                    'changed.'
                )
            if one.is_projects and parsed_args.user:
                raise name_lookup.Refused(
                    f"{printable.clean(str(one))} is the project's: all "
                    'members see it, whoever owns it. Nothing was changed.'
                )
            user_id = self._user_id(parsed_args, known_ids, one)
            if not parsed_args.dry_run:
                adoption.give(one, user_id, transfer.operator())
        done = 'would go' if parsed_args.dry_run else 'goes'
        to = printable.clean(user_id) if user_id else 'the project'
        self.say(f'{printable.clean(str(one))} {done} to {to}')
        return 0

    def _user_id(
        self, parsed_args: Any, known_ids: Any, one: Any
    ) -> Optional[str]:
        """Return the ID of the new owner, None for the project."""
        if parsed_args.to_project:
            return None
        found = name_lookup.Names(
            keystones.connect(), known_ids, apis.NEUTRON.name
        )
        user_id = found.new_owner(parsed_args.user, parsed_args.force)
        self.check_role(found, user_id, one.project_id)
        return user_id
