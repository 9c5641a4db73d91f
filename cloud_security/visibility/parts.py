"""The parts that a statement consists of.

Source: sqlalchemy/sql/selectable.py and dml.py, SQLAlchemy 1.4 to 2.1.
"""

from typing import Any
from typing import Dict
from typing import Iterator
from typing import List
from typing import Set

import sqlalchemy as sa
from sqlalchemy.sql import dml
from sqlalchemy.sql import elements
from sqlalchemy.sql import selectable
from sqlalchemy.sql import visitors

#: Mappers, or their aliases as sqlalchemy.inspect() returns them.
Entities = Set[Any]


def own_entities(
    statement: Any, subqueries: Dict[int, Any], sources: Dict[int, Any]
) -> Entities:
    """Return the entities in a statement, but not in its subqueries.

    :param subqueries: where to add those, once each, by ``id()``
    :param sources: where to add tables, aliases and text, likewise
    """
    named: Entities = set()
    met: Set[int] = set()
    left = children(statement)
    while left:
        node = left.pop()
        if isinstance(node, sa.sql.Select):
            subqueries[id(node)] = node
            continue
        found = entity_of(node)
        if found is not None:
            named.add(found)
        # The first two have no parts, and are most of what there is.
        if isinstance(node, elements.ColumnClause):
            if node.is_literal:
                sources[id(node)] = node
            # A table's column does not lead to its table, VALUES' do.
            table = node.table
            if found is None and table is not None and id(table) not in met:
                met.add(id(table))
                left.append(table)
        elif isinstance(node, elements.BindParameter):
            pass
        elif isinstance(node, (sa.sql.TableClause, elements.TextClause)):
            sources[id(node)] = node
        elif isinstance(node, selectable.AliasedReturnsRows):
            if id(node) not in sources and not isinstance(
                node.element, sa.sql.TableClause
            ):
                left.extend(node.get_children())
            sources[id(node)] = node
        else:
            left.extend(node.get_children())
    return named


def is_text(clause: Any) -> bool:
    """Tell whether a clause is SQL as text, which can name anything."""
    return isinstance(clause, (elements.TextClause, selectable.TextualSelect))


def nodes(statement: Any) -> Iterator[Any]:
    """Yield every part, also of values."""
    yield statement
    for child in children(statement):
        yield from visitors.iterate(child)


def children(statement: Any) -> List[Any]:
    """Return the parts of a statement, with values, which visitors omit."""
    found = list(statement.get_children())
    if isinstance(statement, dml.ValuesBase):
        rows: List[Any] = [statement._values or {}]
        for several in statement._multi_values:
            rows.extend(several)
        found.extend(
            value
            for row in rows
            for value in row.values()
            if isinstance(value, elements.ClauseElement)
        )
    return found


def entities(clause: Any) -> Entities:
    """Return the entities in a clause, but not in SELECTs within it."""
    found = set()
    left = [clause]
    while left:
        node = left.pop()
        if isinstance(node, sa.sql.Select):
            continue
        found.add(entity_of(node))
        if not isinstance(node, (elements.ColumnClause, sa.sql.TableClause)):
            left.extend(node.get_children())
    return found - {None}


def entity_of(node: Any) -> Any:
    """Return the mapper or the alias that a node belongs to, or None."""
    return node._annotations.get('parententity')
