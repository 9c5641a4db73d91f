# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage hints neutralize``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import manage
from cloud_security.cmd import service_choice
from cloud_security.deploy import apis
from cloud_security.deploy import config_options


class NeutralizeHints(manage.Command):
    """Keep stored scheduler hints from reaching servers of other owners.

    Nova stores the hints of each server and compares them again when it moves
    the server. Run this before you enforce, after a time without the filter
    or in monitor mode, and after hand-overs. Servers of managers lose hints
    on servers of others, too.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the options to remove hints, and to write nothing."""
        parser = super().get_parser(prog_name)
        config_options.add(parser)
        parser.add_argument(
            '--drop',
            action='store_true',
            help='remove such hints: their owners no longer see them, and a '
            'server with same_host finds a host again',
        )
        manage.add_dry_run(parser)
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Neutralize the hints of one server after the other.

        :raises Absent: when this Python has no Nova
        """
        config, request_specs = service_choice.sole_room(
            apis.NOVA, 'config', 'request_specs'
        )
        config.load(parsed_args)
        loses = 'would lose' if parsed_args.dry_run else 'lost'
        count = 0
        with config.reading():
            for found in request_specs.foreign(drops=parsed_args.drop):
                if not parsed_args.dry_run:
                    request_specs.write(found)
                count += 1
                self.app.stdout.write(
                    f'{found.server_id} of {found.owner_id}: {loses} its '
                    f'hints on {", ".join(sorted(found.named))}\n'
                )
        self.app.stdout.write(
            f'Servers with hints on servers of other owners: {count}.\n'
        )
        return 0
