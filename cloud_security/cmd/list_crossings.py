# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage volume crossings``."""

from __future__ import annotations

import collections
from typing import Any
from typing import Optional

from cliff import lister

from cloud_security import keystone as keystones
from cloud_security.cmd import manage
from cloud_security.cmd import name_lookup
from cloud_security.cmd import service_choice
from cloud_security.deploy import apis
from cloud_security.deploy import config_options


class ListCrossings(manage.Command, lister.Lister):
    """Count what crosses owners in Cinder.

    Run this before you enforce. It counts snapshots and backups of volumes of
    other owners, volumes in groups of other owners, group snapshots of such
    groups, volumes with a pending transfer, and volumes that are attached to
    servers of other owners. Nova alone knows the owners of servers: set
    OS_AUTH_URL, OS_USERNAME and so on, of an admin, so that the command can
    ask. It changes nothing.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the project, and whether to list each."""
        parser = super().get_parser(prog_name)
        config_options.add(parser)
        parser.add_argument(
            '--project',
            type=name_lookup.name_or_id,
            metavar='PROJECT',
            help='ID of the only project to look at, or name where Keystone '
            'can be asked (default: all)',
        )
        parser.add_argument(
            '--details',
            action='store_true',
            help='list each crossing, with IDs and owners',
        )
        return parser

    def take_action(
        self, parsed_args: Any
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of a table.

        :raises Absent: when this Python has no Cinder
        """
        config, crossings, known_ids = service_choice.sole_room(
            apis.CINDER, 'config', 'crossings', 'known_ids'
        )
        config.load(parsed_args)
        keystone = keystones.connect()
        with config.reading():
            names = name_lookup.Names(keystone, known_ids, apis.CINDER.name)
            project_id = None
            if parsed_args.project:
                project_id = names.project(parsed_args.project)
            found = list(
                crossings.found(
                    project_id, self._server_owners(keystone, project_id)
                )
            )
        if parsed_args.details:
            return list(crossings.Crossing._fields), [*map(tuple, found)]
        counts = collections.Counter(one.kind for one in found)
        return ['kind', 'count'], [*counts.items()]

    def _server_owners(
        self, keystone: Optional[keystones.Keystone], project_id: Optional[str]
    ) -> Optional[dict[str, str]]:
        """Return the owners of servers, None where nobody tells them."""
        why = 'no OS_ variables are set'
        try:
            if keystone is not None:
                return keystone.server_owners(project_id)
        except keystones.Unknown as error:
            why = str(error)
        self.app.stderr.write(
            'The owners of servers were not looked at, so volumes on servers '
            f"of other owners are not counted ({why}): set the admin's OS_ "
            'variables for that.\n'
        )
        return None
