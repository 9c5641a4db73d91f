# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage volume hand-over``."""

from __future__ import annotations

import argparse
import collections
from typing import Any

from cloud_security import keystone as keystones
from cloud_security.audit import printable
from cloud_security.cmd import name_lookup
from cloud_security.cmd import service_choice
from cloud_security.cmd import transfer
from cloud_security.cmd import volume_process
from cloud_security.deploy import apis

#: Fates of what was looked at.
_GONE, _STAYS, _REFUSED, _THEIRS = range(4)
#: Stays, unless a command for servers runs this one.
_SERVERS = (
    'servers: server set-owner and project hand-over give them, on a host of '
    'Nova'
)


class HandOverVolumes(transfer.Transfer):
    """Give what one user has in Cinder in a project to another user.

    That is volumes, snapshots, backups, groups and group snapshots. A volume
    goes with its snapshots and backups, and a group with its volumes: at
    once, or not at all. What other users made of these stays theirs.

    Refused for now are busy volumes, and volumes with a pending transfer,
    because whoever has its key could take the volume from the new owner.

    With --server, a volume stays that is attached to other servers as well,
    or that is in a group whose other volumes stay. Volumes of other users
    stay. The command says why.

    After an interruption, run it again.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the users, the project, and what to choose."""
        parser = super().get_parser(prog_name)
        transfer.add_users(parser)
        for name, text in (
            ('server', 'what is attached to this server'),
            ('volume', 'this volume, whatever it is attached to'),
        ):
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
        :raises Absent: when this Python has no Cinder
        """
        config, handover, plans, known_ids = service_choice.sole_room(
            apis.CINDER, 'config', 'handover', 'handover_plan', 'known_ids'
        )
        config.load(parsed_args)
        config.keep_log()
        with config.reading():
            users = self._users(parsed_args, known_ids)
            choice = plans.Choice(
                frozenset(parsed_args.server),
                frozenset(parsed_args.staying_server),
                frozenset(parsed_args.volume),
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
        known = {one for step in steps for one in step.holding.volume_ids}
        known.update(one.id for one in others)
        for volume_id in sorted(choice.volume_ids - known):
            fates.append(_REFUSED)
            self.app.stderr.write(
                f'There is no volume {volume_id}, or it is deleted.\n'
            )
        stays = list(handover.STAYS)
        if not parsed_args.checked:
            stays.append(_SERVERS)
        return self._sum_up(stays, fates, parsed_args.dry_run)

    def _users(self, parsed_args: Any, known_ids: Any) -> volume_process.Users:
        if parsed_args.checked:
            return volume_process.Users(
                parsed_args.from_text,
                parsed_args.to_text,
                parsed_args.project_text,
            )
        found = name_lookup.Names(
            keystones.connect(), known_ids, apis.CINDER.name
        )
        users = volume_process.Users(*transfer.users(parsed_args, found))
        self.check_role(found, users.to_id, users.project_id)
        return users

    def _go(
        self,
        handover: Any,
        step: Any,
        users: volume_process.Users,
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

    def _keep(self, one: Any, users: volume_process.Users) -> int:
        """Say whose a chosen volume is that stays; return its fate."""
        said = f'Volume {one.id} {printable.clean(one.name or "")}'.rstrip()
        if one.server_id:
            said += f' on server {one.server_id}'
        if (one.owner_id, one.project_id) == (users.to_id, users.project_id):
            self.say(f'{said} is theirs already')
            return _THEIRS
        said += (
            f' stays: it belongs to {one.owner_id or "nobody"} in project '
            f'{one.project_id}.'
        )
        if one.server_id:
            self.say(f'{said} It goes with --volume and its owner in --from.')
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
                f'{counts[_REFUSED]} things in Cinder were refused: run the '
                'same command again.\n'
            )
        done = 'would be handed' if is_dry_run else 'handed'
        self.say(
            f'{volume_process.SUMMARY}{counts[_GONE]} {done} over, '
            f'{counts[_STAYS]} stay, {counts[_REFUSED]} refused.'
        )
        return 1 if counts[_REFUSED] else 0
