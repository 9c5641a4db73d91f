# SPDX-License-Identifier: Apache-2.0
"""The body of a request, read without getting in the service's way."""

from __future__ import annotations

import re
from typing import Any

import webob

#: The escapes in a JSON string; two backslashes are one of them.
_ESCAPE = re.compile(r'\\(?:u[0-9a-fA-F]{4}|.)', re.DOTALL)
#: The characters that JSON can spell without an escape, in ASCII.
_PLAIN = frozenset(map(chr, range(0x20, 0x7F))) - {'"', '\\'}
#: Escapes of one letter.
_LETTERS = {'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}


class _Unreadable:
    """A wsgi.input that raises the same error at each read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, *args: Any) -> bytes:
        """Raise the error of the first read."""
        raise self._error


def read(environ: dict[str, Any]) -> bytes:
    """Return the body of a request, b'' where it cannot be read.

    Callers can close the connection early or send too much. The service must
    complain about that itself, in its own order. It must not succeed where
    the filter did not: a body that the filter has not seen stays unreadable.
    """
    try:
        return bytes(webob.Request(environ).body)
    except Exception as error:
        withhold(environ, error)
        return b''


def withhold(environ: dict[str, Any], error: Exception) -> None:
    """Let the service find an error where it reads the body."""
    environ['wsgi.input'] = _Unreadable(error)
    environ.pop('webob.is_body_seekable', None)


def without_escapes(text: str) -> str:
    """Return the same JSON, with escapes only where ASCII needs them.

    No parser is asked, because its limits are not those of other readers.
    """
    return _ESCAPE.sub(_plain, text)


def decoded(text: str) -> str:
    """Return a text in which every JSON escape is the character itself."""
    return _ESCAPE.sub(lambda found: _character(found.group()), text)


def _plain(found: re.Match[str]) -> str:
    escape = found.group()
    # Invalid escapes stay, so that JSON does not become valid.
    is_valid = len(escape) == 6 or escape == r'\/'
    character = _character(escape) if is_valid else ''
    return character if character in _PLAIN else escape


def _character(escape: str) -> str:
    """Return the character that an escape stands for."""
    if len(escape) == 6:
        return chr(int(escape[2:], 16))
    return _LETTERS.get(escape[1], escape[1])
