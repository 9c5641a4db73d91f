# SPDX-License-Identifier: Apache-2.0
"""Comparison of open intervals with Neutron's rows.

The recorder sees what Neutron does through SQLAlchemy. It does not see plain
SQL, nor a Neutron without the plugin. What differs then is a gap: an address
may have had another holder meanwhile, of whom nothing is left.
"""

from __future__ import annotations

from collections.abc import Iterable
import datetime
from typing import Any
from typing import NamedTuple

import sqlalchemy as sa

from cloud_security.trace import check_times
from cloud_security.trace import current
from cloud_security.trace import engine as engines
from cloud_security.trace import gaps
from cloud_security.trace import kinds
from cloud_security.trace import tables

_HISTORY = tables.HISTORY


class Difference(NamedTuple):
    """A row of Neutron's whose open interval is not as it should be.

    ``problem`` is ``missing``, ``left over`` or ``different``.
    """

    kind: str
    key: current.Key
    problem: str

    def __str__(self) -> str:
        """Return the row and what is wrong, for a line."""
        return f'{current.open_key(self.kind, self.key)} {self.problem}'


class Comparison(NamedTuple):
    """Rows that differ, and the time of which both sides were read."""

    rows: list[Difference]
    at: datetime.datetime


def compare(engine: Any) -> Comparison:
    """Return the rows whose open intervals are not as they should be."""
    with engines.of_one_moment(engine) as connection:
        at = tables.now(connection)
        found = [
            one
            for kind in kinds.KINDS
            for one in _compared(
                kind,
                {
                    one.open_key: (one.key, one.content)
                    for one in current.wanted(connection, kind)
                },
                open_intervals(connection, _HISTORY.c.kind == kind),
            )
        ]
    return Comparison(found, at)


def _compared(
    kind: str,
    wanted: dict[str, tuple[current.Key, Any]],
    found: dict[str, Any],
) -> Iterable[Difference]:
    for name, (key, content) in wanted.items():
        if name not in found:
            yield Difference(kind, key, 'missing')
        elif found[name] != content:
            yield Difference(kind, key, 'different')
    for name in found.keys() - wanted.keys():
        yield Difference(kind, _key(kind, name, found[name]), 'left over')


def _key(kind: str, open_key: str, content: Any) -> current.Key:
    """Return the key of a row of which an open interval tells."""
    if kind == 'fixed':
        return tuple(
            content[name] for name in ('network_id', 'subnet_id', 'address')
        )
    if kind == 'pair':
        return tuple(
            content[name] for name in ('port_id', 'address', 'detail')
        )
    return (open_key[len(kind) + 1 :],)


def open_intervals(connection: Any, condition: Any) -> dict[str, Any]:
    """Return ``{open_key: content}`` of open intervals."""
    rows = connection.execute(
        sa.select(
            _HISTORY.c.open_key,
            *(_HISTORY.c[name] for name in kinds.CONTENT),
        ).where(_HISTORY.c.open_key.is_not(None), condition)
    )
    return {row[0]: dict(zip(kinds.CONTENT, row[1:])) for row in rows}


def note_off(engine: Any) -> None:
    """Note that Neutron here runs without the plugin since the last check."""
    with engine.begin() as connection:
        gaps.begin_off(
            connection, check_times.read(connection, check_times.CHECK)
        )


def note_differences(engine: Any, number: int) -> None:
    """Note that rows differ since the last check, until a repair."""
    with engine.begin() as connection:
        if all(
            row.reason != gaps.DIFFERENCE for row in gaps.opened(connection)
        ):
            gaps.note(
                connection,
                gaps.DIFFERENCE,
                f'{number} rows',
                check_times.read(connection, check_times.CHECK),
            )
