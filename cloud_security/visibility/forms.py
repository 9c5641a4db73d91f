# SPDX-License-Identifier: Apache-2.0
"""Forms of SQLAlchemy's statements that the criteria treat differently."""

from __future__ import annotations

from typing import Any
from typing import Container
from typing import Iterable
from typing import Iterator
from typing import Mapping

import sqlalchemy as sa
from sqlalchemy.sql import dml
from sqlalchemy.sql import elements
from sqlalchemy.sql import functions
from sqlalchemy.sql import operators
from sqlalchemy.sql import selectable
from sqlalchemy.sql import visitors

from cloud_security.visibility import aggregates

CHANGES = (sa.sql.Insert, sa.sql.Update, sa.sql.Delete)
_VALUES = frozenset({'bindparam', 'null', 'true', 'false'})


def is_simple(statement: Any) -> bool:
    """Tell whether a SELECT compares columns of one entity with values.

    Most do. What this overlooks, in a subquery of ORDER BY, the guard refuses.
    In a SQLAlchemy without these attributes no SELECT is simple, which costs
    time only.
    """
    try:
        [column] = statement._raw_columns
        if (
            column.__visit_name__ != 'table'
            or statement._setup_joins
            or statement._from_obj
        ):
            return False
        for part in statement._where_criteria:
            is_one = part.__visit_name__ == 'binary'
            for compared in (part,) if is_one else part.clauses:
                # Another table's column brings that table into FROM.
                if (
                    compared.right.__visit_name__ not in _VALUES
                    or getattr(compared.left, 'table', column) != column
                ):
                    return False
    except (AttributeError, ValueError):
        return False
    return True


def reads_entities_only(
    statement: Any, columns: Any, owned: Container[Any]
) -> bool:
    """Tell whether no owned table stands beside a SELECT's entities.

    SQLAlchemy computes the whole FROM clause only by compiling the statement,
    which doubles the cost of a list. What this overlooks, the guard refuses.

    :param columns: the statement's ``column_descriptions``
    :param owned: the owned tables
    """
    try:
        if statement._setup_joins or statement._from_obj:
            return False
    except AttributeError:
        return False
    if not all(
        column.get('entity') is not None and column['expr'] is column['entity']
        for column in columns
    ):
        return False
    read = {sa.inspect(column['entity']).selectable for column in columns}
    return not any(
        table in owned and table not in read
        for clause in (statement.whereclause,)
        if clause is not None
        for node in visitors.iterate(clause)
        for table in (getattr(node, 'table', None),)
    )


def is_text(statement: Any) -> bool:
    """Tell whether a statement is text, also text that yields entities."""
    statement = getattr(statement, 'element', statement)
    return isinstance(
        statement, (elements.TextClause, selectable.TextualSelect)
    )


def selects_from_text(nodes: Iterable[Any]) -> bool:
    """Tell whether a SELECT, or one in it, reads from text.

    Text can name a view of an owned table, which the guard does not know.

    :param nodes: the parts of the statement
    """
    return any(
        isinstance(source, elements.TextClause)
        for node in nodes
        if isinstance(node, sa.sql.Select)
        for source in getattr(node, '_from_obj', ())
    )


def is_aggregate(columns: Any, names: Container[str]) -> bool:
    """Tell whether a statement returns some aggregates and nothing else.

    :param columns: the statement's ``column_descriptions``
    :param names: of the aggregates, of those in ``scope.TOTALS``
    """
    return bool(columns) and all(
        'exists' in names
        if isinstance(column['expr'], selectable.Exists)
        else (
            isinstance(column['expr'], functions.FunctionElement)
            and column['expr'].name in aggregates.NAMES
            and column['expr'].name in names
            and all(map(_is_column, column['expr'].clauses))
        )
        for column in columns
    )


def is_ungrouped(statement: Any, nodes: Iterable[Any]) -> bool:
    """Tell whether a SELECT has no groups, and neither a CTE nor a change.

    Groups return a value for each row. What this overlooks, the guard refuses.

    :param nodes: the parts of the statement
    """
    return not (
        getattr(statement, '_group_by_clauses', ())
        or getattr(statement, '_having_criteria', ())
        or any(
            isinstance(node, (selectable.CTE, dml.UpdateBase))
            for node in nodes
        )
    )


def _is_column(argument: Any) -> bool:
    """Tell whether an aggregate's argument is a column, or an asterisk."""
    if getattr(argument, 'operator', None) is operators.distinct_op:
        argument = argument.element
    if getattr(argument, 'is_literal', False) or is_text(argument):
        return str(argument) == '*'
    return bool(argument.__visit_name__ == 'column')


def tables(sources: Iterable[Any]) -> Iterator[tuple[Any, bool]]:
    """Yield the tables in FROM whose rows a WHERE may leave out.

    :returns: each table, and whether a JOIN brings it in
    """
    for source in sources:
        if isinstance(source, sa.sql.Join):
            yield from tables([source.left])
            if not source.isouter or source.full:
                for table, _ in tables([source.right]):
                    yield table, True
        else:
            yield source, False


def has_exists(nodes: Iterable[Any]) -> bool:
    """Tell whether EXISTS is among the parts of a statement."""
    return any(isinstance(node, selectable.Exists) for node in nodes)


def with_criteria_within(statement: Any, criteria: Mapping[Any, Any]) -> Any:
    """Return a statement whose inner queries have the criteria of tables.

    SQLAlchemy adds loader criteria to entities, but not to EXISTS, nor to what
    an UPDATE or an INSERT reads.

    :param criteria: by table
    """
    if not any(
        isinstance(node, sa.sql.Select) and node is not statement
        for node in visitors.iterate(statement)
    ):
        return statement

    def restricted(element: Any, **_: Any) -> Any:
        if element is statement or not isinstance(element, sa.sql.Select):
            return None
        inner = with_criteria_within(element, criteria)
        return inner.where(
            *(
                criteria[table]
                for table, _ in tables(inner.get_final_froms())
                if table in criteria
            )
        )

    return visitors.replacement_traverse(statement, {}, restricted)


def with_options(statement: Any, options: Iterable[Any]) -> Any:
    """Return a statement with loader options, each of them once.

    What loads relationships has those of the statement before.
    """
    given = getattr(statement, '_with_options', ())
    if given:
        options = [option for option in options if option not in given]
    return statement.options(*options) if options else statement
