# SPDX-License-Identifier: Apache-2.0
"""The owner criterion of every ORM statement that reads an owned model.

The listener adds it as SQLAlchemy's documentation does, in "Adding global
WHERE / ON criteria" (1.4 to 2.1). It misses some forms of statements; the
guard reads the SQL of all statements and refuses those.
"""

from __future__ import annotations

from typing import Any
from typing import Callable
from typing import Collection
from typing import Container
from typing import Iterable
from typing import Iterator
from typing import Mapping

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import orm
from sqlalchemy.sql import visitors

from cloud_security.visibility import forms
from cloud_security.visibility import guard as guards
from cloud_security.visibility import owner
from cloud_security.visibility import relations
from cloud_security.visibility import scope as scopes

Owned = owner.Owned
OWNER_ID = owner.OWNER_ID
REACHES_NEEDED = owner.REACHES_NEEDED
own = owner.own


class Criteria:
    """The listener that restricts, and the guard that verifies."""

    def __init__(
        self,
        owned: Mapping[type, Owned],
        is_shared: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare the criteria.

        :param owned: the models whose rows have owners
        :param is_shared: tells whether other services share this process;
            then, and only then, what cannot be restricted passes
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
        reads = relations.read(self._criteria)
        self._by_subquery = {
            option
            for mapper, option in self._options.items()
            if reads[mapper.local_table]
        }
        # MySQL lets no UPDATE read the table that it changes. The guard takes
        # a join with that table, which is restricted, for the criterion.
        self._beside_a_change_of = relations.beside_changes(self._criteria)
        # Joined loading reads tables that the statement does not name: by
        # its own options, or by the model's relationships.
        self._may_load: dict[Any, tuple[Any, ...]] = {}
        self._always_load: dict[Any, tuple[Any, ...]] = {}
        for registry in {mapper.registry for mapper in self._options}:
            for mapper in registry.mappers:
                self._may_load[mapper] = self._of(relations.reached(mapper))
                self._always_load[mapper] = self._of(
                    relations.reached(mapper, (False, 'joined'))
                )
        self.guard = guards.Guard(
            {
                table.name: frozenset(key.name for key in table.primary_key)
                for table in self._criteria
            },
            is_shared,
            self.owned,
            dict(relations.parents(owned)),
        )

    def _of(self, mappers: Container[Any]) -> tuple[Any, ...]:
        options = self._options.items()
        return tuple(option for mapper, option in options if mapper in mappers)

    def install(self) -> None:
        """Listen to every session of this process.

        A second call changes nothing.
        """
        if not event.contains(orm.Session, 'do_orm_execute', self.restrict):
            event.listen(orm.Session, 'do_orm_execute', self.restrict)
        self.guard.install()

    def uninstall(self) -> None:
        """Stop listening."""
        if event.contains(orm.Session, 'do_orm_execute', self.restrict):
            event.remove(orm.Session, 'do_orm_execute', self.restrict)
        self.guard.uninstall()

    def watch(self, watched: Iterable[type]) -> None:
        """Hand each row of these models to the watcher of its scope."""
        for model in watched:
            if not event.contains(model, 'load', _show_to_watcher):
                event.listen(model, 'load', _show_to_watcher)

    def restrict(self, state: orm.ORMExecuteState) -> None:
        """Restrict one statement to the rows of the current scope.

        Statements of other forms pass here, and the guard reads their SQL.

        :raises ScopeError: when a request's statement is text, which can name
            views, or that of a lost thread
        """
        scope = scopes.current()
        if scope is not None and scope.is_everybody:
            return
        statement: Any = state.statement
        if scope is None:
            if forms.is_text(statement) and scopes.is_lost():
                self.guard.refuse_lost()
        elif isinstance(statement, sa.sql.Select):
            self._restrict_select(state, statement, scope.totals)
        elif isinstance(statement, forms.CHANGES):
            is_insert = isinstance(statement, sa.sql.Insert)
            criteria = self._criteria
            if not is_insert:
                criteria = self._beside_a_change_of.get(
                    statement.table, criteria
                )
            state.statement = forms.with_criteria_within(statement, criteria)
            if not is_insert:
                self._restrict_change(state, state.statement)
        elif forms.is_text(statement):
            self._refuse_text(statement)

    def _refuse_text(self, statement: Any) -> None:
        self.guard.refuse(
            'A statement is text, in a form that cannot be restricted to the '
            f'rows of one owner: {statement}'
        )

    def _restrict_select(
        self, state: Any, statement: Any, totals: Container[str]
    ) -> None:
        if forms.is_simple(statement) or state.is_relationship_load:
            mapper = state.bind_arguments.get('mapper')
            options: Collection[Any] = self._loaded(mapper, statement)
            if mapper in self._options and state.is_column_load:
                # SQLAlchemy adds no loader criteria where it refreshes a row.
                state.statement = statement.where(
                    self._criteria[mapper.local_table]
                )
                return
        else:
            nodes = tuple(visitors.iterate(statement))
            if forms.selects_from_text(nodes):
                self._refuse_text(statement)
            columns = statement.column_descriptions
            if forms.is_aggregate(columns, totals) and forms.is_ungrouped(
                statement, nodes
            ):
                # The project's quota counts the servers of all owners.
                state.update_execution_options(**{guards.UNRESTRICTED: True})
                return
            if forms.has_exists(nodes):
                state.statement = statement = forms.with_criteria_within(
                    statement, self._criteria
                )
                columns = statement.column_descriptions
            entities = [
                sa.inspect(column['entity'])
                for column in columns
                if column.get('entity')
            ]
            options = self._named(nodes).union(
                *(self._loaded(one.mapper, statement) for one in entities)
            )
            if options and not forms.reads_entities_only(
                statement, columns, self._criteria
            ):
                statement = statement.where(*self._beside(statement, entities))
        if options:
            state.statement = forms.with_options(statement, options)

    def _loaded(self, mapper: Any, statement: Any) -> tuple[Any, ...]:
        """Return the options for the rows that come with a mapper's."""
        is_optional = getattr(statement, '_with_options', True)
        found = self._may_load if is_optional else self._always_load
        return found[mapper] if mapper in found else ()

    def _beside(
        self, statement: Any, entities: Iterable[Any]
    ) -> Iterator[Any]:
        """Yield criteria for what a statement reads beside its entities."""
        restricted = {entity.selectable for entity in entities}
        for table, is_joined in forms.tables(statement.get_final_froms()):
            # SQLAlchemy before 1.4.52 and 2.0.22 misses JOINs on a condition.
            is_read = is_joined or table not in restricted
            if is_read and table in self._criteria:
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
        options = self._named(visitors.iterate(statement))
        state.statement = forms.with_options(statement, options)
        if (
            options & self._by_subquery
            and state.execution_options.get('synchronize_session')
            == 'evaluate'
        ):
            # SQLAlchemy's Python cannot run the subqueries of criteria.
            state.update_execution_options(synchronize_session='fetch')

    def _named(self, nodes: Iterable[Any]) -> frozenset[Any]:
        """Return the options for the owned tables among these nodes."""
        tables = {
            node
            if isinstance(node, sa.Table)
            else getattr(node, 'table', None)
            for node in nodes
        }
        return frozenset(
            self._options[self._mappers[table]]
            for table in tables & self._mappers.keys()
        )


def _show_to_watcher(row: Any, _context: Any) -> None:
    scope = scopes.current()
    if scope is not None and scope.watch is not None:
        scope.watch(row)
