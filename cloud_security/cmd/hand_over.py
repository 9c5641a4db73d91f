# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage project hand-over``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import manage
from cloud_security.cmd import transfer
from cloud_security.compute import config
from cloud_security.compute import server_records


class HandOver(transfer.Transfer):
    """Give all servers of one user in a project to another user.

    After an interruption, or when servers were busy, run it again.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the users and the project."""
        parser = super().get_parser(prog_name)
        for name, metavar, text in (
            ('--from', 'USER', 'the user who leaves'),
            ('--to', 'USER', 'the new owner'),
            ('--project', 'PROJECT', 'the project'),
        ):
            parser.add_argument(
                name,
                dest=name.strip('-') + '_text',
                required=True,
                type=transfer.name_or_id,
                metavar=metavar,
                help=f'ID of {text}, or name where Keystone can be asked',
            )
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Hand the servers over."""
        found = self.prepare(parsed_args)
        with config.reading():
            project_id = found.project(parsed_args.project_text)
            from_id = found.user(parsed_args.from_text)
            to_id = found.new_owner(parsed_args.to_text, parsed_args.force)
            if from_id == to_id:
                raise manage.Nonsense('--from and --to are the same user.')
            servers = server_records.servers(from_id, to_id, project_id)
            unfinished = server_records.unfinished(from_id, project_id)
            if not servers and not unfinished:
                self.say('There are no servers to hand over.')
            return self.hand_over(
                servers, to_id, parsed_args, found, unfinished, [from_id]
            )
