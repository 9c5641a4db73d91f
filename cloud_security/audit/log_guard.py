# SPDX-License-Identifier: Apache-2.0
"""Keep callers from writing whole lines into the service's log.

Nova logs the path of each request as it was decoded, before it knows who
asks. A newline in a path begins a line, which can look like a record of ours,
also inside a wrapper that collectors write. Nothing in a log could tell such
a line from a true one, so the guard lets no message have a second line.
"""

from __future__ import annotations

import copy
import logging
import re

from cloud_security.audit import log_lines
from cloud_security.audit import log_wrappers

#: Breaks of lines and other control characters.
_CONTROLS = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029]')
#: The same, except what oslo.log writes: newlines of tracebacks, and colours.
_ODD = re.compile(
    r'[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u2028\u2029]|\x1b(?!\[[0-9;]*m)'
)
#: Words with which a line could pass for a record, or end a held path.
_WORDS = re.compile(
    r'cloud_security\.(?:denied|hand|overrode|would_)'
    r'|nova\.api\.openstack\.requestlog|" status: '
)


class Formatter(logging.Formatter):
    """Formats as another does, with each message in one line."""

    def __init__(self, formatter: logging.Formatter) -> None:
        """Wrap a formatter."""
        super().__init__()
        self.wrapped = formatter

    def format(self, record: logging.LogRecord) -> str:
        """Return a record's text; tracebacks keep their own lines."""
        text = self.wrapped.format(_in_one_line(record))
        if not isinstance(text, str):
            return text
        first, *rest = _ODD.sub(_escaped, text).split('\n')
        return first + ''.join(
            ('\n' if _is_harmless(line, record.name) else '\\n') + line
            for line in rest
        )

    def formatException(self, ei: object) -> str:
        """Return an exception's text; oslo.log's handlers ask for it."""
        return self.wrapped.formatException(ei)  # type: ignore[arg-type]


def install() -> None:
    """Guard what the process logs from now on; again changes nothing."""
    for handler in logging.getLogger().handlers:
        formatter = handler.formatter
        if formatter is not None and not isinstance(formatter, Formatter):
            handler.setFormatter(Formatter(formatter))


def _in_one_line(record: logging.LogRecord) -> logging.LogRecord:
    """Return a record whose message has no control characters.

    Other handlers get the record itself, so this changes a copy.
    """
    try:
        message = record.getMessage()
    except Exception:  # noqa: BLE001 a log must not raise
        # The handler reports arguments that do not fit their format.
        return record
    if not _CONTROLS.search(message):
        return record
    record = copy.copy(record)
    record.msg, record.args = _CONTROLS.sub(_escaped, message), ()
    return record


def _is_harmless(line: str, logger: str) -> bool:
    """Tell whether a line of a traceback can only be taken for one.

    The text of an exception can hold a caller's words, with newlines.
    """
    line = log_lines.plain(line)
    parsed = log_lines.parse(line)
    if parsed and parsed.logger == logger:
        # oslo.log puts the logger's name before each line of a traceback.
        return True
    return not (_WORDS.search(line) or _is_wrapped(line))


def _is_wrapped(line: str) -> bool:
    """Tell whether a line passes for one that a transport has wrapped."""
    line = line.strip()
    return log_wrappers.is_bytes(line) or any(
        log_wrappers.CRI.match(text)
        or log_wrappers.parsed(log_wrappers.FLUENTD.sub('', text, count=1))
        for text in (line, log_lines.bare(line))
    )


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode('unicode_escape').decode()
