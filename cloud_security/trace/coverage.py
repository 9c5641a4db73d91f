# SPDX-License-Identifier: Apache-2.0
"""Times of which the history tells, and those of which it does not."""

from __future__ import annotations

import datetime
from typing import Any
from typing import NamedTuple
from typing import Optional

import sqlalchemy as sa

from cloud_security.trace import check_times
from cloud_security.trace import gaps
from cloud_security.trace import intervals
from cloud_security.trace import known_owners
from cloud_security.trace import moments
from cloud_security.trace import table_rows
from cloud_security.trace import tables

_GAPS = tables.GAPS
_IMPORTING = 'importing'
_UNIMPORTED = 'unimported'
_OWNERLESS = 'ownerless'
#: Reasons of gaps, in words.
REASONS = {
    gaps.BEFORE: 'it is before the first record',
    _IMPORTING: 'cloud-security-trace import has not ended',
    _UNIMPORTED: 'cloud-security-trace import has not run',
    gaps.OFF: 'Neutron ran without the plugin',
    gaps.FAILURE: 'the plugin could not record a change',
    gaps.DIFFERENCE: 'records and Neutron differed',
    gaps.PURGED: 'what had ended by then is purged',
    _OWNERLESS: 'there were servers whose owner is not known',
}
_INSTANT = datetime.timedelta(microseconds=1)


class Gap(NamedTuple):
    """Time in which not all was recorded, and the reason."""

    span: intervals.Span
    reason: str

    def __str__(self) -> str:
        """Return the time and the reason, for a sentence."""
        begin, end = self.span
        words = []
        if begin > intervals.EVER.begin:
            words.append(f'from {moments.written(begin)}')
        if end < intervals.EVER.end:
            words.append(f'until {moments.written(end)}')
        reason = REASONS.get(self.reason, self.reason)
        return f'{" ".join(words) or "ever"}, {reason}'


class Coverage(NamedTuple):
    """Gaps in a time that somebody looks up, clipped to it."""

    span: intervals.Span
    gaps: list[Gap]
    checked_at: Optional[datetime.datetime]
    now: datetime.datetime

    @property
    def is_whole(self) -> bool:
        """Tell whether all was recorded."""
        return not self.gaps

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing of the time is recorded."""
        return not intervals.less(self.span, (gap.span for gap in self.gaps))


def of_span(connection: Any, span: intervals.Span) -> Coverage:
    """Return what was not recorded in some time.

    A span without begin begins with the records. Only a question that names
    the time before them is about it.
    """
    known = all_gaps(connection)
    current = tables.now(connection)
    end = min(span.end, current)
    begin = span.begin
    if begin == intervals.EVER.begin:
        starts = [
            gap.span.end
            for gap in known
            if gap.span.begin == intervals.EVER.begin
        ]
        # Where nothing is recorded yet, all of the time is a gap.
        begin = min(max(starts, default=begin), end)
        if begin == end:
            begin = intervals.EVER.begin
    asked = intervals.Span(begin, end)
    met = ((gap.span.meet(asked), gap.reason) for gap in known)
    return Coverage(
        asked,
        sorted(Gap(span, reason) for span, reason in met if span),
        check_times.read(connection, check_times.CHECK),
        current,
    )


def all_gaps(connection: Any) -> list[Gap]:
    """Return the gaps of all times, in order.

    Until the import has ended, nobody knows all that was assigned before.
    """
    rows = list(connection.execute(sa.select(_GAPS)))
    found = [
        Gap(_span(row), row.reason)
        for row in rows
        if row.reason != gaps.BEFORE or row.end_at is not None
    ]
    imports = [row.end_at for row in rows if row.reason == gaps.BEFORE]
    if not imports:
        found.append(Gap(intervals.EVER, _UNIMPORTED))
    elif not any(imports):
        found.append(Gap(intervals.EVER, _IMPORTING))
    return sorted(found)


def of_owners(connection: Any, span: intervals.Span) -> Coverage:
    """Return the same for a question about the owners of servers.

    Nova may have forgotten a server before sync saw it. Anybody may give a
    port another device_id, which is no server's then.
    """
    found = of_span(connection, span)
    ports = tables.HISTORY.c
    others = tables.HISTORY.alias().c
    # A user may have given the port another device_owner.
    was_server = sa.exists().where(
        others.device_id == ports.device_id,
        others.kind == 'port',
        others.device_owner.like('compute:%'),
    )
    is_known = sa.exists().where(
        tables.OWNERS.c.server_id == ports.device_id,
        tables.OWNERS.c.user_id.is_not(None),
    )
    rows = connection.execute(
        sa.select(
            ports.device_id,
            sa.func.min(ports.begin_at).label('begin_at'),
            sa.func.max(ports.end_at).label('end_at'),
            (sa.func.count() - sa.func.count(ports.end_at)).label('open'),
        )
        .where(
            ports.kind == 'port',
            was_server,
            ~is_known,
            *table_rows.within(tables.HISTORY, found.span),
        )
        .group_by(ports.device_id)
    )
    times = [
        _span(row)._replace(end=intervals.EVER.end) if row.open else _span(row)
        for row in rows
        if known_owners.is_server_id(row.device_id)
    ]
    more = [
        Gap(time, _OWNERLESS)
        for time in intervals.union(
            filter(None, (time.meet(found.span) for time in times))
        )
    ]
    return found._replace(gaps=sorted(found.gaps + more))


def _span(row: Any) -> intervals.Span:
    begin = row.begin_at or intervals.EVER.begin
    end = row.end_at or intervals.EVER.end
    return intervals.Span(begin, max(end, begin + _INSTANT))
