# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage report``."""

from __future__ import annotations

import bz2
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import gzip
import io
import lzma
from typing import Any
from typing import IO
import zlib

from cliff import lister

from cloud_security import keystone as keystones
from cloud_security.audit import events
from cloud_security.audit import printable
from cloud_security.audit import report
from cloud_security.cmd import manage
from cloud_security.cmd import service_choice

#: IDs that have names, and the question for them.
NAMES = {'user_id': 'user_name', 'project_id': 'project_name'}
#: How compressed logs begin, and how they are opened.
COMPRESSED: dict[bytes, Callable[..., Any]] = {
    b'\x1f\x8b': gzip.open,
    b'BZh': bz2.open,
    b'\xfd7zXZ\0': lzma.open,
}
#: How zstd and UTF-16 begin.
UNREADABLE = (b'\x28\xb5\x2f\xfd', b'\xff\xfe', b'\xfe\xff')


class Report(manage.Command, lister.Lister):
    """Count the requests that enforcement would have changed.

    Reads what monitor mode wrote into the log of the API. Where the
    environment names a Keystone, names stand beside the IDs.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the logs and what to count by."""
        parser = super().get_parser(prog_name)
        service_choice.add_argument(parser)
        parser.add_argument(
            'logs',
            nargs='*',
            default=['-'],
            metavar='LOG',
            help='logs, also compressed, as text or JSON, and those of '
            'containers; - is standard input (default)',
        )
        parser.add_argument(
            '--by',
            action='append',
            choices=report.KEYS,
            help='count by this (repeat for more; default: all)',
        )
        return parser

    def take_action(
        self, parsed_args: Any
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of a table.

        :raises Unreadable: when a log cannot be read
        """
        keys = list(dict.fromkeys(parsed_args.by or report.KEYS))
        self._chosen = service_choice.chosen(parsed_args.service)
        found = report.Report(
            keys, {api.name: f'{api.account}.' for api in self._chosen}
        )
        strange = []
        lines = 0
        for name in parsed_args.logs:
            with _opened(name) as stream:
                entries = found.read(stream)
            lines += entries.lines
            if not entries.entries:
                strange.append((name, entries.lines))
        self._sum_up(found)
        is_strange = self._tell_strange(strange, not lines)
        # A sum that lacks records must not pass for a whole one.
        self._strange = is_strange or found.unread > 0
        columns = [*found.keys, *found.COLUMNS]
        rows = [dict(zip(columns, row)) for row in found.rows()]
        columns = self._add_names(columns, rows)
        is_csv = parsed_args.formatter == 'csv'
        encoding = getattr(self.app.stdout, 'encoding', None) or 'utf-8'
        return columns, [
            tuple(
                printable.cell(row[column], is_csv, encoding)
                for column in columns
            )
            for row in rows
        ]

    def run(self, parsed_args: Any) -> int:
        """Print the table; exit with 1 where a log or a record lacks."""
        self._strange = False
        code = super().run(parsed_args)
        return code or int(self._strange)

    def _add_names(
        self, columns: list[str], rows: list[dict[str, Any]]
    ) -> list[str]:
        """Put names beside IDs, where Keystone can be asked.

        :returns: the columns, with those of names
        """
        ids = [column for column in NAMES if column in columns]
        if not rows or not ids:
            return columns
        try:
            keystone = keystones.connect()
            if keystone is None:
                return columns
            names = {
                column: {
                    row[column]: getattr(keystone, question)(row[column])
                    for row in rows
                }
                for column, question in NAMES.items()
                if column in ids
            }
        except keystones.Unknown as error:
            self._say(f'There are no names: {error}.')
            return columns
        for row in rows:
            for column in ids:
                row[_name(column)] = names[column][row[column]] or ''
        return [
            name
            for column in columns
            for name in (column, *([_name(column)] if column in ids else []))
        ]

    def _tell_strange(
        self, strange: Sequence[tuple[str, int]], is_empty: bool
    ) -> bool:
        """Name the logs in which no line is Nova's.

        :returns: whether the sum cannot be trusted: an empty log beside
            others is what rotation leaves
        """
        whose = self._each("{0.name}'s")
        for name, lines in strange:
            if lines:
                self._say(
                    f'{printable.clean(name)} could not be read: none of its '
                    f'{lines} lines is {whose}. Name the log of '
                    f'{whose} API, or pipe it in as oslo.log wrote it; of the '
                    'journal, journalctl -o json --all.'
                )
            else:
                self._say(f'{printable.clean(name)} is empty.')
        return is_empty or any(lines for _, lines in strange)

    def _each(self, text: str) -> str:
        """Return a text about each service, such as "Nova's"."""
        return ' or '.join(text.format(api) for api in self._chosen)

    def _sum_up(self, found: report.Report) -> None:
        total = found.total
        things = ' and '.join(api.things for api in self._chosen)
        self._say(
            'Enforcement would have changed: '
            f'requests {total.requests}, {things} {len(total.servers)}, '
            f'owners {len(total.owners)}, days {len(found.days)}.'
        )
        if total.refused:
            self._say(
                f'{self._each("{0.name}")} refused {total.refused} of these '
                'requests all the same: the column refused counts them.'
            )
        if found.failures:
            self._say(
                f'{found.failures} requests would have failed: look for '
                f'{events.WOULD_FAIL} in the log.'
            )
        if found.unread:
            self._say(
                f'{found.unread} records are damaged, not counted; journalctl '
                'cuts long ones without --all.'
            )
        if found.others:
            self._say(
                f'{found.others} records are of other services and are not '
                'counted: name them with --service.'
            )
        if found.foreign:
            self._say(
                f'{found.foreign} lines name records and are not counted, '
                'as our loggers did not write them: other programs, or paths '
                'that callers choose, can have such words.'
            )

    def _say(self, text: str) -> None:
        self.app.stderr.write(f'{text}\n')


def _name(column: str) -> str:
    """Return the column of names beside one of IDs."""
    return column.replace('_id', '_name')


class Unreadable(Exception):
    """A log cannot be read; the message says why."""


@contextlib.contextmanager
def _opened(name: str) -> Iterator[IO[str]]:
    is_input = name == '-'
    try:
        # Once: a pipe cannot be read again.
        with open(
            0 if is_input else name, 'rb', closefd=not is_input
        ) as stream:
            head = stream.peek()
            if head.startswith(UNREADABLE):
                raise Unreadable(
                    f'{name} is not read: pipe it in as UTF-8 text.'
                )
            opener = next(
                (
                    opener
                    for magic, opener in COMPRESSED.items()
                    if head.startswith(magic)
                ),
                None,
            )
            plain = opener(stream) if opener else stream
            # What is no text is in no record.
            # A caller can put carriage returns into a line; they end none.
            yield io.TextIOWrapper(
                plain, encoding='utf-8', errors='replace', newline='\n'
            )
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        why = getattr(error, 'strerror', None) or error
        raise Unreadable(f'{name} cannot be read: {why}.') from error
