# SPDX-License-Identifier: Apache-2.0
"""Look-ups in the history of IP addresses: what the two commands share."""

from __future__ import annotations

import abc
import datetime
import json
from typing import Any
from typing import Optional

from cliff import lister
from oslo_log import log as logging

from cloud_security.audit import events
from cloud_security.audit import printable
from cloud_security.cmd import manage
from cloud_security.cmd import transfer
from cloud_security.deploy import config_options
from cloud_security.deploy import configuration
from cloud_security.trace import addresses
from cloud_security.trace import answer as answers
from cloud_security.trace import columns
from cloud_security.trace import config
from cloud_security.trace import engine
from cloud_security.trace import intervals
from cloud_security.trace import moments
from cloud_security.trace import tables

LOG = logging.getLogger(__name__)
#: Formats that have a value for none.
_WITH_NONE = ('json', 'yaml')
#: Formats that programs read: they have microseconds.
_EXACT = (*_WITH_NONE, 'csv', 'value')
#: Arguments that the log has.
_ASKED = (
    *('address', 'at', 'after', 'before', 'network', 'port', 'behind'),
    *('server', 'user', 'project'),
)


class Unlogged(Exception):
    """The log drops records of look-ups; the message says what to do."""


class LookUp(manage.Command, lister.Lister):
    """Looks something up, logs that, and shows it."""

    FAILURE = 4

    def get_parser(self, prog_name: str) -> Any:
        """Add the time and the reason."""
        parser = super().get_parser(prog_name)
        config_options.add(parser)
        for option, text in (
            ('after', 'leave out what had ended by this time'),
            ('before', 'leave out what began at this time or later'),
        ):
            parser.add_argument(
                f'-{option[0]}',
                f'--{option}',
                metavar='TIME',
                help=f'{text}; without a zone, in UTC',
            )
        parser.add_argument(
            '--reason',
            metavar='TEXT',
            help='reason of the look-up for the log, such as the number of a '
            'ticket',
        )
        return parser

    @abc.abstractmethod
    def look_up(
        self, connection: Any, parsed_args: Any, span: intervals.Span
    ) -> answers.Answer:
        """Return the answer for some time."""

    def take_action(
        self, parsed_args: Any
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of a table.

        :raises Absent: when the database has no history
        :raises Nonsense: when the arguments make no sense
        :raises Unanswered: when the database does not answer
        :raises Unlogged: when the log would drop the record
        """
        self._sentences: list[str] = []
        try:
            self.check(parsed_args)
            span = self._span(parsed_args)
        except (addresses.NoAddress, moments.NoMoment) as error:
            raise manage.Nonsense(str(error)) from error
        conf = config.load(parsed_args)
        configuration.keep_log(conf, 'neutron')
        if not LOG.isEnabledFor(logging.INFO):
            raise Unlogged(
                'The log would drop the record of the look-up: let '
                'default_log_levels in neutron.conf, or the file that '
                'log_config_append names, have cloud_security=INFO.'
            )
        with engine.reading(conf) as connection:
            now = tables.now(connection)
            if span.begin > now:
                raise manage.Nonsense(
                    f'{moments.written(span.begin)} is to come: the '
                    f'database has {moments.written(now)}.'
                )
            found = self.look_up(connection, parsed_args, span)
        self._log(parsed_args, found)
        self.keep(parsed_args, found)
        for sentence in (*self._sentences, *found.sentences()):
            self.app.stderr.write(f'{printable.clean(sentence)}\n')
        self._code = int(found.outcome)
        return [*columns.NAMES], self._rows(parsed_args, found)

    def run(self, parsed_args: Any) -> int:
        """Print the table; return the exit code that the answer has."""
        self._code = 0
        code = super().run(parsed_args)
        return code or self._code

    def check(self, parsed_args: Any) -> None:
        """Refuse arguments that make no sense.

        :raises NoAddress: when an address or a port is none
        :raises Nonsense: when others are wrong
        """

    def keep(self, parsed_args: Any, found: answers.Answer) -> None:
        """Write the answer into a file, if one is named."""

    def say(self, sentence: str) -> None:
        """Keep a sentence, which is printed when the record is logged."""
        self._sentences.append(sentence)

    def _span(self, parsed_args: Any) -> intervals.Span:
        """Return the time that is named, and say how it was read."""
        at = getattr(parsed_args, 'at', None)
        after, before = parsed_args.after, parsed_args.before
        if at is not None and (after, before) != (None, None):
            raise manage.Nonsense(
                'Name either a time with --at, or its ends with --after and '
                '--before.'
            )
        if at is not None:
            return self._read(at, False)
        begin, end = intervals.EVER
        if after is not None:
            begin = self._read(after, True).begin
        if before is not None:
            end = self._read(before, True).begin
        if begin >= end:
            raise manage.Nonsense('--after is not before --before.')
        return intervals.Span(begin, end)

    def _read(self, text: str, is_begin: bool) -> intervals.Span:
        now = datetime.datetime.now(datetime.timezone.utc)
        reading = moments.read(text, now.replace(tzinfo=None), is_begin)
        if reading.note:
            self.say(reading.note)
        return reading.span

    def _log(self, parsed_args: Any, found: answers.Answer) -> None:
        """Write the record of the look-up, before anybody sees the answer."""
        asked = {
            name: getattr(parsed_args, name)
            for name in _ASKED
            if getattr(parsed_args, name, None)
        }
        record = {
            'by': transfer.operator(),
            'command': self.cmd_name,
            'asked': asked,
            'reason': parsed_args.reason,
            'result': found.outcome.name.lower(),
            'rows': len(found.holdings),
        }
        LOG.info('%s %s', events.TRACED, json.dumps(record, sort_keys=True))

    def _rows(
        self, parsed_args: Any, found: answers.Answer
    ) -> list[tuple[Any, ...]]:
        is_csv = parsed_args.formatter == 'csv'
        is_exact = parsed_args.formatter in _EXACT
        has_none = parsed_args.formatter in _WITH_NONE
        encoding = getattr(self.app.stdout, 'encoding', None) or 'utf-8'

        def cell(value: Optional[str]) -> Any:
            if value is None:
                return None if has_none else ''
            return printable.cell(value, is_csv, encoding)

        return [
            tuple(map(cell, columns.values(one, is_exact).values()))
            for one in found.holdings
        ]
