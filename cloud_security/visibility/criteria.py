# SPDX-License-Identifier: Apache-2.0
"""The owner criterion of every ORM statement that reads an owned model.

The listener adds it as SQLAlchemy's documentation does, in "Adding global
WHERE / ON criteria" (1.4 to 2.1). It may miss a form of statement: guard.py
looks at the SQL and refuses it.
"""

from __future__ import annotations

from typing import Any
from typing import Callable
from typing import Container
from typing import Iterable
from typing import Iterator
from typing import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import orm
from sqlalchemy.sql import elements
from sqlalchemy.sql import functions
from sqlalchemy.sql import selectable
from sqlalchemy.sql import visitors

from cloud_security.visibility import guard as guards
from cloud_security.visibility import owner
from cloud_security.visibility import scope as scopes

OWNER_ID = owner.OWNER_ID
REACHES_NEEDED = owner.REACHES_NEEDED
own = owner.own

#: Counts and sums see everybody's rows: quotas belong to the project. So does
#: the question whether there are rows at all, on which counting depends.
AGGREGATES = frozenset({'count', 'sum'})


_VALUES = frozenset({'bindparam', 'null', 'true', 'false'})


class Owned(NamedTuple):
    """The owner of a model's rows.

    ``criterion`` compares a column with ``OWNER_ID``, or with a query in
    ``own()``. ``owner_id`` is None where a row does not tell.
    """

    criterion: elements.ColumnElement[bool]
    row_id: Callable[[Any], str]
    owner_id: Callable[[Any], str | None] | None


class Criteria:
    """The listener that restricts, and the guard that verifies."""

    def __init__(
        self,
        owned: Mapping[type, Owned],
        is_shared: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare the criteria.

        :param owned: which models have owners, and how
        :param is_shared: whether other services, which read everybody's
            rows, have threads in this process; then, and only then, what
            cannot be restricted passes
        """
        self.owned = owned
        self._options: dict[Any, Any] = {
            sa.inspect(model): orm.with_loader_criteria(
                model, entry.criterion, include_aliases=True
            )
            for model, entry in owned.items()
        }
        self._criteria: dict[Any, Any] = {
            sa.inspect(model).local_table: entry.criterion
            for model, entry in owned.items()
        }
        self._mappers: dict[Any, Any] = {
            mapper.local_table: mapper for mapper in self._options
        }
        self._by_subquery = {
            mapper
            for mapper in self._options
            if any(
                isinstance(node, sa.sql.Select)
                for node in visitors.iterate(
                    self._criteria[mapper.local_table]
                )
            )
        }
        mappers = {
            mapper
            for registry in {mapper.registry for mapper in self._options}
            for mapper in registry.mappers
        }
        self._may_load = {mapper: self._reach(mapper) for mapper in mappers}
        self._always_load = {
            mapper: self._reach(mapper, (False, 'joined'))
            for mapper in mappers
        }
        self.guard = guards.Guard(
            {
                table.name: frozenset(
                    column.name for column in table.primary_key
                )
                for table in self._criteria
            },
            is_shared,
        )

    def install(self) -> None:
        """Listen to every session of this process; again changes nothing."""
        if not event.contains(orm.Session, 'do_orm_execute', self.restrict):
            event.listen(orm.Session, 'do_orm_execute', self.restrict)
        self.guard.install()

    def uninstall(self) -> None:
        """Stop listening."""
        if event.contains(orm.Session, 'do_orm_execute', self.restrict):
            event.remove(orm.Session, 'do_orm_execute', self.restrict)
        self.guard.uninstall()

    def watch(self, watched: Iterable[type]) -> None:
        """Show each row of some models that is read to scopes' watchers."""
        for model in watched:
            if not event.contains(model, 'load', _show_to_watcher):
                event.listen(model, 'load', _show_to_watcher)

    def restrict(self, state: orm.ORMExecuteState) -> None:
        """Restrict one statement to the rows of the current scope.

        :raises ScopeError: when the statement is text, which can name views
        """
        scope = scopes.current()
        if scope is not None and scope.is_everybody:
            return
        statement: Any = state.statement
        if scope is None:
            if _is_text(statement) and scopes.is_lost():
                self.guard.refuse_lost()
        elif isinstance(statement, sa.sql.Select):
            self._restrict_select(state, statement)
        elif isinstance(statement, (sa.sql.Update, sa.sql.Delete)):
            self._restrict_change(state, statement)
        elif _is_text(statement):
            self.guard.refuse(
                'A statement is text, in a form that cannot be restricted to '
                f'the rows of one owner: {statement}'
            )

    def _restrict_select(self, state: Any, statement: Any) -> None:
        if _is_simple(statement) or state.is_relationship_load:
            mapper = state.bind_mapper
            needed = self._loaded(mapper, statement)
            if mapper in needed and state.is_column_load:
                # SQLAlchemy adds no loader criteria where it refreshes a row.
                state.statement = statement.where(
                    self._criteria[mapper.local_table]
                )
                return
        else:
            columns = statement.column_descriptions
            if _is_aggregate(columns):
                state.update_execution_options(**{guards.UNRESTRICTED: True})
                return
            entities = [
                sa.inspect(column['entity'])
                for column in columns
                if column.get('entity')
            ]
            needed = self._named(statement).union(
                *(self._loaded(one.mapper, statement) for one in entities)
            )
            if needed:
                statement = statement.where(*self._beside(statement, entities))
        if needed:
            state.statement = self._with_options(statement, needed)

    def _loaded(self, mapper: Any, statement: Any) -> frozenset[Any]:
        """Return the owned mappers whose rows come with those of a mapper.

        Joined loading brings rows in with a statement that names only the
        other end of relationships: where its options say so, or always.
        """
        is_optional = getattr(statement, '_with_options', True)
        found = self._may_load if is_optional else self._always_load
        return found.get(mapper, frozenset())

    def _beside(
        self, statement: Any, entities: Iterable[Any]
    ) -> Iterator[Any]:
        """Yield criteria for what a statement reads beside its entities."""
        restricted = {entity.selectable for entity in entities}
        for table, is_joined in _tables(statement.get_final_froms()):
            if table in self._criteria and (
                # SQLAlchemy before 1.4.52 and 2.0.22 restricts no JOIN that
                # follows no relationship.
                is_joined or table not in restricted
            ):
                yield self._criteria[table]

    def _restrict_change(self, state: Any, statement: Any) -> None:
        if not state.is_orm_statement:
            # oslo.db makes such an UPDATE on MySQL and PostgreSQL.
            # Source: oslo_db/sqlalchemy/update_match.py.
            if statement.table in self._criteria:
                state.statement = statement.where(
                    self._criteria[statement.table]
                )
            return
        needed = self._named(statement)
        state.statement = self._with_options(statement, needed)
        if (
            needed & self._by_subquery
            and state.execution_options.get('synchronize_session')
            == 'evaluate'
        ):
            # Python cannot evaluate them, but the database can.
            state.update_execution_options(synchronize_session='fetch')

    def _with_options(self, statement: Any, needed: frozenset[Any]) -> Any:
        # What loads relationships has those of the statement before.
        given = getattr(statement, '_with_options', ())
        options = [
            option
            for option in map(self._options.__getitem__, needed)
            if option not in given
        ]
        return statement.options(*options) if options else statement

    def _named(self, statement: Any) -> frozenset[Any]:
        """Return the owned mappers whose tables stand in a statement."""
        tables = {
            node
            if isinstance(node, sa.Table)
            else getattr(node, 'table', None)
            for node in visitors.iterate(statement)
        }
        return frozenset(
            self._mappers[table] for table in tables & self._mappers.keys()
        )

    def _reach(self, mapper: Any, lazy: Container[Any] = ()) -> frozenset[Any]:
        """Return the owned mappers that a mapper is or leads to.

        :param lazy: the ways of loading that count; without them, all do
        """
        found = {mapper}
        left = [mapper]
        while left:
            for relation in left.pop().relationships:
                if relation.mapper not in found and (
                    not lazy or relation.lazy in lazy
                ):
                    found.add(relation.mapper)
                    left.append(relation.mapper)
        return frozenset(found & self._options.keys())


def _is_simple(statement: Any) -> bool:
    """Tell whether a SELECT compares columns of one entity with values.

    Most do. What this overlooks, in a subquery of ORDER BY, the guard refuses;
    without these attributes, the listener looks through every statement.
    """
    try:
        [column] = statement._raw_columns
        return (
            column.__visit_name__ == 'table'
            and not statement._setup_joins
            and not statement._from_obj
            and all(
                part.right.__visit_name__ in _VALUES
                for criterion in statement._where_criteria
                for part in getattr(criterion, 'clauses', (criterion,))
            )
        )
    except (AttributeError, ValueError):
        return False


def _is_text(statement: Any) -> bool:
    statement = getattr(statement, 'element', statement)
    return isinstance(
        statement, (elements.TextClause, selectable.TextualSelect)
    )


def _is_aggregate(columns: Any) -> bool:
    """Tell whether a statement returns counts, sums and nothing else."""
    return bool(columns) and all(
        isinstance(column['expr'], selectable.Exists)
        or (
            isinstance(column['expr'], functions.FunctionElement)
            and column['expr'].name in AGGREGATES
        )
        for column in columns
    )


def _tables(sources: Iterable[Any]) -> Iterator[tuple[Any, bool]]:
    """Yield the tables in FROM whose rows a WHERE may leave out.

    :returns: each table, and whether a JOIN brings it in
    """
    for source in sources:
        if isinstance(source, sa.sql.Join):
            yield from _tables([source.left])
            if not source.isouter or source.full:
                for table, _ in _tables([source.right]):
                    yield table, True
        else:
            yield source, False


def _show_to_watcher(row: Any, _context: Any) -> None:
    scope = scopes.current()
    if scope is not None and scope.watch is not None:
        scope.watch(row)
