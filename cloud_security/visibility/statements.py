"""What a statement reads, and which of it the ORM will restrict.

It must never miss a mapper that a statement reads rows of.
Source: sqlalchemy/orm/context.py and util.py, SQLAlchemy 1.4 to 2.1.
"""

from typing import Any
from typing import Mapping
from typing import NamedTuple
from typing import Set

import sqlalchemy as sa
from sqlalchemy.sql import elements
from sqlalchemy.sql import functions
from sqlalchemy.sql import selectable
from sqlalchemy.sql import visitors

RESTRICTABLE = (sa.sql.Select, sa.sql.Update, sa.sql.Delete)
#: Counts and sums see everybody's rows: quotas belong to the project.
AGGREGATES = frozenset({'count', 'sum'})

Mappers = Set[Any]
#: ``{table: mapper}`` of what must be found also where it is no ORM entity.
Tables = Mapping[Any, Any]


class Reads(NamedTuple):
    """The mappers in a statement, also in its subqueries.

    ``entities`` are those that a SELECT, UPDATE or DELETE selects, selects
    from or joins: to them the ORM adds criteria. It adds none to what stands
    in a WHERE alone, or is a table without its mapper.
    """

    named: Mappers
    entities: Mappers


def reads(statement: Any, names: Mapping[str, Any]) -> Reads:
    """Return what a statement reads.

    :param names: ``{name of a table: mapper}`` of what must be found also
        where another table of that name, or text, stands for it
    """
    named: Mappers = set()
    entities: Mappers = set()
    for node in visitors.iterate(statement):
        named |= _mapper(node, {})
        if isinstance(node, sa.sql.Select):
            entities |= _entities(node)
            if any(map(_is_text, node._from_obj)):
                named |= set(names.values())
        elif isinstance(node, sa.sql.TableClause) and node.name in names:
            # Perhaps not the mapper's own table, but of that name.
            named.add(names[node.name])
    if _is_text(statement):
        named |= set(names.values())
    if isinstance(statement, (sa.sql.Update, sa.sql.Delete)):
        entities |= _mapper(statement.table, {})
    return Reads(named | entities, entities)


def outermost(clause: Any, tables: Tables) -> Mappers:
    """Return the mappers in a clause, but not in SELECTs within it."""
    found: Mappers = set()
    nodes = [clause]
    while nodes:
        node = nodes.pop()
        found |= _mapper(node, tables)
        nodes.extend(
            child
            for child in node.get_children()
            if not isinstance(child, sa.sql.Select)
        )
    return found


def is_restrictable(statement: Any) -> bool:
    """Tell whether the ORM compiles a statement and can add criteria."""
    return (
        isinstance(statement, RESTRICTABLE)
        and statement._propagate_attrs.get('compile_state_plugin') == 'orm'
    )


def is_aggregate(statement: Any) -> bool:
    """Tell whether a statement returns counts and sums and nothing else."""
    columns = getattr(statement, 'column_descriptions', ())
    return bool(columns) and all(
        isinstance(column['expr'], functions.FunctionElement)
        and column['expr'].name in AGGREGATES
        for column in columns
    )


def _is_text(clause: Any) -> bool:
    """Tell whether a clause is SQL as text, which can name anything."""
    return isinstance(clause, (elements.TextClause, selectable.TextualSelect))


def _entities(select: Any) -> Mappers:
    entities: Mappers = set()
    for column in select._raw_columns + list(select._from_obj):
        entities |= outermost(column, {})
    for target, *_ in select._setup_joins:
        # A relationship stands for what it leads to.
        entity = getattr(target, 'entity', None)
        entities |= {entity.mapper} if entity else outermost(target, {})
    return entities


def _mapper(node: Any, tables: Tables) -> Mappers:
    """Return the mapper that a node stands for, as a set of one or none."""
    entity = node._annotations.get('parententity')
    if entity is not None:
        return {entity.mapper}
    if isinstance(node, sa.Table) and node in tables:
        return {tables[node]}
    return set()
