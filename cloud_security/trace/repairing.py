# SPDX-License-Identifier: Apache-2.0
"""Import and repair: open intervals become what Neutron's rows call for."""

from __future__ import annotations

from collections.abc import Iterable
import datetime
from typing import Any
from typing import Optional

import sqlalchemy as sa

from cloud_security.trace import check_times
from cloud_security.trace import checking
from cloud_security.trace import current
from cloud_security.trace import gaps
from cloud_security.trace import kinds
from cloud_security.trace import tables
from cloud_security.trace import writing

_HISTORY = tables.HISTORY
_GAPS = tables.GAPS
#: Earliest begin of a row of which Neutron has no time of creation.
_EVER = datetime.datetime(1970, 1, 1)
#: Rows that one transaction locks.
_AT_ONCE = 200


class Unimported(Exception):
    """The history has not begun; the message says what to do."""


def check_import(engine: Any) -> None:
    """Refuse a history that has not begun.

    :raises Unimported: when there was no import
    """
    with engine.connect() as connection:
        if not gaps.is_imported(connection):
            raise Unimported(
                'The history has not begun: run cloud-security-trace import.'
            )


def import_all(engine: Any) -> int:
    """Begin the history: open intervals for what Neutron has.

    What is over before the last interval is open belongs to the time before
    the history. Again, it changes nothing, but for one that was interrupted.

    :returns: how many intervals were opened
    :raises Unimported: when Neutron records nothing yet
    """
    with engine.begin() as connection:
        if gaps.is_imported(connection):
            return 0
        if not check_times.has_started(connection):
            raise Unimported(
                'Neutron has not started with the plugin: run '
                'cloud-security-trace enable, restart Neutron on all hosts, '
                'and import then. Nothing was changed.'
            )
        begun = connection.execute(
            sa.select(_GAPS.c.id).where(_GAPS.c.reason == gaps.BEFORE)
        ).first()
        if begun is None:
            gaps.note(connection, gaps.BEFORE, 'before the import')
    found = checking.compare(engine)
    number = sum(_mend_all(engine, found.rows, None))
    with engine.begin() as connection:
        connection.execute(
            _GAPS.update()
            .where(_GAPS.c.reason == gaps.BEFORE)
            .values(end_at=tables.utc_now())
        )
        check_times.note(connection, check_times.CHECK, found.at)
    return number


def repair(engine: Any, found: checking.Comparison) -> tuple[int, list[Any]]:
    """Mend what differs, note gaps, and close those that are over.

    :returns: how many rows were mended, and the gaps that go on
    """
    if found.rows:
        checking.note_differences(engine, len(found.rows))
    with engine.connect() as connection:
        last = check_times.read(connection, check_times.CHECK)
    number = sum(_mend_all(engine, found.rows, last))
    with engine.begin() as connection:
        stays = gaps.end(connection, found.at)
        check_times.note(connection, check_times.CHECK, found.at)
    return number, stays


def _mend_all(
    engine: Any,
    found: list[checking.Difference],
    last: Optional[datetime.datetime],
) -> Iterable[int]:
    by_kind: dict[str, list[current.Key]] = {}
    for one in found:
        by_kind.setdefault(one.kind, []).append(one.key)
    for kind, keys in by_kind.items():
        keys.sort()
        for start in range(0, len(keys), _AT_ONCE):
            with engine.begin() as connection:
                yield _mend(
                    connection, kind, keys[start : start + _AT_ONCE], last
                )


def _mend(
    connection: Any,
    kind: str,
    keys: list[current.Key],
    last: Optional[datetime.datetime],
) -> int:
    """Mend the intervals of some rows; return of how many.

    The rows stay locked until the end, so that Neutron changes them before
    they are read or after the intervals are there.
    """
    one = kinds.KINDS[kind]
    connection.execute(
        sa.select(*one.key)
        .where(current.these(kind, keys))
        .with_for_update(of=one.table)
    ).all()
    wanted = {
        one.open_key: one for one in current.wanted(connection, kind, keys)
    }
    names = {current.open_key(kind, key) for key in keys}
    found = checking.open_intervals(connection, _HISTORY.c.open_key.in_(names))
    right = {
        name
        for name in names
        if name in wanted and found.get(name) == wanted[name].content
    }
    over = found.keys() - right
    now = tables.now(connection)
    writing.end(connection, over, at=now, after=last)
    beginnings = [
        writing.Beginning(
            kind,
            name,
            wanted[name].content,
            now,
            max(filter(None, (last, wanted[name].since)), default=_EVER),
        )
        for name in sorted(wanted.keys() - right)
    ]
    writing.begin(connection, beginnings)
    return len(over | {one.open_key for one in beginnings})
