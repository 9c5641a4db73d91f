"""What a statement reads, and which of it the ORM will restrict.

It must never miss a mapper that a statement reads rows of.
Source: sqlalchemy/orm/context.py and util.py, SQLAlchemy 1.4 to 2.1.
"""

from typing import Any
from typing import Dict
from typing import FrozenSet
from typing import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql import elements
from sqlalchemy.sql import functions
from sqlalchemy.sql import selectable

from cloud_security.visibility import parts

_CHANGES = (sa.sql.Update, sa.sql.Delete)
RESTRICTABLE = (sa.sql.Select,) + _CHANGES
#: Counts and sums see everybody's rows: quotas belong to the project. So does
#: the question whether there are rows at all, on which counting depends.
AGGREGATES = frozenset({'count', 'sum'})

_VERSION = tuple(
    int(part) for part in sa.__version__.split('.')[:3] if part.isdigit()
)
#: Whether the ORM restricts what is joined by an ON clause that is no
#: relationship. Source: SQLAlchemy's change log, issue 10365.
JOINS_ARE_RESTRICTED = (1, 4, 52) <= _VERSION < (2,) or _VERSION >= (2, 0, 22)
#: Whether it restricts what subqueries of an UPDATE or a DELETE read.
CHANGES_ARE_RESTRICTED = _VERSION >= (2,)


class Reads(NamedTuple):
    """The entities in a statement, also in its subqueries.

    To what a SELECT, UPDATE or DELETE selects, selects from or joins, the ORM
    adds criteria; ``beside`` is what else its outermost part reads, and
    ``lost`` what cannot be restricted from outside: what else its subqueries
    read, and tables that are no mapper's.
    """

    named: parts.Entities
    beside: parts.Entities
    lost: parts.Entities


def reads(statement: Any, tables: Mapping[str, Any]) -> Reads:
    """Return what a statement reads.

    :param tables: ``{name of a table: mapper}`` of what must be found also
        where a table or text stands for it
    """
    found = Reads(set(), set(), set())
    if parts.is_text(statement):
        found.lost.update(tables.values())
    _survey(statement, tables, frozenset(), found.beside, found)
    for part in found.beside, found.lost:
        found.named.update(part)
    return found


def _survey(
    statement: Any,
    tables: Mapping[str, Any],
    around: FrozenSet[Any],
    left: parts.Entities,
    found: Reads,
) -> None:
    """Note what one part of a statement reads, then its subqueries.

    :param around: what the statements around it restrict
    :param left: where to note what the ORM does not restrict
    """
    restricted = _restricted(statement)
    subqueries: Dict[int, Any] = {}
    sources: Dict[int, Any] = {}
    entities = parts.own_entities(statement, subqueries, sources)
    found.named.update(restricted, entities)
    left.update(entities - restricted - around)
    for node in sources.values():
        if isinstance(node, (elements.TextClause, elements.ColumnClause)):
            said = getattr(node, 'text', '') or getattr(node, 'name', '')
            found.lost.update(
                mapper
                for name, mapper in tables.items()
                if name in said.lower()
            )
        elif isinstance(node, selectable.AliasedReturnsRows):
            # One that the ORM does not know cannot be restricted.
            if _name(node.element) in tables and node not in {
                entity.selectable for entity in entities | restricted | around
            }:
                found.lost.add(tables[_name(node.element)])
        elif node.name in tables:
            # Perhaps not the mapper's own table, but of that name.
            mapper = tables[node.name]
            if node not in {mapper.local_table}:
                found.lost.add(mapper)
            elif mapper not in restricted and mapper not in around:
                left.add(mapper)
    if any(map(parts.is_text, getattr(statement, '_from_obj', ()))):
        found.lost.update(tables.values())
    for subquery in subqueries.values():
        _survey(subquery, tables, around | restricted, found.lost, found)
        if isinstance(statement, _CHANGES) and not CHANGES_ARE_RESTRICTED:
            found.lost.update(reads(subquery, tables).named)


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
        isinstance(statement, _CHANGES)
        and isinstance(statement.table, sa.Table)
        and not is_restrictable(statement)
        and not _reads_others(statement)
    )


def is_plain_insert(statement: Any) -> bool:
    """Tell whether a statement adds rows and reads none."""
    return isinstance(statement, sa.sql.Insert) and not _reads_others(
        statement
    )


def _reads_others(statement: Any) -> bool:
    """Tell whether a change reads more than the rows that it changes."""
    return any(
        isinstance(node, selectable.SelectBase) or parts.is_text(node)
        for node in parts.nodes(statement)
    )


def is_aggregate(statement: Any) -> bool:
    """Tell whether a statement returns counts, sums and nothing else."""
    if any(
        isinstance(column, sa.sql.TableClause)
        for column in getattr(statement, '_raw_columns', ())
    ):
        # A whole row, which is what most ask for.
        return False
    columns = getattr(statement, 'column_descriptions', ())
    return bool(columns) and all(
        isinstance(column['expr'], selectable.Exists)
        or (
            isinstance(column['expr'], functions.FunctionElement)
            and column['expr'].name in AGGREGATES
        )
        for column in columns
    )


def _name(node: Any) -> str:
    """Return the name of a table, '' for anything else."""
    return str(node.name) if isinstance(node, sa.sql.TableClause) else ''


def _restricted(statement: Any) -> FrozenSet[Any]:
    """Return the entities to which the ORM adds criteria."""
    if isinstance(statement, _CHANGES):
        return frozenset({parts.entity_of(statement.table)} - {None})
    if not isinstance(statement, sa.sql.Select):
        return frozenset()
    found: parts.Entities = set()
    for column in statement._raw_columns:
        found |= parts.entities(column)
    # What a Join in FROM joins is restricted only where a column names it.
    found.update(map(parts.entity_of, statement._from_obj))
    for target, on_clause, _, flags in statement._setup_joins:
        # A relationship stands for what it leads to.
        entity = getattr(target, 'entity', None)
        is_relation = entity is not None or hasattr(on_clause, 'entity')
        if (is_relation or JOINS_ARE_RESTRICTED) and not flags['full']:
            found.add(entity or parts.entity_of(target))
        else:
            # Not even where a column names it.
            found -= {entity} | parts.entities(target)
    return frozenset(found - {None})
