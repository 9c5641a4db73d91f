# SPDX-License-Identifier: Apache-2.0
"""Scheduler hints: texts in which IDs of servers can have a mark.

The scheduler matches a marked ID with no server. The filter removes the mark
wherever Nova shows the hint.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator

from cloud_security.wsgi import exchange as exchanges

#: Names a server group, whose rows have owners of their own.
GROUP = 'group'
#: JSON in a string; its own escapes must not hide an ID.
QUERY = 'query'
#: Braces before an ID are valid in Nova's schemas and part of no ID.
MARK = '{}}{{{}}{}{{}{}}'


def named(text: str) -> list[str]:
    """Return each ID in a text, with its marks."""
    return [text[start:end] for start, end in _spans(text)]


def marked_ids(text: str) -> set[str]:
    """Return the IDs in a text that have a mark: callers sent them."""
    return {
        found.replace(MARK, '').lower()
        for found in named(text)
        if found.startswith(MARK)
    }


def without_mark(text: str) -> str:
    """Return an ID with one mark less."""
    return text.replace(MARK, '', 1)


def mapped(text: str, change: Callable[[str], str]) -> str:
    """Return a text with each ID in it, and its marks, changed."""
    parts = []
    end = 0
    for start, next_end in _spans(text):
        parts += [text[end:start], change(text[start:next_end])]
        end = next_end
    return ''.join(parts) + text[end:]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start of each ID in a text, with its marks, and its end."""
    for found in exchanges.UUID.finditer(text):
        start = found.start()
        while text.startswith(MARK, max(0, start - len(MARK)), start):
            start -= len(MARK)
        yield start, found.end()
