# SPDX-License-Identifier: Apache-2.0
"""Drawing of holdings: a lane for each kind and network, in SVG.

Widths are shares of the page's, so that the text keeps its size on a phone.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import datetime
from html import escape
import re
from typing import NamedTuple
from typing import Optional

from cloud_security.trace import columns
from cloud_security.trace import coverage
from cloud_security.trace import holding
from cloud_security.trace import intervals
from cloud_security.trace import moments
from cloud_security.trace import tables

#: Pixels.
_TITLE, _BAR, _SPACE, _AXIS = 26, 30, 4, 28
#: Colors of users in the style sheet.
_COLORS = 6
_TICKS = 4
_DAY = datetime.timedelta(days=1)
_MINUTE = datetime.timedelta(minutes=1)
KINDS = {
    **tables.KINDS,
    columns.BEHIND: 'a server was behind the address of a router',
}


class Scale(NamedTuple):
    """Time that the drawing shows, from its left to its right."""

    span: intervals.Span

    def at(self, moment: datetime.datetime) -> float:
        """Return the place of a moment, in percent of the width."""
        begin, end = self.span
        inside = min(max(moment, begin), end)
        return 100 * ((inside - begin) / (end - begin))

    def box(self, span: intervals.Span, least: float = 0.0) -> str:
        """Return x and width of a time, as attributes."""
        left, right = self.at(span.begin), self.at(span.end)
        width = max(right - left, least)
        return f'x="{min(left, 100 - width):.3f}%" width="{width:.3f}%"'


def scale(
    asked: intervals.Span,
    holdings: Iterable[holding.Holding],
    now: datetime.datetime,
) -> Scale:
    """Return the scale for all holdings, and for the time that is asked."""
    times = []
    for one in holdings:
        end = now if one.fact.end == intervals.EVER.end else one.fact.end
        times += [one.fact.since, end]
    times += [time for time in asked if time not in intervals.EVER]
    times = times or [now]
    begin, end = min(times), max(times)
    margin = max((end - begin) * 0.03, datetime.timedelta(seconds=1))
    return Scale(intervals.Span(begin - margin, end + margin))


def colors(holdings: Iterable[holding.Holding]) -> dict[str, str]:
    """Return ``{user ID: class}``; without a user, a bar is grey."""
    users = dict.fromkeys(
        one.owner.user_id
        for one in holdings
        if one.owner and one.owner.user_id
    )
    return {user: f'u{number % _COLORS}' for number, user in enumerate(users)}


def drawing(
    address: str,
    holdings: list[holding.Holding],
    gaps: Iterable[coverage.Gap],
    shown: Scale,
    at: Optional[intervals.Span],
) -> Iterator[str]:
    """Yield the drawing.

    :param at: the time that was asked for, to be marked
    """
    lanes: dict[tuple[str, str], list[holding.Holding]] = {}
    for one in holdings:
        kind = columns.values(one)['Kind']
        lanes.setdefault((kind, one.row.network_id or ''), []).append(one)
    classes = colors(holdings)
    parts: list[str] = []
    top = 0
    for (kind, network_id), some in sorted(lanes.items()):
        words = f'{kind}: {KINDS[kind]}'
        parts.append(
            f'<text class="lane" x="0" y="{top + 17}"><title>'
            f'{escape(f"{words}; network {network_id}")}</title>'
            f'{escape(kind)} <tspan class="soft">{escape(network_id)}</tspan>'
            '</text>'
        )
        top += _TITLE
        for row in _packed(some):
            for one in row:
                parts += _bar(one, shown, top, classes)
            top += _BAR + _SPACE
        top += 2 * _SPACE
    yield (
        f'<svg class="time" width="100%" height="{top + _AXIS}" role="img" '
        f'aria-label="Time line of {escape(address)}; the table below has '
        'the same">'
    )
    yield (
        '<defs><pattern id="hatch" width="8" height="8" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<line class="hatch" y2="8"/></pattern></defs>'
    )
    for gap in gaps:
        if shown.span.meet(gap.span):
            yield (
                f'<rect class="gap" {shown.box(gap.span, 0.3)} y="0" '
                f'height="{top}"><title>Not recorded: {escape(str(gap))}'
                '</title></rect>'
            )
    yield from _axis(shown, top)
    yield from parts
    if at is not None:
        yield (
            f'<rect class="at" {shown.box(at, 0.2)} y="0" height="{top}">'
            f'<title>{escape(moments.written(at.begin))}</title></rect>'
        )
    yield '</svg>'


def _packed(
    holdings: Iterable[holding.Holding],
) -> list[list[holding.Holding]]:
    """Put holdings that last at the same time into rows of their own."""
    rows: list[list[holding.Holding]] = []
    for one in sorted(holdings, key=lambda one: one.fact.possible):
        for row in rows:
            if row[-1].fact.end <= one.fact.since:
                row.append(one)
                break
        else:
            rows.append([one])
    return rows


def _bar(
    one: holding.Holding, shown: Scale, top: int, classes: dict[str, str]
) -> Iterator[str]:
    """Yield a bar; its beginning is open where nobody saw it."""
    name = classes.get(one.owner.user_id, '') if one.owner else ''
    if one.fact.since < one.fact.begin:
        maybe = intervals.Span(one.fact.since, one.fact.begin)
        yield (
            f'<rect class="maybe {name}" {shown.box(maybe, 0.2)} y="{top}" '
            f'height="{_BAR}" rx="4"><title>It began in this time.</title>'
            '</rect>'
        )
    if one.fact.begin >= one.fact.end:
        return
    # The inner drawing cuts off a text that is longer than the bar.
    yield (
        f'<svg {shown.box(one.fact.span, 0.4)} y="{top}" height="{_BAR}">'
        f'<title>{escape(_hover(one))}</title>'
        f'<rect class="bar {name}" width="100%" height="100%" rx="4"/>'
        f'<text class="on" x="8" y="20">{escape(label(one))}</text></svg>'
    )


def label(one: holding.Holding) -> str:
    """Return user and server, or the device, in few words."""
    owner = one.owner
    user = owner and (owner.user_name or owner.user_id)
    server = (owner and owner.server_name) or one.server_id
    if server:
        return ' · '.join(filter(None, (user, server)))
    if one.port is None:
        return 'port not recorded'
    return one.port.device_owner or 'no device'


def _hover(one: holding.Holding) -> str:
    found = columns.values(one)
    found['To'] = found['To'] or 'now'
    if one.owner:
        found['Server Name'] = one.owner.server_name
    return '\n'.join(
        f'{name}: {value}' for name, value in found.items() if value
    )


def _axis(shown: Scale, top: int) -> Iterator[str]:
    begin, end = shown.span
    # What is left tells two ticks apart.
    cut = '.*T|:..Z$'
    if end - begin > 3 * _DAY:
        cut = 'T.*'
    elif end - begin < _TICKS * _MINUTE:
        cut = '.*T|Z$'
    for number in range(_TICKS + 1):
        moment = begin + (end - begin) * number / _TICKS
        text = re.sub(cut, '', moments.written(moment))
        anchor = {0: 'start', _TICKS: 'end'}.get(number, 'middle')
        # A phone has space for every other one.
        name = 'odd' if number % 2 else 'even'
        x = f'{100 * number / _TICKS:g}%'
        yield (
            f'<g class="tick {name}"><line x1="{x}" x2="{x}" y1="0" '
            f'y2="{top + 6}"/><text x="{x}" y="{top + 22}" '
            f'text-anchor="{anchor}">{text}</text></g>'
        )
