"""Add the current scope to every ORM statement that names an owned model.

It must never let a statement on owned rows pass that it cannot restrict.
Source: SQLAlchemy's recipe "Adding global WHERE / ON criteria" (1.4 to 2.1).
"""

from __future__ import annotations

from typing import Any
from typing import Callable
from typing import Dict
from typing import Mapping
from typing import NamedTuple
from typing import Optional
from typing import Set
from typing import Tuple

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
    row_id: Callable[[Any], str]
    owner_id: Callable[[Any], Optional[str]]


def _current_owner_id() -> str:
    scope = scopes.current()
    # '' owns nothing: a scope that is gone between the listener and the
    # execution of a statement leaves it without rows.
    return '' if scope is None else scope.owner_id


#: Whose rows: read when a statement is executed, so that the statement, its
#: options and its place in SQLAlchemy's compiled cache are the same for all.
OWNER_ID: elements.BindParameter[str] = sa.bindparam(
    'cloud_security_owner_id', callable_=_current_owner_id, type_=sa.String
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
        self._tables = {mapper.local_table: mapper for mapper in self._options}
        # Relationships to an owned model: joined loading brings its rows in
        # with a statement that names only the other end.
        self._towards: Dict[Any, Set[Any]] = {}
        for mapper in self._options:
            for other in mapper.registry.mappers:
                if any(
                    relation.mapper is mapper
                    for relation in other.relationships
                ):
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
        statement = state.statement
        named, entities = self._survey(statement)
        owned = named & self._options.keys()
        # Loader options of the statement; unknown ones may join anything.
        loaded = (
            self._loaded(named)
            if getattr(statement, '_with_options', True)
            else set()
        )
        if not owned and not loaded:
            return
        scope = scopes.current()
        if scope is None:
            if scopes.is_lost():
                self._refuse(
                    'A thread reads owned rows for a request that '
                    'is not inside the isolation filter.'
                )
            return
        if scope.is_everybody or state.is_insert or _is_aggregate(statement):
            return
        # The ORM adds no criteria to what stands in a WHERE alone.
        beside = owned - entities
        if (
            not isinstance(statement, RESTRICTABLE)
            or statement._propagate_attrs.get('compile_state_plugin') != 'orm'
            or beside
            and not beside <= self._outermost(statement)
        ):
            self._refuse(
                'A statement reads owned rows in a form that cannot '
                f'be restricted to their owner: {statement}'
            )
            return
        state.statement = statement.where(
            *[self._criteria[mapper] for mapper in beside]
        ).options(*[self._options[mapper] for mapper in owned | loaded])

    def _survey(self, statement: Any) -> Tuple[Set[Any], Set[Any]]:
        """Return the mappers in a statement, also in its subqueries.

        :returns: all that it names, and those among them to which the ORM
            adds criteria: the entities that a SELECT, UPDATE or DELETE
            selects, selects from or joins.
        """
        if isinstance(statement, elements.TextClause):
            # Text can name anything.
            return set(self._options), set()
        named: Set[Any] = set()
        entities: Set[Any] = set()
        for node in visitors.iterate(statement):
            named |= self._mapper(node)
            if isinstance(node, sa.sql.Select):
                entities |= self._entities(node)
        if isinstance(statement, (sa.sql.Update, sa.sql.Delete)):
            entities |= self._mapper(statement.table)
        return named | entities, entities

    def _entities(self, select: Any) -> Set[Any]:
        entities: Set[Any] = set()
        for column in select._raw_columns + list(select._from_obj):
            entities |= self._outermost(column, is_annotated=True)
        for target, *_ in select._setup_joins:
            # A relationship stands for what it leads to.
            entity = getattr(target, 'entity', None)
            entities |= (
                {entity.mapper}
                if entity is not None
                else self._outermost(target, is_annotated=True)
            )
        return entities

    def _outermost(self, clause: Any, is_annotated: bool = False) -> Set[Any]:
        """Return the mappers in a clause, but not in SELECTs within it."""
        found: Set[Any] = set()
        nodes = [clause]
        while nodes:
            node = nodes.pop()
            found |= self._mapper(node, is_annotated)
            nodes.extend(
                child
                for child in node.get_children()
                if not isinstance(child, sa.sql.Select)
            )
        return found

    def _mapper(self, node: Any, is_annotated: bool = False) -> Set[Any]:
        """Return the mapper that a node stands for, as a set of one or none.

        :param is_annotated: only for entities, which the ORM recognizes, and
            not for tables, which it does not
        """
        entity = node._annotations.get('parententity')
        if entity is not None:
            return {entity.mapper}
        if (
            not is_annotated
            and isinstance(node, sa.Table)
            and node in self._tables
        ):
            return {self._tables[node]}
        return set()

    def _loaded(self, named: Set[Any]) -> Set[Any]:
        """Return what joined loading may bring in beside the named."""
        return set().union(
            *(self._towards.get(mapper, ()) for mapper in named)
        )

    def _refuse(self, reason: str) -> None:
        if not self.is_shared():
            # Services catch what a thread raises; the log tells why.
            LOG.error(reason)
            raise scopes.ScopeError(reason)


def _is_aggregate(statement: Any) -> bool:
    columns = getattr(statement, 'column_descriptions', ())
    return bool(columns) and all(
        isinstance(column['expr'], functions.FunctionElement)
        and column['expr'].name in AGGREGATES
        for column in columns
    )


def _show_to_watcher(row: Any, _context: Any) -> None:
    scope = scopes.current()
    if scope is not None and scope.watch is not None:
        scope.watch(row)
