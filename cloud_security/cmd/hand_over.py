# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage project hand-over``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import server_transfer
from cloud_security.cmd import transfer
from cloud_security.cmd import volume_process


class HandOver(server_transfer.ServerTransfer):
    """Give all servers of one user in a project to another user.

    With --with-volumes, what the user has in Cinder goes before them, save
    what is attached to servers that are refused for now. After an
    interruption, or when servers or volumes were busy, run it again.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the users and the project."""
        parser = super().get_parser(prog_name)
        transfer.add_users(parser)
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Hand the servers over."""
        found = self.prepare(parsed_args)
        with self.config.reading():
            from_id, to_id, project_id = transfer.users(parsed_args, found)
            servers = self.records.servers(from_id, to_id, project_id)
            unfinished = self.records.unfinished(from_id, project_id)
            volumes = None
            if parsed_args.with_volumes:
                if not servers:
                    self.check_role(found, to_id, project_id)
                volumes = volume_process.VolumeProcess(
                    self.app,
                    parsed_args,
                    volume_process.Users(from_id, to_id, project_id),
                    is_all=True,
                )
            if not servers and not unfinished:
                self.say('There are no servers to hand over.')
            return self.hand_over(
                servers,
                to_id,
                parsed_args,
                found,
                unfinished,
                [from_id],
                volumes,
            )
