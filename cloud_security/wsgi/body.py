# SPDX-License-Identifier: Apache-2.0
"""The body of a request, read without getting in the service's way."""

from __future__ import annotations

import re
import string
from typing import Any

import webob

#: The escapes in a JSON string; two backslashes are one of them.
_ESCAPE = re.compile(r'\\(?:u[0-9a-fA-F]{4}|.)', re.DOTALL)
#: Characters of IDs, and those that mark them.
_OF_IDS = frozenset(string.hexdigits + '-{}')


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
    """Return JSON without escapes of the characters of IDs and marks.

    No parser is asked, because its limits are not those of other readers.
    """
    return _ESCAPE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    escape = found.group()
    character = chr(int(escape[2:], 16)) if len(escape) == 6 else ''
    return character if character in _OF_IDS else escape
