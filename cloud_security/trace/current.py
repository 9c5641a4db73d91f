# SPDX-License-Identifier: Apache-2.0
"""Intervals that Neutron's rows call for, at the moment.

The recorder asks for the rows that a transaction touched, the import and the
check for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import datetime
from typing import Any
from typing import NamedTuple
from typing import Optional

from neutron_lib.db import standard_attr
import sqlalchemy as sa

from cloud_security.trace import kinds
from cloud_security.trace import tables

#: Conditions in one statement.
_AT_ONCE = 200
_STANDARD: Any = standard_attr.StandardAttribute.__table__

#: The values of a row's primary key, in the order of ``kinds.Kind.key``.
Key = tuple[str, ...]


class Wanted(NamedTuple):
    """An interval that should be open.

    ``now`` is the database's time, ``since`` when the row was made.
    """

    kind: str
    key: Key
    content: dict[str, Optional[str]]
    now: datetime.datetime
    since: Optional[datetime.datetime]

    @property
    def open_key(self) -> str:
        """The name of the row, as in ``HISTORY``."""
        return open_key(self.kind, self.key)


def open_key(kind: str, key: Key) -> str:
    """Return the name of a row of Neutron's, as in ``HISTORY``."""
    return ':'.join((kind, *key))


def wanted(
    connection: Any, kind: str, keys: Optional[Iterable[Key]] = None
) -> Iterator[Wanted]:
    """Yield the intervals that rows call for.

    :param connection: a SQLAlchemy connection; sees what its transaction did
    :param keys: of the rows to look at, None for all of them
    """
    if keys is None:
        yield from _read(connection, kind, sa.true())
        return
    ordered = sorted(keys)
    for start in range(0, len(ordered), _AT_ONCE):
        yield from _read(
            connection, kind, these(kind, ordered[start : start + _AT_ONCE])
        )


def these(kind: str, keys: Iterable[Key]) -> Any:
    """Return the condition that a row has one of some keys."""
    columns = kinds.KINDS[kind].key
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return sa.or_(
        *(
            sa.and_(*(column == value for column, value in zip(columns, key)))
            for key in keys
        )
    )


def _read(connection: Any, kind: str, condition: Any) -> Iterator[Wanted]:
    one = kinds.KINDS[kind]
    statement = (
        sa.select(
            *(column.label(f'key_{i}') for i, column in enumerate(one.key)),
            *(column.label(name) for name, column in one.content.items()),
            _STANDARD.c.created_at.label('since'),
            tables.utc_now().label('now'),
        )
        .select_from(
            one.source.join(_STANDARD, _STANDARD.c.id == one.standard_attr_id)
        )
        .where(one.where, condition)
    )
    for row in connection.execute(statement):
        yield Wanted(
            kind,
            tuple(str(part) for part in row[: len(one.key)]),
            {
                name: getattr(row, name) if name in one.content else None
                for name in kinds.CONTENT
            },
            row.now,
            row.since,
        )
