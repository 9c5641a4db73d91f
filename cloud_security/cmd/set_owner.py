# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage server set-owner``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import transfer
from cloud_security.compute import config
from cloud_security.compute import server_records


class SetOwner(transfer.Transfer):
    """Give one server to another user of its project."""

    def get_parser(self, prog_name: str) -> Any:
        """Add the server and the user."""
        parser = super().get_parser(prog_name)
        parser.add_argument('server', metavar='SERVER', help='ID of a server')
        parser.add_argument(
            'user',
            type=transfer.name_or_id,
            metavar='USER',
            help='ID of the new owner, or name where Keystone can be asked',
        )
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Hand the server over."""
        found = self.prepare(parsed_args)
        with config.reading():
            server = server_records.server(parsed_args.server)
            user_id = found.new_owner(parsed_args.user, parsed_args.force)
            return self.hand_over([server], user_id, parsed_args, found)
