# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage server set-owner``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import server_transfer
from cloud_security.cmd import transfer
from cloud_security.cmd import volume_process


class SetOwner(server_transfer.ServerTransfer):
    """Give one server to another user of its project.

    With --with-volumes, the volumes of its owner that are attached to it go
    before it, with their snapshots and backups; volume hand-over tells which
    stay. If one is refused, the server stays, too.
    """

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
        with self.config.reading():
            server = self.records.server(parsed_args.server)
            user_id = found.new_owner(parsed_args.user, parsed_args.force)
            volumes = None
            if parsed_args.with_volumes and server.owner_id == user_id:
                self.say(
                    f'The volumes of {server.server_id} were not looked at: '
                    'the server has the new owner already, so name the former '
                    'one. Run cloud-security-manage volume hand-over --from '
                    f'USER --to {user_id} --project {server.project_id} '
                    f'--server {server.server_id} on a host of Cinder.'
                )
            elif parsed_args.with_volumes:
                volumes = volume_process.VolumeProcess(
                    self.app,
                    parsed_args,
                    volume_process.Users(
                        server.owner_id, user_id, server.project_id
                    ),
                )
            return self.hand_over(
                [server], user_id, parsed_args, found, volumes=volumes
            )
