# SPDX-License-Identifier: Apache-2.0
"""Tasks that go on after the request that began them: imports, for example.

Glance runs them in the API's own process, in the threads of a pool. It has
found the image in the scope of the request before. A task then reads the rows
of everybody, also where its thread carries the context of a request.
Source: glance/async_/__init__.py ThreadPoolModel, Glance 28 to 33.
"""

from __future__ import annotations

from collections.abc import Callable
import functools
from typing import Any

from glance import async_

from cloud_security.visibility import scope as scopes

_MARK = 'cloud_security_is_unscoped'


def see_everybodys() -> None:
    """Let the functions in pools do so; again changes nothing.

    :raises AttributeError: when this Glance has no such pool
    """
    spawn = async_.ThreadPoolModel.spawn
    if not hasattr(spawn, _MARK):
        async_.ThreadPoolModel.spawn = _unscoped(spawn)


def _unscoped(spawn: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(spawn)
    def spawn_unscoped(
        pool: Any, function: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        return spawn(pool, _run, function, *args, **kwargs)

    setattr(spawn_unscoped, _MARK, True)
    return spawn_unscoped


def _run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    with scopes.on_this_thread(scopes.EVERYBODY):
        return function(*args, **kwargs)
