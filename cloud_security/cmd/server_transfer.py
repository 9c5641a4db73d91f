# SPDX-License-Identifier: Apache-2.0
"""A transfer of servers to another owner, one by one, with its complaints.

``server set-owner`` and ``project hand-over`` differ in the servers alone.
They import Nova when they run, because a host of Cinder need not have it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any
from typing import Optional

from cloud_security import keystone as keystones
from cloud_security.audit import printable
from cloud_security.cmd import companions
from cloud_security.cmd import name_lookup
from cloud_security.cmd import owner_history
from cloud_security.cmd import service_choice
from cloud_security.cmd import service_process
from cloud_security.cmd import transfer
from cloud_security.deploy import apis


class ServerTransfer(transfer.Transfer):
    """Gives servers to a user who can reach them.

    ``config``, ``handover``, ``records`` and ``specs`` are modules of
    ``compute/``.
    """

    config: Any
    handover: Any
    records: Any
    specs: Any
    history: owner_history.OwnerHistory
    #: The command, as the history names it.
    source: str

    def get_parser(self, prog_name: str) -> Any:
        """Add the options for what goes along."""
        parser = super().get_parser(prog_name)
        companions.add_arguments(parser)
        return parser

    def prepare(self, parsed_args: Any) -> name_lookup.Names:
        """Read nova.conf, keep the log, and return a look-up of names.

        :raises Absent: when this Python has no Nova
        """
        self.config, self.handover, self.records, self.specs = (
            service_choice.sole_room(
                apis.NOVA,
                *('config', 'handover', 'server_records', 'request_specs'),
            )
        )
        self.config.load(parsed_args)
        self.config.keep_log()
        found = name_lookup.Names(keystones.connect())
        self.history = owner_history.OwnerHistory(
            self.config.CONF, self.source, found.keystone
        )
        return found

    def hand_over(
        self,
        servers: list[Any],
        user_id: str,
        parsed_args: Any,
        found: name_lookup.Names,
        unfinished: Sequence[str] = (),
        leavers: Iterable[str] = (),
        processes: Sequence[service_process.ServiceProcess] = (),
    ) -> int:
        """Hand servers over one by one, and before them what goes along.

        :param servers: as ``records`` returns them
        :param found: the look-up that gave the user's ID
        :param unfinished: IDs of more, which Nova still creates
        :param leavers: IDs of users whose servers an interrupted run took
        :param processes: hand over what belongs to the servers, or more
        :returns: 0, or 1 when one was refused
        :raises Refused: when the new owner has no role in a project
        :raises Unable: when that cannot be handed over on this host
        """
        for project_id in sorted({server.project_id for server in servers}):
            self.check_role(found, user_id, project_id)
        code = 0
        if processes:
            code = service_process.hand_over(
                processes, *self._by_fate(servers, user_id, unfinished)
            )
            if code and not processes[0].is_all:
                # The next run finds them by the owner of the server.
                things = ' and '.join(one.service.things for one in processes)
                self.app.stderr.write(
                    f'The server keeps its owner until its {things} can go, '
                    'too: run the same command again.\n'
                )
                return code
        gone, refused = 0, len(unfinished)
        total = len(servers) + len(unfinished)
        for number, server in enumerate(servers, 1):
            name = printable.clean(str(server.name))
            said = f'{number} of {total}: {server.server_id} {name}'
            try:
                gone += self._one(server, user_id, parsed_args.dry_run, said)
            except self.records.Unavailable as error:
                refused += 1
                self.app.stderr.write(f'{said}: {error}\n')
        for number, server_id in enumerate(unfinished, len(servers) + 1):
            self.app.stderr.write(
                f'{number} of {total}: {server_id}: It is still being made.\n'
            )
        if not parsed_args.dry_run:
            # Nova shows a server's hints to its owner, and compares them.
            # All servers have their owners now: those that went together
            # may name each other.
            self._lose_hints(user_id, [one.server_id for one in servers], True)
            owners = {server.owner_id for server in servers}
            for owner_id in sorted(owners.union(leavers) - {user_id}):
                self._lose_hints(owner_id)
        if servers:
            self.say('Not handed over, if there is any:')
            for what in self.handover.STAYS:
                self.say(f'- {what}')
            for things, what in self.handover.GO_ALONG.items():
                if not getattr(parsed_args, f'with_{things}'):
                    self.say(f'- {what}')
        if refused:
            self.app.stderr.write(
                f'{refused} of {total} servers were refused: run the '
                'same command again.\n'
            )
        self.sum_up(apis.NOVA.name, gone, 0, refused, parsed_args.dry_run)
        return 1 if refused or self.history.lacks_any else code

    def _one(
        self,
        server: Any,
        user_id: str,
        is_dry_run: bool,
        said: str,
    ) -> bool:
        """Hand a server over, unless it is the new owner's already.

        :returns: True if it changes hands
        """
        if server.is_owned_by(user_id):
            self.say(f'{said} is theirs already')
            return False
        if is_dry_run:
            self.say(f'{said} would be handed over by {server.owner_id}')
            return True
        self.handover.hand_over(server, user_id, transfer.operator())
        self.say(f'{said} is handed over')
        fault = self.history.note(server, user_id)
        if fault:
            self.app.stderr.write(f'{said}: {fault}\n')
        return True

    def _lose_hints(
        self,
        owner_id: str,
        server_ids: Optional[Sequence[str]] = None,
        drops: bool = False,
    ) -> None:
        """Neutralize stored scheduler hints on servers of other owners."""
        for found in self.specs.neutralize(owner_id, server_ids, drops):
            self.say(
                f'{found.server_id} of {owner_id} lost its scheduler hints '
                f'on {", ".join(sorted(found.named))}'
            )

    def _by_fate(
        self, servers: list[Any], user_id: str, unfinished: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Return the IDs of servers that can change hands, and of others."""
        going, staying = [], [*unfinished]
        for server in servers:
            try:
                self.handover.check(server, user_id)
            except self.handover.Refused:
                staying.append(server.server_id)
            else:
                going.append(server.server_id)
        return going, staying
