"""Add the current scope to every ORM statement that names an owned model.

It must never let a statement on owned rows pass that it cannot restrict.
Source: SQLAlchemy's recipe "Adding global WHERE / ON criteria" (1.4 to 2.1).
"""

from __future__ import annotations

from typing import Any
from typing import Callable
from typing import Container
from typing import Dict
from typing import Iterable
from typing import Mapping
from typing import NamedTuple
from typing import Optional
from typing import Set

from oslo_log import log as logging
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import orm
from sqlalchemy.sql import elements
from sqlalchemy.sql import util as sql_util
from sqlalchemy.sql import visitors

from cloud_security.visibility import known
from cloud_security.visibility import parts
from cloud_security.visibility import scope as scopes
from cloud_security.visibility import statements

LOG = logging.getLogger(__name__)


class Owned(NamedTuple):
    """How the rows of a model belong to somebody.

    ``owner_id`` is None where a row does not tell.
    """

    criterion: elements.ColumnElement[bool]
    row_id: Callable[[Any], str]
    owner_id: Optional[Callable[[Any], Optional[str]]]


def _current_owner_id() -> Optional[str]:
    scope = scopes.current()
    # No row is equal to NULL: a statement whose scope is gone when it is
    # executed, or has no owner, reads nothing.
    return (scope.owner_id or None) if scope else None


#: Whose rows: read when a statement is executed, so that the statement, its
#: options and its place in SQLAlchemy's compiled cache are the same for all.
OWNER_ID: elements.BindParameter[str] = sa.bindparam(
    'cloud_security_owner_id', callable_=_current_owner_id, type_=sa.String
)


def _reaches_needed() -> bool:
    scope = scopes.current()
    return scope is not None and scope.reaches_needed


#: Whether rows are meant that are needed by the owner's own.
REACHES_NEEDED: elements.BindParameter[bool] = sa.bindparam(
    'cloud_security_reaches_needed',
    callable_=_reaches_needed,
    type_=sa.Boolean,
)


class Criteria:
    """The listener and the models that it guards."""

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
        self.is_shared = is_shared
        self._known = known.Known()
        self._options: Dict[Any, Any] = {
            sa.inspect(model): orm.with_loader_criteria(
                model, entry.criterion, include_aliases=True
            )
            for model, entry in owned.items()
        }
        self._criteria: Dict[Any, Any] = {
            sa.inspect(model): entry.criterion
            for model, entry in owned.items()
        }
        self._subqueries = {
            mapper
            for mapper, criterion in self._criteria.items()
            if any(
                isinstance(node, sa.sql.Select)
                for node in visitors.iterate(criterion)
            )
        }
        # The same for statements on tables, which the ORM does not compile.
        self._plain: Dict[Any, Any] = {
            mapper: sql_util._deep_deannotate(criterion)
            for mapper, criterion in self._criteria.items()
        }
        self._tables = {
            mapper.local_table.name: mapper for mapper in self._options
        }
        # Joined loading brings rows in with a statement that names only the
        # other end of relationships: where its options say so, or always.
        self._may_load: Dict[Any, Set[Any]] = {}
        self._always_load: Dict[Any, Set[Any]] = {}
        for registry in {mapper.registry for mapper in self._options}:
            for mapper in registry.mappers:
                self._may_load[mapper] = self._reached(mapper)
                self._always_load[mapper] = self._reached(
                    mapper, (False, 'joined')
                )

    def install(self) -> None:
        """Listen to every session of this process; again changes nothing."""
        if not event.contains(orm.Session, 'do_orm_execute', self.restrict):
            event.listen(orm.Session, 'do_orm_execute', self.restrict)

    def watch(self, watched: Iterable[type]) -> None:
        """Show each row of some models that is read to scopes' watchers."""
        for model in watched:
            if not event.contains(model, 'load', _show_to_watcher):
                event.listen(model, 'load', _show_to_watcher)

    def restrict(self, state: orm.ORMExecuteState) -> None:
        """Restrict one statement to the rows of the current scope.

        :raises ScopeError: when it cannot be told whose rows it may see.
        """
        scope = scopes.current()
        if scope is None:
            if scopes.is_lost():
                self._restrict(state, scope)
            return
        if scope.is_everybody:
            return
        key = known.key(state.statement, self._options)
        if key not in self._known and not self._restrict(state, scope):
            self._known.add(key)

    def _restrict(
        self, state: orm.ORMExecuteState, scope: Optional[scopes.Scope]
    ) -> bool:
        """Restrict one statement; tell whether it had to be changed.

        :raises ScopeError: when it cannot be told whose rows it may see.
        """
        before: Any = state.statement
        statement = before
        reads = statements.reads(statement, self._tables)
        named = {entity.mapper for entity in reads.named}
        owned = named & self._options.keys()
        # Loader options of the statement; unknown ones may join anything.
        if getattr(statement, '_with_options', True):
            load = self._may_load
        else:
            load = self._always_load
        loaded = set().union(*(load.get(mapper, ()) for mapper in named))
        if not owned and not loaded:
            return False
        if scope is None:
            self._refuse(
                'A thread reads owned rows for a request that is not '
                'inside the isolation filter.'
            )
            return True
        if statements.is_plain_insert(statement) or statements.is_aggregate(
            statement
        ):
            return False
        if statements.is_change_of_a_table(statement):
            changed = self._tables.get(statement.table.name)
            if owned == {changed}:
                state.statement = statement.where(self._plain[changed])
                return True
        beside = self._owned(reads.beside)
        if (
            not statements.is_restrictable(statement)
            or self._owned(reads.lost)
            or any(entity.is_aliased_class for entity in beside)
        ):
            self._refuse(
                'A statement reads owned rows in a form that cannot be '
                f'restricted to their owner: {statement}'
            )
            return True
        if beside:
            statement = statement.where(
                *[self._criteria[mapper] for mapper in beside]
            )
        # What loads relationships has those of the statement before.
        given = {id(option) for option in statement._with_options}
        options = [
            option
            for option in map(self._options.get, owned | loaded)
            if id(option) not in given
        ]
        state.statement = statement.options(*options) if options else statement
        if (
            owned & self._subqueries
            and state.execution_options.get('synchronize_session')
            == 'evaluate'
        ):
            # Python cannot evaluate them, but the database can.
            state.update_execution_options(synchronize_session='fetch')
        return state.statement is not before

    def _owned(self, entities: parts.Entities) -> parts.Entities:
        return {
            entity for entity in entities if entity.mapper in self._options
        }

    def _reached(self, mapper: Any, lazy: Container[Any] = ()) -> Set[Any]:
        """Return the owned mappers that relationships lead to.

        :param lazy: how they are loaded; without it, all count
        """
        found: Set[Any] = set()
        left = [mapper]
        while left:
            for relation in left.pop().relationships:
                if relation.mapper not in found and (
                    not lazy or relation.lazy in lazy
                ):
                    found.add(relation.mapper)
                    left.append(relation.mapper)
        return found & self._options.keys()

    def _refuse(self, reason: str) -> None:
        if not self.is_shared():
            # Services catch what a thread raises; the log tells why.
            LOG.error(reason)
            raise scopes.ScopeError(reason)


def _show_to_watcher(row: Any, _context: Any) -> None:
    scope = scopes.current()
    if scope is not None and scope.watch is not None:
        scope.watch(row)
