# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage network adopt``."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from typing import Any
from typing import Optional

from cloud_security import keystone as keystones
from cloud_security.audit import printable
from cloud_security.cmd import adopt
from cloud_security.cmd import transfer
from cloud_security.deploy import apis

#: Fates of what was looked at.
_GONE, _PROJECTS, _STAYS, _REFUSED = range(4)


class AdoptPorts(adopt.Adopt):
    """Give what Neutron has from before to users and projects.

    Run this once, before you enforce: what has no owner is hidden from all
    members. A port on a server goes to the owner of the server, whom Nova
    alone knows: set OS_AUTH_URL, OS_USERNAME and so on, of an admin. A
    floating IP goes to the owner of its port. The ports of Neutron itself and
    default security groups become the project's.

    The rest stays hidden, until you give it to somebody with network
    set-owner, or all of it to its projects with --rest-to-project. Read what
    --dry-run prints first. After an interruption, run it again.
    """

    api = apis.NEUTRON

    def get_parser(self, prog_name: str) -> Any:
        """Add the project, the rest, and the option to change nothing."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--rest-to-project',
            action='store_true',
            help='give what no server tells the owner of to its project, '
            'whose members see and change it as before',
        )
        return parser

    def adopt(
        self,
        adoption: Any,
        keystone: keystones.Keystone,
        project_id: Optional[str],
        parsed_args: Any,
    ) -> list[int]:
        """Give things to their owners; return the fate of each."""
        things = adoption.things(project_id)
        # All of it before the first write.
        servers = adopt.server_owners(keystone, project_id)
        plan = _plan(things, servers, parsed_args.rest_to_project)
        return [
            self._go(adoption, one, *plan[one.id], parsed_args.dry_run)
            for one in things
            if not one.has_owner
        ]

    def _go(
        self,
        adoption: Any,
        one: Any,
        is_known: bool,
        user_id: Optional[str],
        is_dry_run: bool,
    ) -> int:
        """Give one thing away; return its fate."""
        # Neutron's gateways and addresses of routers have none.
        whose = one.project_id or 'none'
        said = printable.clean(f'{one} of project {whose}')
        if not is_known:
            self.say(f'{said} stays hidden: nothing tells its owner')
            return _STAYS
        if not is_dry_run:
            try:
                adoption.give(one, user_id, transfer.operator())
            except adoption.Refused as error:
                self.app.stderr.write(f'{said} is refused. {error}\n')
                return _REFUSED
        done = 'would go' if is_dry_run else 'goes'
        to = printable.clean(user_id) if user_id else 'the project'
        self.say(f'{said} {done} to {to}')
        return _GONE if user_id else _PROJECTS

    def sum_up(self, fates: list[int], is_dry_run: bool) -> int:
        """Print what happened; return the exit code."""
        counts = collections.Counter(fates)
        done = 'would go' if is_dry_run else 'went'
        self.say(
            f'Without owner: {counts[_GONE]} {done} to users, '
            f'{counts[_PROJECTS]} {done} to projects, {counts[_STAYS]} stay '
            f'hidden, {counts[_REFUSED]} refused.'
        )
        return 1 if counts[_REFUSED] else 0


def _plan(
    things: list[Any], servers: Mapping[str, str], rest_to_project: bool
) -> dict[str, tuple[bool, Optional[str]]]:
    """Return whether the owner of each thing is known, and who it is.

    :param things: ports first; a floating IP goes to the owner of its port
    :param servers: ``{server_id: user ID}``
    """
    plan: dict[str, tuple[bool, Optional[str]]] = {}
    for one in things:
        if one.has_owner:
            plan[one.id] = True, one.owner_id
        elif one.is_projects:
            plan[one.id] = True, None
        elif one.device_id in servers:
            plan[one.id] = True, servers[one.device_id]
        else:
            is_known, user_id = plan.get(one.port_id, (False, None))
            plan[one.id] = is_known or rest_to_project, user_id
    return plan
