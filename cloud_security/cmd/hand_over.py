# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage project hand-over``."""

from __future__ import annotations

from collections.abc import Sequence
import json
import logging
from typing import Any

from cloud_security.audit import events
from cloud_security.cmd import companions
from cloud_security.cmd import server_transfer
from cloud_security.cmd import service_process
from cloud_security.cmd import transfer
from cloud_security.deploy import apis
from cloud_security.trace import owners

LOG = logging.getLogger(__name__)


class HandOver(server_transfer.ServerTransfer):
    """Give all servers of one user in a project to another user.

    With --with-volumes, what the user has in Cinder goes before them, with
    --with-images what the user has in Glance, and with --with-ports what the
    user has in Neutron, security groups too, save what belongs to servers
    that are refused for now. --with-all is all of these that this host has.
    After an interruption, or when something was busy, run it again. The
    command logs a record at its end, which says whether everything went.
    """

    source = owners.HAND_OVER

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
            users = service_process.Users(from_id, to_id, project_id)
            processes = [
                service_process.ServiceProcess(
                    room, self.app, parsed_args, users, is_all=True
                )
                for room in companions.chosen(parsed_args, self.app)
            ]
            if processes and not servers:
                self.check_role(found, to_id, project_id)
            if not servers and not unfinished:
                self.say('There are no servers to hand over.')
            code = self.hand_over(
                servers,
                to_id,
                parsed_args,
                found,
                unfinished,
                [from_id],
                processes,
            )
            if not parsed_args.dry_run:
                self._record(users, processes, code == 0)
            return code

    def _record(
        self,
        users: service_process.Users,
        processes: Sequence[service_process.ServiceProcess],
        is_complete: bool,
    ) -> None:
        """Log the record of this run, one for all services."""
        record = {
            'by': transfer.operator(),
            'from_user_id': users.from_id,
            'to_user_id': users.to_id,
            'project_id': users.project_id,
            'services': [
                apis.NOVA.name,
                *(process.service.name for process in processes),
            ],
            'is_complete': is_complete,
        }
        LOG.info(
            '%s %s',
            events.PROJECT_HANDED_OVER,
            json.dumps(record, sort_keys=True),
        )
