# SPDX-License-Identifier: Apache-2.0
"""Page for people: one HTML file with a time line and a table.

The page needs no other file, runs no script and sends no request.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from cloud_security import pages
from cloud_security.trace import answer as answers
from cloud_security.trace import columns
from cloud_security.trace import holding
from cloud_security.trace import intervals
from cloud_security.trace import lanes
from cloud_security.trace import moments

TONES = {
    answers.Outcome.FOUND: 'good',
    answers.Outcome.NOBODY: 'none',
    answers.Outcome.UNKNOWN: 'odd',
}
#: Columns of IDs, which do not break but after a hyphen.
_IDS = ('Network', 'Server', 'User', 'Project', 'By', 'Request')
FOOT = """</main>
<footer>cloud-security-trace wrote this page {now}. All times are in UTC. A
time ends before the moment in To.</footer>
</body>
</html>"""


def html(address: str, found: answers.Answer) -> str:
    """Return the page."""
    parts = (
        pages.head(
            address, 'cloud-security-trace', __package__, 'timeline.css'
        ),
        *_answer(address, found),
        '<main>',
        *_drawing(address, found),
        *_table(found),
        FOOT.format(now=_time(moments.written(found.coverage.now))),
    )
    return '\n'.join(parts) + '\n'


def _time(written: str) -> str:
    day, _, clock = written.rstrip('Z').partition('T')
    return (
        f'<time datetime="{escape(written)}"><span>{escape(day)}</span> '
        f'<span>{escape(clock)}</span></time>'
    )


def _answer(address: str, found: answers.Answer) -> Iterator[str]:
    tone = TONES[found.outcome]
    yield f'<div class="band {tone}"><header>'
    yield f'<p class="kicker">Who had this IP address {found.when}</p>'
    yield f'<h1>{escape(address)}</h1>'
    sentences = found.sentences()
    if found.outcome is answers.Outcome.FOUND:
        sentences.insert(0, _summary(found.holdings))
    yield f'<p class="sentence">{escape(" ".join(sentences))}</p>'
    yield '</header></div>'


def _summary(holdings: list[holding.Holding]) -> str:
    """Return who had it, the newest last, in one sentence."""
    names = list(
        dict.fromkeys(
            f'{lanes.label(one)} ({columns.values(one)["Kind"]})'
            for one in holdings
        )
    )
    shown = names[-5:]
    more = len(names) - len(shown)
    before = f'{more} others, ' if more else ''
    return f'{before}{", ".join(shown)}.'


def _drawing(address: str, found: answers.Answer) -> Iterator[str]:
    if not found.holdings:
        return
    shown = lanes.scale(found.span, found.holdings, found.coverage.now)
    at = None if _is_open(found.span) else found.span
    yield '<section class="drawing"><h2>Time line</h2>'
    yield from lanes.drawing(
        address, found.holdings, found.coverage.gaps, shown, at
    )
    yield '<p class="key">'
    for name, text in (
        ('bar', 'a color for each user, grey where none is known'),
        ('maybe', 'began at an unknown time in it'),
        ('gap', 'not all was recorded'),
    ):
        yield (
            '<span><svg width="22" height="12"><rect class="'
            f'{name}" width="22" height="12" rx="3"/></svg>{text}</span>'
        )
    yield '</p></section>'


def _is_open(span: intervals.Span) -> bool:
    return span.begin in intervals.EVER or span.end in intervals.EVER


def _table(found: answers.Answer) -> Iterator[str]:
    if not found.holdings:
        return
    rows = [_cells(one) for one in found.holdings]
    names = [
        name for name in rows[0] if any(row[name] is not None for row in rows)
    ]
    yield '<section><h2>Records</h2><table><thead><tr>'
    for name in names:
        yield f'<th scope="col">{name}</th>'
    yield '</tr></thead><tbody>'
    for row in rows:
        yield '<tr>'
        for name in names:
            yield _cell(name, row[name])
        yield '</tr>'
    yield '</tbody></table></section>'


def _cells(one: holding.Holding) -> dict[str, Any]:
    """Return what the command prints, and the name of the server."""
    found = columns.values(one)
    found['To'] = found['To'] or 'now'
    names = list(found)
    place = names.index('Server') + 1
    names.insert(place, 'Server Name')
    found['Server Name'] = one.owner and one.owner.server_name
    return {name: found[name] for name in names}


def _cell(name: str, value: Any) -> str:
    if not value:
        return f'<td data-name="{name}" class="empty">–</td>'
    if name in ('From', 'To') and value != 'now':
        shown = _time(value)
    elif name in _IDS:
        shown = f'<code>{escape(value)}</code>'
    else:
        shown = escape(value)
    return f'<td data-name="{name}">{shown}</td>'
