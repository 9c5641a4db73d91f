# SPDX-License-Identifier: Apache-2.0
"""Models and tables that lead to others: by relations, owners or criteria."""

from __future__ import annotations

from typing import Any
from typing import Container
from typing import Iterator
from typing import Mapping

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from cloud_security.visibility import owner


def reached(mapper: Any, lazy: Container[Any] = ()) -> set[Any]:
    """Return a mapper and those that its relationships lead to.

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
    return found


def parents(
    owned: Mapping[type, owner.Owned],
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield ``(table, column), (table, key)`` of rows and their parents."""
    for model, entry in owned.items():
        for column, parent in entry.parents.items():
            table: Any = sa.inspect(parent).local_table
            [key] = table.primary_key
            yield (
                (sa.inspect(model).local_table.name, column),
                (table.name, key.name),
            )


def read(criteria: Mapping[Any, Any]) -> dict[Any, frozenset[Any]]:
    """Return the tables that the subqueries of criteria read.

    :param criteria: ``{table: criterion}``
    :returns: ``{table of the criterion: tables}``
    """
    return {
        table: frozenset(
            node
            for node in visitors.iterate(criterion)
            if isinstance(node, sa.Table)
        )
        for table, criterion in criteria.items()
    }


def beside_changes(
    criteria: Mapping[Any, Any],
) -> dict[Any, dict[Any, Any]]:
    """Return the criteria that an UPDATE of a table may hold.

    MySQL does not let an UPDATE read the table that it changes.

    :returns: ``{changed table: {table: criterion}}``. A table that no
        subquery of a criterion reads is absent: beside its changes all
        criteria may stand.
    """
    tables = read(criteria)
    return {
        changed: {
            table: criterion
            for table, criterion in criteria.items()
            if changed not in tables[table]
        }
        for changed in set().union(*tables.values())
    }
