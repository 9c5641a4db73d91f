# SPDX-License-Identifier: Apache-2.0
"""Gaps of the history, noted, closed and counted; knows SQLAlchemy only."""

from __future__ import annotations

import datetime
import socket
from typing import Any

import sqlalchemy as sa

from cloud_security.trace import check_times
from cloud_security.trace import tables

_GAPS = tables.GAPS
_NEVER = datetime.datetime.min
#: The time before the import, and what a purge took away.
BEFORE, PURGED = 'before', 'purged'
#: Reasons of gaps that only a fault, or an operator, opens.
FAILURE, DIFFERENCE, OFF = FAULTS = ('failure', 'difference', 'off')


def note(
    connection: Any,
    reason: str,
    detail: str = '',
    begin_at: Any = None,
    end_at: Any = None,
) -> None:
    """Note that not all was recorded in some time.

    :param begin_at: a time in UTC, or an expression; None for since ever
    :param end_at: the same; None for until now
    """
    connection.execute(
        _GAPS.insert().values(
            reason=reason,
            detail=_clean(detail)[:255] or None,
            begin_at=begin_at,
            end_at=end_at,
        )
    )


def _clean(text: str) -> str:
    """Return a text that each database stores."""
    plain = text.encode('ascii', 'backslashreplace').decode()
    return ''.join(one if one.isprintable() else ' ' for one in plain)


def is_imported(connection: Any) -> bool:
    """Tell whether the import has ended."""
    found = connection.execute(
        sa.select(_GAPS.c.id).where(
            _GAPS.c.reason == BEFORE, _GAPS.c.end_at.is_not(None)
        )
    )
    return found.first() is not None


def opened(connection: Any) -> list[Any]:
    """Return the faults that go on: rows with id, reason, begin_at, detail."""
    return [
        *connection.execute(
            sa.select(_GAPS)
            .where(_GAPS.c.end_at.is_(None), _GAPS.c.reason.in_(FAULTS))
            .order_by(_GAPS.c.begin_at, _GAPS.c.id)
        )
    ]


def begin_off(connection: Any, begin_at: Any = None) -> None:
    """Note that Neutron on this host is without the plugin.

    It changes nothing where that is noted already.

    :param begin_at: a time in UTC, or an expression; None for now
    """
    host = socket.gethostname()
    if (OFF, host) not in {
        (row.reason, row.detail) for row in opened(connection)
    }:
        since = tables.utc_now() if begin_at is None else begin_at
        note(connection, OFF, host, since)


def end(connection: Any, before: datetime.datetime) -> list[Any]:
    """End the faults that a repair has mended; return those that go on.

    That of a host without the plugin goes on until Neutron has started there.

    :param before: when the rows were compared; what began later goes on
    """
    stays = []
    for row in opened(connection):
        since = before
        if row.reason == OFF:
            start = check_times.read(
                connection, check_times.started(row.detail)
            )
            since = min(before, start or _NEVER)
        if row.begin_at is not None and row.begin_at >= since:
            stays.append(row)
            continue
        connection.execute(
            _GAPS.update()
            .where(_GAPS.c.id == row.id)
            .values(end_at=tables.utc_now())
        )
    return stays
