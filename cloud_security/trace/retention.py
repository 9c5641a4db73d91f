# SPDX-License-Identifier: Apache-2.0
"""Retention of the history: intervals that ended long ago go.

A gap is noted before the first of them goes, so that a look-up never takes a
time that was purged for one in which nobody had an address.
"""

from __future__ import annotations

from collections.abc import Collection
import datetime
from typing import Any
from typing import NamedTuple
from typing import Optional

import sqlalchemy as sa

from cloud_security.trace import gaps
from cloud_security.trace import tables

_HISTORY = tables.HISTORY
_GAPS = tables.GAPS
_OWNERS = tables.OWNERS
#: Rows of one statement. Galera certifies each as a whole.
ROWS = 1000


class Gone(NamedTuple):
    """Numbers of rows that were deleted, or would be."""

    intervals: int
    owners: int


def bound(
    connection: Any, days: int, before: Optional[datetime.datetime] = None
) -> datetime.datetime:
    """Return the time before which intervals must have ended.

    :param days: of retention
    :param before: the bound itself, in UTC; the future is none
    """
    now = tables.now(connection)
    if before is not None:
        return min(before, now)
    return now - datetime.timedelta(days=days)


def purge(
    engine: Any,
    end: datetime.datetime,
    kept_servers: Collection[str] = (),
    dry_run: bool = False,
) -> Gone:
    """Delete intervals that ended before a time, and owners without any.

    :param kept_servers: IDs of servers of which everything stays
    """
    with engine.connect() as connection:
        ports = _ports_of(connection, kept_servers)
        intervals = [
            (_HISTORY, sa.and_(_HISTORY.c.kind == kind, _past(end, ports)))
            for kind in tables.KINDS
        ]
        last = (_OWNERS, _ownerless(end, ports, kept_servers))
        found = [_count(connection, *one) for one in (*intervals, last)]
    if not dry_run and any(found):
        with engine.begin() as connection:
            _note(connection, end)
        found = [_delete(engine, *one) for one in (*intervals, last)]
    return Gone(sum(found[:-1]), found[-1])


def purge_all(engine: Any) -> Gone:
    """Delete all rows, but for gaps that go on, and that of the purge."""
    with engine.begin() as connection:
        _note(connection, tables.now(connection))
    gone = Gone(
        _delete(engine, _HISTORY, sa.true()),
        _delete(engine, _OWNERS, sa.true()),
    )
    past = sa.and_(_GAPS.c.end_at.is_not(None), _GAPS.c.reason != gaps.PURGED)
    _delete(engine, _GAPS, past)
    _delete(engine, tables.CHECKS, sa.true())
    return gone


def count_expired(connection: Any, end: datetime.datetime) -> int:
    """Return how many intervals ended before a time."""
    return sum(
        _count(
            connection,
            _HISTORY,
            sa.and_(_HISTORY.c.kind == kind, _HISTORY.c.end_at < end),
        )
        for kind in tables.KINDS
    )


def _ports_of(connection: Any, server_ids: Collection[str]) -> list[str]:
    """Return the ports that servers ever had."""
    if not server_ids:
        return []
    rows = connection.execute(
        sa.select(_HISTORY.c.port_id)
        .where(
            _HISTORY.c.kind == 'port',
            _HISTORY.c.device_id.in_(sorted(server_ids)),
        )
        .distinct()
    )
    return [row[0] for row in rows]


def _past(end: datetime.datetime, kept_ports: list[str]) -> Any:
    is_past = _HISTORY.c.end_at < end
    if not kept_ports:
        return is_past
    port_id = _HISTORY.c.port_id
    return sa.and_(
        is_past, sa.or_(port_id.is_(None), port_id.not_in(kept_ports))
    )


def _ownerless(
    end: datetime.datetime,
    kept_ports: list[str],
    kept_servers: Collection[str],
) -> Any:
    """Return the condition of owners whose interval, or last one, goes."""
    stays = sa.exists().where(
        _HISTORY.c.device_id == _OWNERS.c.server_id,
        sa.or_(_HISTORY.c.end_at.is_(None), ~_past(end, kept_ports)),
    )
    return sa.and_(
        # Nova may be about to make the first port of a server.
        _OWNERS.c.begin_at < end,
        sa.or_(_OWNERS.c.end_at < end, ~stays),
        _OWNERS.c.server_id.not_in(sorted(kept_servers)),
    )


def _note(connection: Any, end: datetime.datetime) -> None:
    """Note the gap, or move the end of the one that is there."""
    is_purged = _GAPS.c.reason == gaps.PURGED
    there = connection.execute(sa.select(_GAPS.c.id).where(is_purged)).first()
    if there is None:
        gaps.note(connection, gaps.PURGED, end_at=end)
        return
    connection.execute(
        _GAPS.update()
        .where(is_purged, _GAPS.c.end_at < end)
        .values(end_at=end)
    )


def _count(connection: Any, table: Any, condition: Any) -> int:
    found: int = connection.execute(
        sa.select(sa.func.count()).select_from(table).where(condition)
    ).scalar()
    return found


def _delete(engine: Any, table: Any, condition: Any) -> int:
    """Delete rows, some at once, each time in a transaction of its own."""
    done = 0
    while True:
        with engine.begin() as connection:
            rows = connection.execute(
                sa.select(table.c.id).where(condition).limit(ROWS)
            )
            ids = [row[0] for row in rows]
            if not ids:
                return done
            connection.execute(table.delete().where(table.c.id.in_(ids)))
            done += len(ids)
