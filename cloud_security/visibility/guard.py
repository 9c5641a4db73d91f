# SPDX-License-Identifier: Apache-2.0
"""The guard: refuse SQL that reads an owned table without its criterion.

The guard sees all SQL of this process and restricts none. It decides once for
each SQL string, and refuses what it cannot read.
"""

from __future__ import annotations

import functools
from typing import Any
from typing import Callable
from typing import Iterable
from typing import NamedTuple

from oslo_log import log as logging
from sqlalchemy import engine
from sqlalchemy import event

from cloud_security.visibility import flushes
from cloud_security.visibility import reader
from cloud_security.visibility import scope as scopes
from cloud_security.visibility import sources
from cloud_security.visibility import tokens

LOG = logging.getLogger(__name__)

#: The execution option of a statement that reads everybody's rows.
UNRESTRICTED = 'cloud_security_unrestricted'
#: How many SQL strings the guard remembers, in each process.
REMEMBERED = 1000
_EVENT = 'before_cursor_execute'


class Problem(NamedTuple):
    """The reason why SQL must not pass, '' if it may.

    A session may write one row with SQL that ``is_by_key``; SQL that
    ``is_aggregate`` may see everybody's rows where the criteria ask for it.
    """

    reason: str
    is_by_key: bool = False
    is_aggregate: bool = False


class Guard:
    """The listener to all SQL, and what it found out about each string."""

    def __init__(
        self,
        keys: reader.Keys,
        is_shared: Callable[[], bool] = lambda: False,
        models: Iterable[type] = (),
        parents: sources.Parents | None = None,
    ) -> None:
        """Prepare the guard.

        :param keys: the primary keys of the owned tables
        :param is_shared: whether other services, which read everybody's
            rows, have threads in this process; then, and only then, the guard
            lets SQL pass that it would refuse
        :param models: the owned models, whose rows sessions write
        :param parents: the columns by which owned rows belong to others
        """
        self._is_shared = is_shared
        self._reader = reader.Reader(keys, parents)
        self._problem = functools.lru_cache(maxsize=REMEMBERED)(self.problem)
        self._names = functools.lru_cache(maxsize=REMEMBERED)(
            self._reader.names
        )
        self.flushes = flushes.Flushes(models, self.refuse)

    def install(self) -> None:
        """Listen to every engine of this process; again changes nothing."""
        if not event.contains(engine.Engine, _EVENT, self.check):
            event.listen(engine.Engine, _EVENT, self.check)
        self.flushes.install()

    def uninstall(self) -> None:
        """Stop listening."""
        if event.contains(engine.Engine, _EVENT, self.check):
            event.remove(engine.Engine, _EVENT, self.check)
        self.flushes.uninstall()

    def check(
        self,
        connection: Any,
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
        problem = self._problem(sql)
        if (
            problem.reason
            and not (problem.is_by_key and flushes.is_writing(connection))
            and not (
                problem.is_aggregate
                and context
                and context.execution_options.get(UNRESTRICTED)
            )
        ):
            self.refuse(f'{problem.reason}: {sql}')

    def problem(self, sql: str) -> Problem:
        """Return why SQL must not pass."""
        try:
            reading = self._reader.read(sql)
        except tokens.Unreadable as error:
            return Problem(f'SQL on owned tables is not understood, {error}')
        if not reading.tables:
            return Problem('')
        tables = ', '.join(reading.tables)
        return Problem(
            f'SQL reads {tables} in a form that is not restricted to the '
            'rows of one owner',
            reading.is_by_key,
            reading.is_aggregate,
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
