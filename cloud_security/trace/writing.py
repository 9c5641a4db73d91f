# SPDX-License-Identifier: Apache-2.0
"""Beginnings and ends of intervals, written into the history."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
import datetime
from typing import Any
from typing import NamedTuple
from typing import Optional

import sqlalchemy as sa

from cloud_security.trace import tables

_HISTORY = tables.HISTORY
#: Rows in one statement.
_AT_ONCE = 200


class Cause(NamedTuple):
    """A user who changes an assignment, in a request; None for Neutron."""

    user_id: Optional[str] = None
    request_id: Optional[str] = None


class Beginning(NamedTuple):
    """An interval to open."""

    kind: str
    open_key: str
    content: dict[str, Optional[str]]
    begin_at: datetime.datetime
    begin_after: Optional[datetime.datetime] = None


def end(
    connection: Any,
    open_keys: Collection[str],
    cause: Cause = Cause(),
    at: Optional[datetime.datetime] = None,
    after: Optional[datetime.datetime] = None,
) -> None:
    """End the open intervals of some rows.

    :param open_keys: names of rows, which need not have an interval
    :param at: the time, None for the database's
    :param after: where nobody saw the end, a time when the interval may have
        gone on
    """
    seen = None
    if after is not None:
        begin_at = _HISTORY.c.begin_at
        seen = sa.case((begin_at > after, begin_at), else_=after)
    ordered = sorted(open_keys)
    for start in range(0, len(ordered), _AT_ONCE):
        connection.execute(
            _HISTORY.update()
            .where(_HISTORY.c.open_key.in_(ordered[start : start + _AT_ONCE]))
            .values(
                open_key=None,
                end_at=tables.utc_now() if at is None else at,
                end_after=seen,
                end_user_id=cause.user_id,
                end_request_id=cause.request_id,
            )
        )


def begin(
    connection: Any, beginnings: Iterable[Beginning], cause: Cause = Cause()
) -> None:
    """Open intervals.

    :raises DBDuplicateEntry: when a row has an open interval already
    """
    rows = [
        {
            **one.content,
            'kind': one.kind,
            'open_key': one.open_key,
            'begin_at': one.begin_at,
            'begin_after': one.begin_after,
            'begin_user_id': cause.user_id,
            'begin_request_id': cause.request_id,
        }
        for one in beginnings
    ]
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(_HISTORY.insert(), rows[start : start + _AT_ONCE])


def open_keys(
    connection: Any, column: str, values: Collection[str]
) -> set[str]:
    """Return the names of all rows with open intervals of some things.

    They are read as they are now, also where the transaction sees an older
    state: the database deletes addresses that another one has just added.

    :param column: of ``HISTORY``, which names the things
    """
    found = connection.execute(
        sa.select(_HISTORY.c.open_key)
        .where(
            _HISTORY.c[column].in_(sorted(values)),
            _HISTORY.c.open_key.is_not(None),
        )
        .with_for_update()
    )
    return {row[0] for row in found}
