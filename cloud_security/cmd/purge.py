# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-trace purge``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
import datetime
import json
import logging
from typing import Any

from cloud_security.audit import events
from cloud_security.cmd import manage
from cloud_security.cmd import trace_command
from cloud_security.cmd import transfer
from cloud_security.trace import config
from cloud_security.trace import history
from cloud_security.trace import retention

LOG = logging.getLogger(__name__)


class Refused(Exception):
    """Nothing was deleted; the message says why."""


class Purge(trace_command.TraceCommand):
    """Delete what ended before the time that the history is kept.

    [cloud_security_trace] retention_days is that time, 365 by default, and
    --before sets another one. Intervals that last stay. Owners go with the
    last interval of their server. From then on look-ups of the purged time
    answer that it is not recorded. The log has how many rows went.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add what is to go, and what is to stay."""
        parser = super().get_parser(prog_name)
        manage.add_dry_run(parser)
        parser.add_argument(
            '--before',
            type=_moment,
            metavar='TIME',
            help='delete what ended before this time, such as 2026-01-01 or '
            '2026-01-01T12:00:00Z (default: retention_days ago)',
        )
        parser.add_argument(
            '--keep-server',
            action='append',
            default=[],
            type=str.lower,
            metavar='SERVER',
            help='ID of a server of which everything stays, beside those of '
            '[cloud_security_trace] kept_servers; repeat it for more',
        )
        parser.add_argument(
            '--all',
            action='store_true',
            help='delete all rows, also intervals that last, after disable; '
            'the tables stay',
        )
        parser.add_argument(
            '--yes', action='store_true', help='really delete all with --all'
        )
        return parser

    def act(self, conf: Any, parsed_args: Any) -> int:
        """Delete the rows.

        :raises Nonsense: when arguments do not go together
        :raises Refused: when --all is not meant, or Neutron still records
        :raises Unknown: when the database does not answer
        """
        if parsed_args.all:
            self._check_all(conf, parsed_args)
        days = conf.cloud_security_trace.retention_days
        listed = conf.cloud_security_trace.kept_servers
        with trace_command.engine(conf) as engine:
            if parsed_args.all:
                self._tell(retention.purge_all(engine), 'all', parsed_args)
                return 0
            kept = sorted({*parsed_args.keep_server, *map(str.lower, listed)})
            with engine.connect() as connection:
                self._check_known(connection, kept)
                end = retention.bound(connection, days, parsed_args.before)
            gone = retention.purge(engine, end, kept, parsed_args.dry_run)
        before = f'{end.isoformat(timespec="seconds")}Z'
        self._tell(gone, before, parsed_args, kept)
        return 0

    def _check_known(self, connection: Any, server_ids: list[str]) -> None:
        for one in server_ids:
            if not history.knows(connection, 'server', one):
                raise manage.Nonsense(
                    f'The history has no server {one}: --keep-server and '
                    'kept_servers take IDs, not names. Nothing was deleted.'
                )

    def _check_all(self, conf: Any, parsed_args: Any) -> None:
        if parsed_args.before or parsed_args.keep_server:
            raise manage.Nonsense(
                '--all leaves nothing: it goes with neither --before nor '
                '--keep-server.'
            )
        if parsed_args.dry_run:
            raise manage.Nonsense('--all goes without --dry-run.')
        if config.is_enabled(conf):
            raise Refused(
                'Neutron still records on this host: run cloud-security-trace '
                'disable, and restart Neutron. Nothing was deleted.'
            )
        if not parsed_args.yes:
            raise Refused(
                'This deletes the whole history, of all hosts: add --yes. '
                'Nothing was deleted.'
            )

    def _tell(
        self,
        gone: retention.Gone,
        before: str,
        parsed_args: Any,
        kept: Sequence[str] = (),
    ) -> None:
        """Print what went, and log it."""
        done = 'would go' if parsed_args.dry_run else 'went'
        since = '' if before == 'all' else f' of the time before {before}'
        self.say(
            f'{gone.intervals} intervals and {gone.owners} owners of servers '
            f'{done}{since}.'
        )
        if not parsed_args.dry_run:
            record = {
                'before': before,
                'intervals': gone.intervals,
                'owners': gone.owners,
                'kept_servers': kept,
                'by': transfer.operator(),
            }
            LOG.info(
                '%s %s',
                events.PURGED,
                json.dumps(record, sort_keys=True),
            )


def _moment(text: str) -> datetime.datetime:
    """Return a time in UTC.

    :raises ArgumentTypeError: when a text is none
    """
    try:
        # Python 3.9 to 3.10 do not know the Z.
        found = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
        if found.tzinfo is None:
            return found
        return found.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(
            f'{text!a} is no time: write it such as 2026-01-01T12:00:00Z'
        ) from error
