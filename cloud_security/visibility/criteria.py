"""Add the current scope to every ORM statement that names an owned model.

It must never let a statement on owned rows pass that it cannot restrict.
Source: SQLAlchemy's recipe "Adding global WHERE / ON criteria" (1.4 to 2.1).
"""
from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Set

from oslo_log import log as logging
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import orm
from sqlalchemy.sql import elements
from sqlalchemy.sql import functions
from sqlalchemy.sql import visitors

from cloud_security.visibility import scope as scopes

LOG = logging.getLogger(__name__)

# Counts and sums see everybody's rows: quotas belong to the project.
AGGREGATES = frozenset({'count', 'sum'})
RESTRICTABLE = (sa.sql.Select, sa.sql.Update, sa.sql.Delete)


class Owned(NamedTuple):
    """How the rows of a model belong to somebody."""

    criterion: elements.ColumnElement[bool]
    row_id: Callable[[Any], Optional[str]]
    owner_id: Callable[[Any], Optional[str]]


def _current_owner_id() -> str:
    scope = scopes.current()
    # '' owns nothing: a scope that is gone between the listener and the
    # execution of a statement leaves it without rows.
    return '' if scope is None else scope.owner_id


#: Whose rows: read when a statement is executed, so that the statement, its
#: options and its place in SQLAlchemy's compiled cache are the same for all.
OWNER_ID: elements.BindParameter[str] = sa.bindparam(
    'cloud_security_owner_id', callable_=_current_owner_id, type_=sa.String)


class Criteria:
    """The listener and the models that it guards."""

    def __init__(self, owned: Mapping[type, Owned],
                 is_shared: Callable[[], bool] = lambda: False) -> None:
        """Prepare the criteria.

        :param owned: which models have owners, and how
        :param is_shared: whether other services, which read everybody's
            rows, have threads in this process; then, and only then, what
            cannot be restricted passes
        """
        self.owned = owned
        self.is_shared = is_shared
        self._options = {
            sa.inspect(model): orm.with_loader_criteria(
                model, entry.criterion, include_aliases=True)
            for model, entry in owned.items()}
        self._tables = {mapper.local_table: mapper for mapper in self._options}
        # Relationships to an owned model: joined loading brings its rows in
        # with a statement that names only the other end.
        self._towards: Dict[Any, Set[Any]] = {}
        for mapper in self._options:
            for other in mapper.registry.mappers:
                if any(relation.mapper is mapper
                       for relation in other.relationships):
                    self._towards.setdefault(other, set()).add(mapper)

    def install(self) -> None:
        """Listen to every session of this process; again changes nothing."""
        if not event.contains(orm.Session, 'do_orm_execute', self.restrict):
            event.listen(orm.Session, 'do_orm_execute', self.restrict)

    def watch(self) -> None:
        """Show each owned row that is loaded to the scope's watcher."""
        for model in self.owned:
            if not event.contains(model, 'load', _show_to_watcher):
                event.listen(model, 'load', _show_to_watcher)

    def restrict(self, state: orm.ORMExecuteState) -> None:
        """Restrict one statement to the rows of the current scope.

        :raises ScopeError: when it cannot be told whose rows it may see.
        """
        named = self._named(state)
        if not named:
            return
        scope = scopes.current()
        if scope is None:
            if scopes.is_lost():
                self._refuse('A thread reads owned rows for a request that '
                             'is not inside the isolation filter.')
            return
        if scope.is_everybody or state.is_insert or _is_aggregate(state):
            return
        if not (state.is_orm_statement and isinstance(
                state.statement, RESTRICTABLE)):
            self._refuse('A statement reads owned rows in a form that cannot '
                         f'be restricted to their owner: {state.statement}')
            return
        state.statement = state.statement.options(
            *[self._options[mapper] for mapper in named])

    def _refuse(self, reason: str) -> None:
        if not self.is_shared():
            # Services catch what a thread raises; the log tells why.
            LOG.error(reason)
            raise scopes.ScopeError(reason)

    def _named(self, state: orm.ORMExecuteState) -> Set[Any]:
        """Return the owned mappers in a statement, also in its subqueries.

        Text can name anything, so it names all of them.
        """
        named: Set[Any] = set()
        # The statement's loader options; unknown ones may join anything.
        may_join = getattr(state.statement, '_with_options', True)
        for node in visitors.iterate(state.statement):
            entity = node._annotations.get('parententity')
            if entity is not None:
                if entity.mapper in self._options:
                    named.add(entity.mapper)
                elif may_join:
                    named |= self._towards.get(entity.mapper, set())
            elif isinstance(node, sa.Table) and node in self._tables:
                named.add(self._tables[node])
        if isinstance(state.statement, sa.sql.elements.TextClause):
            named |= self._options.keys()
        return named


def _is_aggregate(state: orm.ORMExecuteState) -> bool:
    columns = getattr(state.statement, 'column_descriptions', ())
    return bool(columns) and all(
        isinstance(column['expr'], functions.FunctionElement)
        and column['expr'].name in AGGREGATES for column in columns)


def _show_to_watcher(row: Any, _context: Any) -> None:
    scope = scopes.current()
    if scope is not None and scope.watch is not None:
        scope.watch(row)
