# SPDX-License-Identifier: Apache-2.0
"""The guard: refuse SQL that reads an owned table without its criterion.

The guard sees all SQL of this process and restricts none. It decides once for
each SQL string, and refuses what it cannot read.
"""

from __future__ import annotations

import contextvars
import functools
from typing import Any
from typing import Callable

from oslo_log import log as logging
from sqlalchemy import engine
from sqlalchemy import event
from sqlalchemy import orm

from cloud_security.visibility import reader
from cloud_security.visibility import scope as scopes
from cloud_security.visibility import tokens

LOG = logging.getLogger(__name__)

#: The execution option of a statement that reads everybody's rows.
UNRESTRICTED = 'cloud_security_unrestricted'
#: How many SQL strings the guard remembers, in each process.
REMEMBERED = 1000

# The sessions that write rows, which they have read before: from before_flush
# to after_flush, or until the transaction ends where that fails.
_flushing: contextvars.ContextVar[frozenset[int]] = contextvars.ContextVar(
    'cloud_security_flushing', default=frozenset()
)


class Guard:
    """The listener to all SQL, and what it found out about each string."""

    def __init__(
        self, keys: reader.Keys, is_shared: Callable[[], bool] = lambda: False
    ) -> None:
        """Prepare the guard.

        :param keys: the primary keys of the owned tables
        :param is_shared: whether other services, which read everybody's
            rows, have threads in this process; then, and only then, the guard
            lets SQL pass that it would refuse
        """
        self._is_shared = is_shared
        self._reader = reader.Reader(keys)
        self._problem = functools.lru_cache(maxsize=REMEMBERED)(self.problem)
        self._names = functools.lru_cache(maxsize=REMEMBERED)(
            self._reader.names
        )
        self._listeners = (
            (engine.Engine, 'before_cursor_execute', self.check),
            (orm.Session, 'before_flush', _begin_flush),
            (orm.Session, 'after_flush', _end_flush),
            (orm.Session, 'after_soft_rollback', _end_flush),
        )

    def install(self) -> None:
        """Listen to every engine of this process; again changes nothing."""
        for listener in self._listeners:
            if not event.contains(*listener):
                event.listen(*listener)

    def uninstall(self) -> None:
        """Stop listening."""
        for listener in self._listeners:
            if event.contains(*listener):
                event.remove(*listener)

    def check(
        self,
        _connection: Any,
        _cursor: Any,
        sql: str,
        _parameters: Any,
        context: Any,
        _executemany: bool,
    ) -> None:
        """Refuse SQL that reads rows outside of the current scope.

        :raises ScopeError: when the SQL would, or when nobody can tell
        """
        scope = scopes.current()
        if scope is None:
            if scopes.is_lost() and self._names(sql):
                self.refuse_lost()
            return
        if scope.is_everybody:
            return
        problem, is_by_key = self._problem(sql)
        if (
            problem
            and not (is_by_key and _flushing.get())
            and not (context and context.execution_options.get(UNRESTRICTED))
        ):
            self.refuse(f'{problem}: {sql}')

    def problem(self, sql: str) -> tuple[str, bool]:
        """Return why SQL must not pass, '' if it may.

        :returns: and whether a session may write one row with it
        """
        try:
            reading = self._reader.read(sql)
        except tokens.Unreadable as error:
            return f'SQL on owned tables is not understood, {error}', False
        if not reading.tables:
            return '', False
        tables = ', '.join(reading.tables)
        return (
            f'SQL reads {tables} in a form that is not restricted to the '
            'rows of one owner',
            reading.is_by_key,
        )

    def refuse_lost(self) -> None:
        """Refuse SQL of a thread that works for an unknown request.

        :raises ScopeError: unless this process is shared
        """
        self.refuse(
            'A thread reads owned rows for a request that is not inside the '
            'isolation filter.'
        )

    def refuse(self, reason: str) -> None:
        """Refuse a statement.

        :raises ScopeError: unless this process is shared
        """
        if not self._is_shared():
            # Services catch what a thread raises; the log tells why.
            LOG.error(reason)
            raise scopes.ScopeError(reason)


def _begin_flush(session: orm.Session, *_: Any) -> None:
    _flushing.set(_flushing.get() | {id(session)})


def _end_flush(session: orm.Session, *_: Any) -> None:
    _flushing.set(_flushing.get() - {id(session)})
