# SPDX-License-Identifier: Apache-2.0
"""Keep callers from writing whole lines into the service's log.

Nova logs the path of each request as it was decoded, before it knows who
asks. A newline in a path begins a line, which can look like a record of ours.
Nothing in a log could tell such a line from a true one, so none is written.
"""

from __future__ import annotations

import logging
import re

#: A break of a line, before one that could be taken for a record of ours or
#: for an end of Nova's request log.
_BREAK = re.compile(
    r'[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]'
    r'(?=[^\r\n]*(?:cloud_security\.(?:denied|hand|overrode|would_)'
    r'|nova\.api\.openstack\.requestlog))'
)


class Formatter(logging.Formatter):
    """Formats as another does, and joins lines that a caller broke."""

    def __init__(self, formatter: logging.Formatter) -> None:
        """Wrap a formatter."""
        super().__init__()
        self.wrapped = formatter

    def format(self, record: logging.LogRecord) -> str:
        """Return a record's text, with forged lines in its first line."""
        text = self.wrapped.format(record)
        if isinstance(text, str):
            text = _BREAK.sub(_escaped, text)
        return text

    def formatException(self, ei: object) -> str:
        """Return an exception's text; oslo.log's handlers ask for it."""
        return self.wrapped.formatException(ei)  # type: ignore[arg-type]


def install() -> None:
    """Guard what the process logs from now on; again changes nothing."""
    for handler in logging.getLogger().handlers:
        formatter = handler.formatter
        if formatter is not None and not isinstance(formatter, Formatter):
            handler.setFormatter(Formatter(formatter))


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode('unicode_escape').decode()
