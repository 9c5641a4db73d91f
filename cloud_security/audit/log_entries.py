# SPDX-License-Identifier: Apache-2.0
"""Entries of a log in their order, without what callers forged.

Nova writes the path of each request into its log before it knows who asks,
and a newline of a path as a newline.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import re

from cloud_security.audit import log_wrappers

#: Nova's request log has a caller's path as it was decoded, newlines too.
_REQUEST_LOG = 'nova.api.openstack.requestlog'
_REQUEST_LOG_END = re.compile(r'" status: \d+ len: ')
#: Our loggers; services and programs have others.
_OURS = 'cloud_security.'
#: Marks at a file's start: of UTF-8, and the hole that copytruncate leaves.
_MARKS = '\ufeff\0'
#: Lines that a path can break a line into; no server takes longer paths.
_MAX_HELD = 200
#: Raised by JSON that has another shape than a wrapper.
_WRONG = (LookupError, RecursionError, TypeError, ValueError)


class Entries:
    """Reads one log, line by line.

    ``lines`` counts what is not blank, ``entries`` what the services wrote.
    """

    def __init__(self, words: str, loggers: Sequence[str]) -> None:
        """Begin.

        :param words: a line without them is of no interest, once another
            showed that the log can be read
        :param loggers: beginnings of the names of the services' loggers
        """
        self._loggers = (*loggers, _OURS)
        self.lines = 0
        self.entries = 0
        #: Lines with those words that were cut.
        self.damaged = 0
        #: Lines with those words that a caller's path brought.
        self.forged = 0
        self._words = words
        self._wrappers = log_wrappers.Wrappers()
        self._held: list[log_wrappers.Entry] = []

    def read(self, lines: Iterable[str]) -> Iterator[log_wrappers.Entry]:
        """Yield the entries of a log; what cannot be read is counted."""
        for entry in self._unbroken(self._all(lines)):
            self.entries += entry.logger.startswith(self._loggers)
            yield entry
        for rest in (*self._wrappers.parts.values(), *self._wrappers.lost):
            self.damaged += self._words in rest

    def _all(self, lines: Iterable[str]) -> Iterator[log_wrappers.Entry]:
        for line in _documents(lines):
            if not line.strip():
                continue
            self.lines += 1
            if not self._is_of_interest(line):
                continue
            try:
                yield from list(self._wrappers.entries(line))
            except (log_wrappers.Damaged, *_WRONG):
                self.damaged += self._words in line or log_wrappers.is_bytes(
                    line
                )

    def _unbroken(
        self, entries: Iterable[log_wrappers.Entry]
    ) -> Iterator[log_wrappers.Entry]:
        """Leave out what a newline in a path put between two lines."""
        for entry in entries:
            has_end = bool(_REQUEST_LOG_END.search(entry.message))
            if self._held and has_end:
                self.forged += sum(
                    self._words in held.message for held in self._held
                )
                self._held.clear()
                # The rest of the line, or the request log's next.
                yield entry
            elif self._held or (
                entry.logger == _REQUEST_LOG
                and '"' in entry.message
                and not has_end
            ):
                self._held.append(entry)
                if len(self._held) > _MAX_HELD:
                    yield from self._held
                    self._held.clear()
            else:
                yield entry
        yield from self._held
        self._held.clear()

    def _is_of_interest(self, line: str) -> bool:
        return bool(
            not self.entries
            or self._words in line
            or self._wrappers.parts
            or self._held
            or log_wrappers.is_bytes(line)
            or log_wrappers.is_part(line)
            or (_REQUEST_LOG in line and '" status: ' not in line)
        )


def _documents(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines, and JSON that is written over several lines as one.

    That is done only from the beginning of a log, as a single bracket in the
    middle of one could hide the rest.
    """
    parts: list[str] = []
    is_at_start = True
    for line in lines:
        bare = line.lstrip(_MARKS).rstrip()
        if parts:
            parts.append(line)
            if line[:1] in '}]':
                text = ' '.join(part.strip() for part in parts)
                parts = []
                if log_wrappers.parsed(text.rstrip(', ')) is None:
                    is_at_start = False
                yield text.rstrip(', ')
        elif is_at_start and bare in ('{', '['):
            parts = [bare]
        else:
            is_at_start = is_at_start and not bare
            yield line.lstrip(_MARKS)
    yield from parts
