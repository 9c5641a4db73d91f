# SPDX-License-Identifier: Apache-2.0
"""Depth of Python's stack: the filter's frames, given back to the service.

A service recurses into what callers send, and answers 500 where Python's
limit ends that. The filter's frames would end it earlier than without the
filter. So the filter raises the limit by exactly its own depth, once.
Python 3.12 and later limit the recursion of C code, such as the JSON parser,
apart from this. The filter takes none of that: it is a method, which Python
calls without C code, and not an object with ``__call__``.
"""

from __future__ import annotations

from collections.abc import Callable
import sys
import threading
from typing import Any

_lock = threading.Lock()
_is_raised = False

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


class _Measuring:
    """An application that measures how deep functions can call each other."""

    depth = 0

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> list[bytes]:
        self.depth = _deepest(0)
        start_response('200 OK', [])
        return []


def _deepest(depth: int) -> int:
    try:
        return _deepest(depth + 1)
    except RecursionError:
        return depth


def give_back(
    wrap: Callable[[Application], Application], environ: dict[str, Any]
) -> None:
    """Raise the recursion limit by the depth of a filter; again does nothing.

    :param wrap: puts the filter before an application
    :param environ: of a request that the filter lets through
    """
    global _is_raised
    with _lock:
        if _is_raised:
            return
        application = _Measuring()
        _request(application, environ)
        without = application.depth
        _request(wrap(application), environ)
        sys.setrecursionlimit(
            sys.getrecursionlimit() + without - application.depth
        )
        _is_raised = True


def _request(application: Application, environ: dict[str, Any]) -> None:
    application(dict(environ), lambda *args: None)
