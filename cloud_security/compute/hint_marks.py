# SPDX-License-Identifier: Apache-2.0
"""Scheduler hints: texts in which IDs of servers can have a mark.

The scheduler matches a marked ID with no server. The filter removes the mark
wherever Nova shows the hint. A caller can send marks, too. Then the filter
takes a mark that this caller did not send, and can tell the two apart.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import secrets

from cloud_security.wsgi import exchange as exchanges

#: Names a server group, whose rows have owners of their own.
GROUP = 'group'
#: JSON in a string; its own escapes must not hide an ID.
QUERY = 'query'
#: Braces before an ID are valid in Nova's schemas and part of no ID.
MARK = '{}}{{{}}{}{{}{}}'
#: The end of a mark that begins with random braces.
_END = '{{}}{}}{{}{}}{{}'
_RANDOM = 32
_ID = 36


def new_mark(sent: str) -> str:
    """Return a mark for a request.

    :param sent: all that the caller sent
    """
    mark = MARK
    while mark in sent or mark == MARK and _END in sent:
        mark = ''.join(secrets.choice('{}') for _ in range(_RANDOM)) + _END
    return mark


def is_in(text: str) -> bool:
    """Tell whether a text may have marks."""
    return MARK in text or _END in text


def is_marked(found: str) -> bool:
    """Tell whether an ID has marks."""
    return len(found) > _ID


def plain(found: str) -> str:
    """Return an ID without its marks, as Nova spells it."""
    return found[-_ID:].lower()


def named(text: str) -> list[str]:
    """Return each ID in a text, with its marks."""
    return [text[start:end] for start, end in _spans(text)]


def marked_ids(text: str) -> set[str]:
    """Return the IDs in a text that have a mark: callers sent them."""
    return {plain(found) for found in named(text) if is_marked(found)}


def without_mark(text: str) -> str:
    """Return an ID with one mark less."""
    *_, last, _ = [0, *_starts(text, len(text) - _ID)]
    return text[last:]


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
        *_, start = _starts(text, found.start())
        yield start, found.end()


def _starts(text: str, start: int) -> Iterator[int]:
    """Yield where an ID starts, and where each of its marks does."""
    while start >= 0:
        yield start
        end = start
        if text.endswith(MARK, 0, end):
            start = end - len(MARK)
        elif text.endswith(_END, 0, end):
            start = end - len(_END) - _RANDOM
            if start < 0 or text[start : end - len(_END)].strip('{}'):
                return
        else:
            return
