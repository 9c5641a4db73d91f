"""What the records of monitor mode add up to.

Reads text, so that it works where the logs are. What cannot be read must be
counted, never left out in silence.
"""

import collections
import json
import re
from typing import Any
from typing import Dict
from typing import Iterable
from typing import List
from typing import Sequence
from typing import Set
from typing import Tuple

from cloud_security.audit import events

#: What records can be counted by.
KEYS = ('day', 'user_id', 'project_id', 'operation')

_DAY = re.compile(r'\d{4}-\d\d-\d\d')
#: journald's form of a message with colours, in which no word is found, or of
#: one that is long: that needs journalctl --all.
_BYTES = re.compile(r'"MESSAGE"\s*:\s*(\[|null)')


class Count:
    """Requests that enforce would have changed, and about how much."""

    def __init__(self) -> None:
        self.requests = 0
        self.servers: Set[str] = set()
        self.owners: Set[str] = set()

    def add(self, record: Dict[str, Any]) -> None:
        """Count one record."""
        self.requests += 1
        for server in record['servers']:
            self.servers.add(server['server_id'])
            self.owners.add(str(server['owner_id']))


class Report:
    """Counts by what was asked for.

    ``unread`` counts records that are damaged, ``failures`` requests that
    enforce would have answered with an error.
    """

    def __init__(self, keys: Sequence[str] = KEYS) -> None:
        """Begin with nothing.

        :param keys: of KEYS
        """
        self.keys = keys
        self.counts: Dict[Tuple[str, ...], Count] = collections.defaultdict(
            Count
        )
        self.total = Count()
        self.days: Set[str] = set()
        self.unread = 0
        self.failures = 0

    def read(self, lines: Iterable[str]) -> None:
        """Count what stands in a log.

        :param lines: as oslo.log writes them, as text or JSON, also through
            syslog or journald
        """
        for line in lines:
            if events.WOULD_FAIL in line:
                self.failures += 1
            elif events.WOULD_HIDE in line or _BYTES.search(line):
                try:
                    self._count(line)
                except (
                    AttributeError,
                    LookupError,
                    RecursionError,
                    TypeError,
                    ValueError,
                ):
                    self.unread += 1

    def _count(self, line: str) -> None:
        text = _message(line)
        if events.WOULD_HIDE not in text:
            return
        record = _record(text)
        if 'time' not in record:
            [record['time']] = _DAY.findall(line)[:1] or ['unknown']
        record['day'] = record['time'].partition('T')[0]
        # All, or none of them.
        Count().add(record)
        for count in (self.total, self.counts[self._key(record)]):
            count.add(record)
        self.days.add(record['day'])

    def _key(self, record: Dict[str, Any]) -> Tuple[str, ...]:
        return tuple(str(record[key]) for key in self.keys)

    def rows(self) -> List[Tuple[Any, ...]]:
        """Return ``[(value of each key…, requests, servers, owners), …]``.

        The most requests come first, within a day where days are told.
        """
        rows = [
            key + (count.requests, len(count.servers), len(count.owners))
            for key, count in self.counts.items()
        ]
        days = self.keys[:1] == KEYS[:1]
        return sorted(
            rows, key=lambda row: (row[:1] if days else (), -row[-3], row)
        )


def _message(line: str) -> str:
    """Return what was logged.

    :raises ValueError: when it is damaged
    """
    if not line.lstrip().startswith('{'):
        return line
    # oslo.log's JSONFormatter, or journald's export.
    entry = json.loads(line)
    message = entry.get('message') or entry['MESSAGE']
    if message is None:
        raise ValueError('it was too long for journalctl')
    if isinstance(message, list):
        message = bytes(message).decode(errors='replace')
    return str(message)


def _record(line: str) -> Dict[str, Any]:
    """Return the record in a line.

    :raises ValueError: when it is damaged
    """
    _, _, text = line.partition(events.WOULD_HIDE)
    record: Dict[str, Any] = json.JSONDecoder().raw_decode(text.lstrip())[0]
    return record
