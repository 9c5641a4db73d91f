# SPDX-License-Identifier: Apache-2.0
"""Rows of the tables that hold in some time, found by an index."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from cloud_security.trace import intervals

#: Values in one statement.
_AT_ONCE = 500


def of_values(
    connection: Any,
    span: intervals.Span,
    column: Any,
    values: Iterable[str],
    *conditions: Any,
) -> Iterator[Any]:
    """Yield the rows of a time that have one of some values in a column.

    MariaDB finds values that differ in case only, too.
    """
    wanted = set(values)
    ordered = sorted(wanted)
    for start in range(0, len(ordered), _AT_ONCE):
        some = ordered[start : start + _AT_ONCE]
        for row in during(connection, span, column.in_(some), *conditions):
            if getattr(row, column.name) in wanted:
                yield row


def during(
    connection: Any, span: intervals.Span, first: Any, *conditions: Any
) -> Iterator[Any]:
    """Yield the rows that hold in some time, for sure or maybe.

    :param first: a condition on a column of the table that is meant
    """
    table = first.left.table
    yield from connection.execute(
        sa.select(table).where(first, *conditions, *within(table, span))
    )


def within(table: Any, span: intervals.Span) -> list[Any]:
    """Return the conditions that a row holds in some time."""
    limits: list[Any] = []
    if span.begin > intervals.EVER.begin:
        limits.append(
            sa.or_(table.c.end_at.is_(None), table.c.end_at > span.begin)
        )
    if span.end < intervals.EVER.end:
        limits.append(
            sa.or_(
                table.c.begin_at < span.end,
                table.c.begin_after < span.end,
            )
        )
    return limits
