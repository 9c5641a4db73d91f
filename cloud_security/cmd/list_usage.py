# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage usage list``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
import datetime
from typing import Any
from typing import Optional

from cliff import lister
from oslo_utils import timeutils

from cloud_security import keystone as keystones
from cloud_security.audit import printable
from cloud_security.cmd import floating_usage
from cloud_security.cmd import manage
from cloud_security.cmd import name_lookup
from cloud_security.cmd import service_choice
from cloud_security.cmd import usage_metrics
from cloud_security.deploy import apis
from cloud_security.deploy import config_options
from cloud_security.probe.results import atomic_file

#: As in ``openstack usage list``, where users are new.
TEXTS = ('Project', 'User', 'User Name')
NUMBERS = ('Servers', 'CPU Hours', 'RAM MB-Hours', 'Disk GB-Hours')
VOLUMES, IPS = 'Volume GB', 'Floating IP Hours'
#: The window where --start is not given, as in ``openstack usage list``.
PERIOD = datetime.timedelta(weeks=4)
UTC = datetime.timezone.utc

Window = tuple[datetime.datetime, datetime.datetime]


class ListUsage(manage.Command, lister.Lister):
    """Sum up what each user has used in each project.

    The sums count the hours of servers as Nova's own report does, which names
    no users: those of a project add up to ``openstack usage show``. Set
    OS_AUTH_URL, OS_USERNAME and so on, of an admin, so that names of users
    stand beside the IDs. It changes nothing.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the window, and whom to count."""
        parser = super().get_parser(prog_name)
        config_options.add(parser)
        for name, text in (('project', 'project'), ('user', 'user')):
            parser.add_argument(
                f'--{name}',
                type=name_lookup.name_or_id,
                metavar=name.upper(),
                help=f'ID of the only {text} to look at, or name where '
                'Keystone can be asked (default: all)',
            )
        for name, text in (
            ('start', 'four weeks before the end'),
            ('end', 'now'),
        ):
            parser.add_argument(
                f'--{name}',
                type=_moment,
                metavar='TIME',
                help=f'{name} of the window, such as 2026-01-31 or '
                '2026-01-31T12:00:00, in UTC, or with an offset such as '
                f'+01:00 (default: {text})',
            )
        parser.add_argument(
            '--since-created',
            action='store_true',
            help='count from the creation of a server, as cASO does, and not '
            'from its last launch, as Nova does',
        )
        parser.add_argument(
            '--volumes',
            action='store_true',
            help='ask Cinder for the GiB of volumes that each user has now',
        )
        parser.add_argument(
            '--ips',
            action='store_true',
            help='read from the history of IP addresses for how many hours '
            'floating IPs led to servers of each user',
        )
        parser.add_argument(
            '--prometheus',
            metavar='FILE',
            help="write a file for node_exporter's textfile collector, too",
        )
        return parser

    def take_action(
        self, parsed_args: Any
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of a table.

        :raises Absent: when this Python has no Nova
        :raises Nonsense: when the window is empty, or a file is no place
        :raises Unread: when a cell was not read
        :raises Unknown: when Cinder does not tell the volumes, or Neutron's
            database the floating IPs
        """
        start, end = _window(parsed_args.start, parsed_args.end)
        path = parsed_args.prometheus
        if path is not None and not atomic_file.is_writable(path):
            raise manage.Nonsense(f'{path!a} is no file that can be written.')
        keystone = keystones.connect()
        if parsed_args.volumes and keystone is None:
            raise manage.Nonsense(
                "--volumes asks Cinder: set the admin's OS_ variables, or "
                'leave it out.'
            )
        rows = self._rows(parsed_args, start, end, keystone)
        self._add_names(rows, keystone)
        self._say(f'Usage from {_said(start)} to {_said(end)}.')
        if path is not None:
            atomic_file.write(path, usage_metrics.text(rows, start, end))
        names = [
            *(*TEXTS, *NUMBERS),
            *([VOLUMES] * parsed_args.volumes),
            *([IPS] * parsed_args.ips),
        ]
        return names, [
            tuple(
                self._cell(row[name], parsed_args.formatter) for name in names
            )
            for row in rows
        ]

    def _rows(
        self,
        parsed_args: Any,
        start: datetime.datetime,
        end: datetime.datetime,
        keystone: Optional[keystones.Keystone],
    ) -> list[dict[str, Any]]:
        """Return ``[{column: value}]``, sorted by project and user."""
        config, usage = service_choice.sole_room(apis.NOVA, 'config', 'usage')
        config.load(parsed_args)
        with config.reading():
            names = name_lookup.Names(keystone)
            project_id = user_id = None
            if parsed_args.project:
                project_id = names.project(parsed_args.project)
            if parsed_args.user:
                user_id = names.user(parsed_args.user)
            sums = {
                one[:2]: one[2:]
                for one in usage.found(
                    start, end, project_id, user_id, parsed_args.since_created
                )
            }
        volumes = {}
        if parsed_args.volumes and keystone:
            volumes = {
                key: size
                for key, size in keystone.volume_sizes(project_id).items()
                if user_id in (None, key[1])
            }
        hours: Mapping[tuple[str, str], float] = {}
        if parsed_args.ips:
            hours, gaps = floating_usage.hours(
                config.CONF, start, end, project_id, user_id
            )
            if gaps:
                self._say(f'Not all was recorded: {"; ".join(gaps)}.')
        rows = []
        for key in sorted({*sums, *volumes, *hours}):
            row = dict(zip(TEXTS, (*key, '')))
            row.update(zip(NUMBERS, sums.get(key, (0, 0.0, 0.0, 0.0))))
            if parsed_args.volumes:
                row[VOLUMES] = volumes.get(key, 0)
            if parsed_args.ips:
                row[IPS] = hours.get(key, 0.0)
            rows.append(row)
        return rows

    def _add_names(
        self,
        rows: list[dict[str, Any]],
        keystone: Optional[keystones.Keystone],
    ) -> None:
        """Put names beside the IDs of users, where Keystone can be asked."""
        why = 'no OS_ variables are set'
        try:
            if keystone is not None:
                names = {
                    user_id: keystone.user_name(user_id)
                    for user_id in sorted({row['User'] for row in rows})
                }
                for row in rows:
                    # A user who is gone has no name.
                    row['User Name'] = names[row['User']] or ''
                return
        except keystones.Unknown as error:
            why = str(error)
        self._say(f'There are no names of users: {why}.')

    def _cell(self, value: Any, formatter: str) -> Any:
        """Return a value: people read two digits, programs get all."""
        if isinstance(value, float):
            return round(value, 2) if formatter == 'table' else value
        encoding = getattr(self.app.stdout, 'encoding', None) or 'utf-8'
        return printable.cell(value, formatter == 'csv', encoding)

    def _say(self, text: str) -> None:
        self.app.stderr.write(f'{text}\n')


def _moment(text: str) -> datetime.datetime:
    """Return a moment in UTC; without an offset, the text means UTC.

    :raises argparse.ArgumentTypeError: when it is none since 1970
    """
    try:
        found = timeutils.parse_isotime(text).astimezone(UTC)
        if found.year >= 1970:
            return found
    except (OverflowError, ValueError):
        pass
    raise argparse.ArgumentTypeError(
        f'{text!a} is no time since 1970, such as 2026-01-31 or '
        '2026-01-31T12:00:00Z'
    )


def _window(
    start: Optional[datetime.datetime], end: Optional[datetime.datetime]
) -> Window:
    """Return the window, which ends now at the latest, as Nova's does.

    :raises Nonsense: when it is empty
    """
    now = timeutils.utcnow().replace(tzinfo=UTC)
    end = min(end or now, now)
    start = start or end - PERIOD
    if not start < end:
        raise manage.Nonsense(
            f'The window is empty: it would begin at {_said(start)} and end '
            f'at {_said(end)}, which is never later than now.'
        )
    return start, end


def _said(moment: datetime.datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec='seconds') + 'Z'
