# SPDX-License-Identifier: Apache-2.0
"""Adoption: what a service has from before goes to the owners of servers."""

from __future__ import annotations

import abc
from typing import Any
from typing import Optional

from cloud_security import keystone as keystones
from cloud_security.cmd import manage
from cloud_security.cmd import name_lookup
from cloud_security.cmd import service_choice
from cloud_security.deploy import apis
from cloud_security.deploy import config_options

#: Behind complaints about Nova or Keystone.
_MEND = (
    "set the OS_ variables of an admin who may list all projects' servers, "
    'and run the command again'
)


class Adopt(manage.Command):
    """A command that asks Nova for the owners of servers."""

    #: The service whose things get owners.
    api: apis.Api

    def get_parser(self, prog_name: str) -> Any:
        """Add the project, and the option to change nothing."""
        parser = super().get_parser(prog_name)
        config_options.add(parser)
        manage.add_dry_run(parser)
        parser.add_argument(
            '--project',
            type=name_lookup.name_or_id,
            metavar='PROJECT',
            help='ID or name of the only project to look at (default: all)',
        )
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Give things to their owners.

        :returns: 0, or 1 when one was refused
        :raises Absent: when this Python has not got the service
        :raises Refused: when nobody tells the owners of servers
        """
        config, adoption, known_ids = service_choice.sole_room(
            self.api, 'config', 'adoption', 'known_ids'
        )
        config.load(parsed_args)
        config.keep_log()
        keystone = keystones.connect()
        if keystone is None:
            raise name_lookup.Refused(
                'Nova was not asked who owns the servers, because no OS_ '
                f'variables are set: {_MEND}. Nothing was changed.'
            )
        with config.reading():
            project_id = None
            if parsed_args.project:
                project_id = name_lookup.Names(
                    keystone, known_ids, self.api.name
                ).project(parsed_args.project)
            fates = self.adopt(adoption, keystone, project_id, parsed_args)
        return self.sum_up(fates, parsed_args.dry_run)

    @abc.abstractmethod
    def adopt(
        self,
        adoption: Any,
        keystone: keystones.Keystone,
        project_id: Optional[str],
        parsed_args: Any,
    ) -> list[int]:
        """Give things to their owners; return the fate of each.

        :param adoption: the module of the service's room
        :param project_id: the only project to look at, None for all
        """

    @abc.abstractmethod
    def sum_up(self, fates: list[int], is_dry_run: bool) -> int:
        """Print what happened; return the exit code."""

    def say(self, text: str) -> None:
        """Print a line."""
        self.app.stdout.write(f'{text}\n')


def server_owners(
    keystone: keystones.Keystone, project_id: Optional[str]
) -> dict[str, str]:
    """Return the owners of servers, ``{ID in lower case: user ID}``.

    :param project_id: of the servers, None for those of all projects
    :raises Refused: when Nova does not tell
    """
    try:
        found = keystone.server_owners(project_id)
    except keystones.Unknown as error:
        raise name_lookup.Refused(
            f'{error}: {_MEND}. Nothing was changed.'
        ) from error
    return {server_id.lower(): owner for server_id, owner in found.items()}
