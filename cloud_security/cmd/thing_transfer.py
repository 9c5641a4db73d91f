# SPDX-License-Identifier: Apache-2.0
"""A transfer of all that a user has in a service, or of a part of it.

The ``hand-over`` commands of services differ in the rooms that know these
services, and in words.
"""

from __future__ import annotations

import argparse
import collections
from typing import Any
from typing import ClassVar

from cloud_security import keystone as keystones
from cloud_security.audit import printable
from cloud_security.cmd import name_lookup
from cloud_security.cmd import service_choice
from cloud_security.cmd import service_process
from cloud_security.cmd import transfer
from cloud_security.deploy import apis
from cloud_security.deploy import choice as choices

#: Fates of what was looked at.
_GONE, _STAYS, _REFUSED, _THEIRS = range(4)
#: Stays, unless a command for servers runs this one.
_SERVERS = (
    'servers: server set-owner and project hand-over give them, on a host of '
    'Nova'
)


class ThingTransfer(transfer.Transfer):
    """Gives what one user has in a service in a project to another user."""

    api: ClassVar[apis.Api]
    #: The thing that can be chosen by its ID.
    noun: ClassVar[str]
    #: The help of the options that choose things.
    choices: ClassVar[dict[str, str]]
    #: A sentence about the things of others on a server that changes hands.
    advice: ClassVar[str]

    def get_parser(self, prog_name: str) -> Any:
        """Add the users, the project, and what to choose."""
        parser = super().get_parser(prog_name)
        transfer.add_users(parser)
        for name, text in self.choices.items():
            parser.add_argument(
                f'--{name}',
                action='append',
                default=[],
                type=transfer.name_or_id,
                metavar=name.upper(),
                help=f'ID; hand over {text}; repeat it for more (default: '
                'all that the user has)',
            )
        # Only the commands for servers say these.
        parser.add_argument(
            '--all', action='store_true', help=argparse.SUPPRESS
        )
        parser.add_argument(
            '--staying-server',
            action='append',
            default=[],
            help=argparse.SUPPRESS,
        )
        parser.add_argument(
            '--checked', action='store_true', help=argparse.SUPPRESS
        )
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Hand the things over.

        :returns: 0, or 1 when one was refused
        :raises Absent: when this Python has no such service
        """
        config, handover, plans, known_ids = service_choice.sole_room(
            self.api, 'config', 'handover', 'handover_plan', 'known_ids'
        )
        config.load(parsed_args)
        self.check_configuration(config)
        config.keep_log()
        chosen = frozenset(getattr(parsed_args, self.noun))
        with config.reading():
            users = self._users(parsed_args, known_ids)
            choice = choices.Choice(
                frozenset(parsed_args.server),
                frozenset(parsed_args.staying_server),
                chosen,
                parsed_args.all,
            )
            # Before the first write, which makes others of them.
            others = plans.foreign(users.from_id, users.project_id, choice)
            steps = plans.plan(users.from_id, users.project_id, choice)
            total = len(steps)
            fates = [
                self._go(
                    handover,
                    step,
                    users,
                    f'{number} of {total}: ',
                    parsed_args.dry_run,
                )
                for number, step in enumerate(steps, 1)
            ]
        fates += [self._keep(one, users) for one in others]
        known = {one for step in steps for one in step.holding.ids}
        known.update(one.id for one in others)
        for thing_id in sorted(chosen - known):
            fates.append(_REFUSED)
            self.app.stderr.write(
                f'There is no {self.noun} {thing_id}, or it is deleted.\n'
            )
        stays = list(handover.STAYS)
        if not parsed_args.checked:
            stays.append(_SERVERS)
        return self._sum_up(stays, fates, parsed_args.dry_run)

    def check_configuration(self, config: Any) -> None:
        """Refuse a service that keeps no owners.

        :param config: the module of the service's room
        """

    def _users(
        self, parsed_args: Any, known_ids: Any
    ) -> service_process.Users:
        if parsed_args.checked:
            return service_process.Users(
                parsed_args.from_text,
                parsed_args.to_text,
                parsed_args.project_text,
            )
        found = name_lookup.Names(
            keystones.connect(), known_ids, self.api.name
        )
        users = service_process.Users(*transfer.users(parsed_args, found))
        self.check_role(found, users.to_id, users.project_id)
        return users

    def _go(
        self,
        handover: Any,
        step: Any,
        users: service_process.Users,
        count: str,
        is_dry_run: bool,
    ) -> int:
        """Hand over a holding, or say why not; return its fate."""
        said = count + printable.clean(str(step.holding))
        if step.stays:
            self.say(f'{said} stays. {step.stays}')
            return _STAYS
        if step.refused:
            self.app.stderr.write(f'{said}: {step.refused}\n')
            return _REFUSED
        if is_dry_run:
            self.say(f'{said} would be handed over by {users.from_id}')
            return _GONE
        try:
            handover.hand_over(step.holding, *users, transfer.operator())
        except handover.Refused as error:
            self.app.stderr.write(f'{said}: {error}\n')
            return _REFUSED
        self.say(f'{said} is handed over')
        return _GONE

    def _keep(self, one: Any, users: service_process.Users) -> int:
        """Say whose a chosen thing is that stays; return its fate."""
        said = printable.clean(str(one))
        said = said[:1].upper() + said[1:]
        if one.on:
            said += f' on {one.on}'
        if (one.owner_id, one.project_id) == (users.to_id, users.project_id):
            self.say(f'{said} is theirs already')
            return _THEIRS
        said += (
            f' stays: it belongs to {one.whose} in project {one.project_id}.'
        )
        if one.on:
            self.say(f'{said} {self.advice}')
            return _STAYS
        self.app.stderr.write(f'{said} Mend --from or --project.\n')
        return _REFUSED

    def _sum_up(
        self, stays: list[str], fates: list[int], is_dry_run: bool
    ) -> int:
        """Print what happened; return the exit code.

        :param stays: what was not handed over
        """
        counts = collections.Counter(fates)
        if counts[_GONE]:
            self.say('Not handed over, if there is any:')
            for what in stays:
                self.say(f'- {what}')
        if counts[_REFUSED]:
            self.app.stderr.write(
                f'{counts[_REFUSED]} things in {self.api.name} were refused: '
                'run the same command again.\n'
            )
        self.sum_up(
            self.api.name,
            counts[_GONE],
            counts[_STAYS],
            counts[_REFUSED],
            is_dry_run,
        )
        return 1 if counts[_REFUSED] else 0
