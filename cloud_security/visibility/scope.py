# SPDX-License-Identifier: Apache-2.0
"""The scope of a request: the rows that it may see.

Each thread that works for a request finds the scope of that request. A thread
with a user's context but no known request is lost (``is_lost``): the guard
refuses its SQL on owned tables. A thread without a context, or with one that
has no user, belongs to no request.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
from typing import Any
from typing import Callable
from typing import Iterator

from oslo_context import context as oslo_context

#: All aggregates that may see everybody's rows.
TOTALS = frozenset({'count', 'sum', 'exists'})


class ScopeError(Exception):
    """The rows that a request may see are unknown."""


@dataclasses.dataclass(frozen=True)
class Scope:
    """Rows of one owner, or of everybody. ``Scope()`` reads no rows.

    ``reaches_needed`` adds rows of other owners that the owner's rows need,
    where a model has such. ``project_id`` is the caller's project, for models
    whose rows can belong to other projects. ``totals`` are the aggregates
    that count everybody's rows, where a statement returns nothing else; by
    default all. SQLAlchemy's load event hands each row that it reads to
    ``watch``.
    """

    owner_id: str = ''
    is_everybody: bool = False
    reaches_needed: bool = False
    project_id: str = ''
    totals: frozenset[str] = TOTALS
    watch: Callable[[Any], None] | None = None


EVERYBODY = Scope(is_everybody=True)

# The request's own thread or greenthread.
_here: contextvars.ContextVar[Scope | None] = contextvars.ContextVar(
    'cloud_security_scope', default=None
)
# Threads that a service starts for a request carry oslo.context's
# thread-local context; its request_id survives every copy of it.
_by_request_id: dict[str, tuple[Scope]] = {}


@contextlib.contextmanager
def entered(scope: Scope, request_id: str) -> Iterator[None]:
    """Hold a scope for one request, in all of its threads.

    :raises ScopeError: when another request with this id is under way.
    """
    if not request_id:
        raise ScopeError('A request without an id cannot be isolated.')
    # A tuple is one request's alone; requests share the scope EVERYBODY.
    held = (scope,)
    if _by_request_id.setdefault(request_id, held) is not held:
        raise ScopeError(f'Two requests share the id {request_id}.')
    try:
        with on_this_thread(scope):
            yield
    finally:
        del _by_request_id[request_id]


@contextlib.contextmanager
def on_this_thread(scope: Scope) -> Iterator[None]:
    """Hold a scope for the statements of this thread."""
    token = _here.set(scope)
    try:
        yield
    finally:
        _here.reset(token)


def current() -> Scope | None:
    """Return the scope of the request that this thread works for.

    :returns: None outside of any request.
    """
    scope = _here.get()
    if scope is None:
        context = oslo_context.get_current()
        if context is not None:
            [scope] = _by_request_id.get(context.request_id) or (None,)
    return scope


def is_lost() -> bool:
    """Tell whether this thread works for a user, but for no known request."""
    if current() is not None:
        return False
    context = oslo_context.get_current()
    return context is not None and context.user_id is not None
