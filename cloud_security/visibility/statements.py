"""What a statement reads, and which of it the ORM will restrict.

It must never miss a mapper that a statement reads rows of.
Source: sqlalchemy/orm/context.py and util.py, SQLAlchemy 1.4 to 2.1.
"""

from typing import Any
from typing import FrozenSet
from typing import Iterator
from typing import List
from typing import Mapping
from typing import NamedTuple
from typing import Set

import sqlalchemy as sa
from sqlalchemy.sql import dml
from sqlalchemy.sql import elements
from sqlalchemy.sql import functions
from sqlalchemy.sql import selectable
from sqlalchemy.sql import visitors

RESTRICTABLE = (sa.sql.Select, sa.sql.Update, sa.sql.Delete)
#: Counts and sums see everybody's rows: quotas belong to the project. So does
#: the question whether there are rows at all, on which counting depends.
AGGREGATES = frozenset({'count', 'sum'})

#: Mappers, or their aliases as sqlalchemy.inspect() returns them.
Entities = Set[Any]

_VERSION = tuple(
    int(part) for part in sa.__version__.split('.')[:3] if part.isdigit()
)
#: Whether the ORM restricts what is joined by an ON clause that is no
#: relationship. Source: SQLAlchemy's change log, issue 10365.
JOINS_ARE_RESTRICTED = (1, 4, 52) <= _VERSION < (2,) or _VERSION >= (2, 0, 22)


class Reads(NamedTuple):
    """The entities in a statement, also in its subqueries.

    To what a SELECT, UPDATE or DELETE selects, selects from or joins, the ORM
    adds criteria; ``beside`` is what else its outermost part reads, and
    ``lost`` what cannot be restricted from outside: what else its subqueries
    read, and tables that are no mapper's.
    """

    named: Entities
    beside: Entities
    lost: Entities


def reads(statement: Any, tables: Mapping[str, Any]) -> Reads:
    """Return what a statement reads.

    :param tables: ``{name of a table: mapper}`` of what must be found also
        where a table or text stands for it
    """
    found = Reads(set(), set(), set())
    if _is_text(statement):
        found.lost.update(tables.values())
    _survey(statement, tables, frozenset(), found.beside, found)
    for part in found.beside, found.lost:
        found.named.update(part)
    return found


def _survey(
    statement: Any,
    tables: Mapping[str, Any],
    around: FrozenSet[Any],
    left: Entities,
    found: Reads,
) -> None:
    """Note what one part of a statement reads, then its subqueries.

    :param around: what the statements around it restrict
    :param left: where to note what the ORM does not restrict
    """
    restricted = _restricted(statement)
    subqueries: List[Any] = []
    nodes = list(_own_nodes(statement, subqueries))
    entities = {_entity(node) for node in nodes} - {None}
    found.named.update(restricted | entities)
    left.update(entities - restricted - around)
    # What stands in FROM for an alias that the ORM knows.
    known = {entity.selectable for entity in entities | restricted | around}
    for node in nodes:
        if isinstance(node, selectable.AliasedReturnsRows):
            # One that it does not know cannot be restricted.
            if _name(node.element) in tables and node not in known:
                found.lost.add(tables[_name(node.element)])
        elif _name(node) in tables:
            # Perhaps not the mapper's own table, but of that name.
            mapper = tables[_name(node)]
            if node not in {mapper.local_table}:
                found.lost.add(mapper)
            elif mapper not in restricted | around:
                left.add(mapper)
    if any(map(_is_text, getattr(statement, '_from_obj', ()))):
        found.lost.update(tables.values())
    for subquery in subqueries:
        _survey(subquery, tables, around | restricted, found.lost, found)


def is_restrictable(statement: Any) -> bool:
    """Tell whether the ORM compiles a statement and can add criteria."""
    return (
        isinstance(statement, RESTRICTABLE)
        and statement._propagate_attrs.get('compile_state_plugin') == 'orm'
    )


def is_change_of_a_table(statement: Any) -> bool:
    """Tell whether a statement changes a table's rows and reads no others.

    oslo.db makes such an UPDATE on MySQL and PostgreSQL.
    Source: oslo_db/sqlalchemy/update_match.py.
    """
    return (
        isinstance(statement, (sa.sql.Update, sa.sql.Delete))
        and isinstance(statement.table, sa.Table)
        and not is_restrictable(statement)
        and not any(
            isinstance(node, selectable.SelectBase) or _is_text(node)
            for node in _nodes(statement)
        )
    )


def is_aggregate(statement: Any) -> bool:
    """Tell whether a statement returns counts, sums and nothing else."""
    columns = getattr(statement, 'column_descriptions', ())
    return bool(columns) and all(
        isinstance(column['expr'], selectable.Exists)
        or (
            isinstance(column['expr'], functions.FunctionElement)
            and column['expr'].name in AGGREGATES
        )
        for column in columns
    )


def _is_text(clause: Any) -> bool:
    """Tell whether a clause is SQL as text, which can name anything."""
    return isinstance(clause, (elements.TextClause, selectable.TextualSelect))


def _own_nodes(statement: Any, subqueries: List[Any]) -> Iterator[Any]:
    """Yield the parts of a statement without its subqueries.

    :param subqueries: where to add those
    """
    nodes = _children(statement)
    while nodes:
        node = nodes.pop()
        if isinstance(node, sa.sql.Select):
            subqueries.append(node)
            continue
        yield node
        if isinstance(node, selectable.AliasedReturnsRows):
            if isinstance(node.element, sa.sql.TableClause):
                continue
        elif isinstance(node, elements.ColumnClause) and not _entity(node):
            # A table's column does not lead to its table.
            if node.table is not None:
                nodes.append(node.table)
        nodes.extend(node.get_children())


def _name(node: Any) -> str:
    """Return the name of a table, '' for anything else."""
    return str(node.name) if isinstance(node, sa.sql.TableClause) else ''


def _nodes(statement: Any) -> Iterator[Any]:
    """Yield every part, also of values."""
    yield statement
    for child in _children(statement):
        yield from visitors.iterate(child)


def _children(statement: Any) -> List[Any]:
    """Return the parts of a statement, with values, which visitors omit."""
    children = list(statement.get_children())
    if isinstance(statement, dml.ValuesBase):
        children.extend(
            value
            for value in (statement._values or {}).values()
            if isinstance(value, elements.ClauseElement)
        )
    return children


def _restricted(statement: Any) -> FrozenSet[Any]:
    """Return the entities to which the ORM adds criteria."""
    if isinstance(statement, (sa.sql.Update, sa.sql.Delete)):
        return frozenset({_entity(statement.table)} - {None})
    if not isinstance(statement, sa.sql.Select):
        return frozenset()
    found: Entities = set()
    for column in statement._raw_columns + list(statement._from_obj):
        found |= _entities(column)
    for target, on_clause, *_ in statement._setup_joins:
        # A relationship stands for what it leads to.
        entity = getattr(target, 'entity', None)
        is_relation = entity is not None or hasattr(on_clause, 'entity')
        if is_relation or JOINS_ARE_RESTRICTED:
            found |= {entity} if entity else _entities(target)
    return frozenset(found)


def _entities(clause: Any) -> Entities:
    """Return the entities in a clause, but not in SELECTs within it."""
    found = set()
    nodes = [clause]
    while nodes:
        node = nodes.pop()
        if isinstance(node, sa.sql.Select):
            continue
        found.add(_entity(node))
        nodes.extend(node.get_children())
    return found - {None}


def _entity(node: Any) -> Any:
    """Return the mapper or the alias that a node belongs to, or None."""
    return node._annotations.get('parententity')
