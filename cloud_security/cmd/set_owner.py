# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage server set-owner``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import companions
from cloud_security.cmd import server_transfer
from cloud_security.cmd import service_process
from cloud_security.cmd import transfer
from cloud_security.trace import owners


class SetOwner(server_transfer.ServerTransfer):
    """Give one server to another user of its project.

    With --with-volumes, the volumes of its owner that are attached to it go
    before it, with their snapshots and backups; volume hand-over tells which
    stay. With --with-images, the images of the server go before it: the new
    owner of a shelved server needs them. With --with-ports, the ports of its
    owner on it go before it, and the floating IPs on them; security groups
    stay, and the new owner sees those on the ports. If one is refused, the
    server stays, too.
    """

    source = owners.SET_OWNER

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
            processes = []
            for room in companions.chosen(parsed_args, self.app):
                if server.owner_id == user_id:
                    self.say(
                        f'The {room.things} of {server.server_id} were not '
                        'looked at: the server has the new owner already, so '
                        'name the former one. Run cloud-security-manage '
                        f'{" ".join(room.command)} --from USER --to {user_id} '
                        f'--project {server.project_id} --server '
                        f'{server.server_id} on a host of {room.name}.'
                    )
                    continue
                users = service_process.Users(
                    server.owner_id, user_id, server.project_id
                )
                processes.append(
                    service_process.ServiceProcess(
                        room, self.app, parsed_args, users
                    )
                )
            return self.hand_over(
                [server], user_id, parsed_args, found, processes=processes
            )
