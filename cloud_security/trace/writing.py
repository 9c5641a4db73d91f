# SPDX-License-Identifier: Apache-2.0
"""Beginnings and ends of intervals, written into the history."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
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
    begins: Collection[str] = (),
) -> None:
    """End the open intervals of some rows, by their IDs where they are seen.

    :param open_keys: names of rows, which need not have an interval
    :param at: the time, None for the database's
    :param after: where nobody saw the end, a time when the interval may have
        gone on
    :param begins: names that begin again at once: where the transaction sees
        no interval of theirs, the database refuses a second open one
    """
    values = _ending(cause, at, after)
    for some in _slices(open_keys):
        ids = _seen(connection, some)
        missing = [one for one in some if one not in ids and one not in begins]
        if ids:
            ended = connection.execute(
                _HISTORY.update()
                .where(
                    _HISTORY.c.id.in_(sorted(ids.values())),
                    _HISTORY.c.open_key.is_not(None),
                )
                .values(values)
            )
            if ended.rowcount < len(ids):
                # Another transaction has ended one since this one began.
                missing = some
        if missing:
            _end_by_keys(connection, missing, values)


def _seen(connection: Any, open_keys: list[str]) -> dict[str, int]:
    """Return ``{name: ID of its interval}``, and lock nothing."""
    rows = connection.execute(
        sa.select(_HISTORY.c.id, _HISTORY.c.open_key).where(
            _HISTORY.c.open_key.in_(open_keys)
        )
    )
    return {row.open_key: row.id for row in rows}


def _end_by_keys(
    connection: Any, open_keys: list[str], values: dict[str, Any]
) -> None:
    connection.execute(
        _HISTORY.update()
        .where(_HISTORY.c.open_key.in_(open_keys))
        .values(values)
    )


def _ending(
    cause: Cause,
    at: Optional[datetime.datetime],
    after: Optional[datetime.datetime],
) -> dict[str, Any]:
    """Return the values of intervals that end.

    None ends before it begins, also where a clock went back.
    """
    return {
        'open_key': None,
        'end_at': _no_sooner(tables.utc_now() if at is None else at),
        'end_after': None if after is None else _no_sooner(after),
        'end_user_id': cause.user_id,
        'end_request_id': cause.request_id,
    }


def _no_sooner(moment: Any) -> Any:
    """Return a time, or when the interval began if that is later."""
    begin_at = _HISTORY.c.begin_at
    return sa.case((begin_at > moment, begin_at), else_=moment)


def _slices(names: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(names)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]


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
