# SPDX-License-Identifier: Apache-2.0
"""Sums of what monitor mode recorded.

Reads text, so that it works where the logs are. It counts what it cannot
read, and what others than our loggers wrote, instead of leaving it out in
silence.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import json
import re
from types import MappingProxyType
from typing import Any

from cloud_security.audit import events
from cloud_security.audit import log_entries
from cloud_security.audit import log_wrappers

#: The names of both records of monitor mode begin so.
_WORDS = 'cloud_security.would_'
#: Names of our loggers begin so: cloud_security.wsgi.records and monitor, and
#: in release 1.0 cloud_security.compute.records and watching.
_LOGGERS = 'cloud_security.'
#: What records can be counted by.
KEYS = ('day', 'user_id', 'project_id', 'operation')
_TIME = re.compile(r'\d{4}-\d\d-\d\d(?:[T ]|$)')
_FAILED = re.compile(re.escape(events.WOULD_FAIL) + r'(?![\w.])')


class Count:
    """Requests that enforce would have changed, and about how much.

    ``refused`` are those of them that the service refused all the same.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.refused = 0
        self.servers: set[str] = set()
        self.owners: set[str] = set()

    def add(self, record: dict[str, Any]) -> None:
        """Count one record."""
        self.requests += 1
        self.refused += record.get('status', 0) >= 400
        for server in record['servers']:
            self.servers.add(server['server_id'])
            self.owners.add(str(server['owner_id']))

    def numbers(self) -> tuple[int, int, int, int]:
        """Return the numbers of requests, refused ones, servers and owners."""
        return (
            self.requests,
            self.refused,
            len(self.servers),
            len(self.owners),
        )


class Report:
    """Counts by what was asked for.

    ``unread`` counts records that are damaged, ``failures`` requests that
    enforce would have answered with an error, ``foreign`` lines that name a
    record and were not written by our loggers, ``others`` records of services
    that are not asked about.
    """

    #: After the keys of a row.
    COLUMNS = ('requests', 'refused', 'servers', 'owners')

    def __init__(
        self,
        keys: Sequence[str] = KEYS,
        services: Mapping[str, str] = MappingProxyType({events.NOVA: 'nova.'}),
    ) -> None:
        """Begin with nothing.

        :param keys: of KEYS
        :param services: ``{name: beginning of the names of its loggers}``
        """
        self.services = services
        self.keys = keys
        self.counts: dict[tuple[str, ...], Count] = collections.defaultdict(
            Count
        )
        self.total = Count()
        self.days: set[str] = set()
        self.unread = 0
        self.failures = 0
        self.foreign = 0
        self.others = 0

    def read(self, lines: Iterable[str]) -> log_entries.Entries:
        """Count what stands in a log.

        :param lines: as oslo.log writes them, as text or JSON, also through
            syslog, journald or a container's log
        :returns: how many lines there were, and how many could be read
        """
        entries = log_entries.Entries(_WORDS, [*self.services.values()])
        for entry in entries.read(lines):
            if not entry.logger.startswith(_LOGGERS):
                self.foreign += _WORDS in entry.message
                continue
            text = _message(entry)
            if _FAILED.match(text):
                self.failures += 1
            elif text.startswith(events.WOULD_HIDE):
                try:
                    self._count(text[len(events.WOULD_HIDE) :], entry.day)
                except (LookupError, RecursionError, TypeError, ValueError):
                    self.unread += 1
        self.unread += entries.damaged
        self.foreign += entries.forged
        return entries

    def _count(self, text: str, day: str) -> None:
        record = _record(text)
        if record.get('service', events.NOVA) not in self.services:
            self.others += 1
            return
        record['day'] = record['time'].partition('T')[0][:10] or day
        record['day'] = record['day'] or 'unknown'
        for count in (self.total, self.counts[self._key(record)]):
            count.add(record)
        self.days.add(record['day'])

    def _key(self, record: dict[str, Any]) -> tuple[str, ...]:
        return tuple(str(record[key]) for key in self.keys)

    def rows(self) -> list[tuple[Any, ...]]:
        """Return ``[(value of each key…, number of each column…), …]``.

        The most requests come first, within a day where days are told.
        """
        rows = [key + count.numbers() for key, count in self.counts.items()]
        days = self.keys[:1] == KEYS[:1]
        return sorted(
            rows,
            key=lambda row: (
                row[:1] if days else (),
                -row[-len(self.COLUMNS)],
                row,
            ),
        )


def _message(entry: log_wrappers.Entry) -> str:
    """Return what one of our loggers wrote, beginning with an event.

    Where the format has no name, the event stands in its place.
    """
    if entry.logger in (events.WOULD_HIDE, events.WOULD_FAIL):
        return f'{entry.logger} {entry.message}'
    context, bracket, message = entry.message.partition(f'] {_WORDS}')
    if bracket and 'cloud_security.' not in context:
        # Names of users and projects can stand in the context, such as a".
        return f'{_WORDS}{message}'
    return entry.message


def _record(text: str) -> dict[str, Any]:
    """Return a record whose shape is right.

    :raises ValueError: when it is damaged
    """
    record = json.loads(text)
    if not isinstance(record, dict):
        raise TypeError('a record is an object')
    record.setdefault('time', '')
    _expect(record['time'], str)
    if record['time'] and not _TIME.match(record['time']):
        raise ValueError('a time begins with a day')
    _expect(record['operation'], str)
    for key in ('user_id', 'project_id'):
        _expect(record[key], str, is_optional=True)
    if 'status' in record:
        _expect(record['status'], int)
    _expect(record['servers'], list)
    for server in record['servers']:
        _expect(server, dict)
        _expect(server['server_id'], str)
        _expect(server['owner_id'], str, is_optional=True)
    return record


def _expect(value: Any, kind: type, is_optional: bool = False) -> None:
    """Refuse a value of another type; None passes where it is optional.

    :raises TypeError: when it is of another type
    """
    if value is None and is_optional:
        return
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f'{value!r} is no {kind.__name__}')
