# SPDX-License-Identifier: Apache-2.0
"""The matrices in the page: verdicts by service, statuses by operation.

Each has a column for each account.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable
from collections.abc import Mapping

from cloud_security.probe.client import services
from cloud_security.probe.results import markup
from cloud_security.probe.results.summary import Summary
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict

#: Tone and sign of a verdict; the sign serves people who see no colours.
SIGNS = {
    Verdict.CLOSED: ('good', '✓'),
    Verdict.OPEN: ('bad', '✗'),
    Verdict.TELLS: ('bad', '✗'),
    Verdict.WORKS: ('good', '✓'),
    Verdict.REFUSED: ('bad', '✗'),
    Verdict.INCONCLUSIVE: ('odd', '?'),
}
#: From the worst to the best.
TONES = ('bad', 'odd', 'good')
NOT_TRIED = '<td><span aria-label="not tried">–</span></td>'
GROUPS = {
    'reads': 'Reads',
    'changes': 'Changes of a resource',
    'destroys': 'Deletions and rebuilds',
}


def overview(summary: Summary) -> Iterable[str]:
    """Yield the count of each verdict, by service and account."""
    if not summary.findings:
        return
    names = _accounts(summary)
    yield '<section id="services"><h2>Services by account</h2>'
    yield from _head(summary, 'Services by account', 'Service', names)
    yield '<tbody>'
    for service in summary.services:
        findings = summary.of(service).findings
        yield f'<tr><th scope="row">{services.ALL[service].title}</th>'
        for name in names:
            counts = collections.Counter(
                one.verdict for one in findings if one.account == name
            )
            yield _counts(counts)
        yield '</tr>'
    yield '</tbody></table></section>'


def section(summary: Summary) -> Iterable[str]:
    """Yield the statuses of all operations, unless there are no findings."""
    if not summary.findings:
        return
    names = _accounts(summary)
    yield '<section id="matrix"><h2>Operations by account</h2>'
    yield (
        '<p class="lead">The statuses of all responses. The owner sends '
        'requests about the owner’s own resource. The other accounts send '
        'the same requests about a resource of the owner.</p>'
    )
    yield from _head(
        summary, 'Operations by account', 'Operation', ['owner', *names]
    )
    for service in summary.services:
        yield from _service(summary.of(service), service, names)
    yield '</table></section>'


def _accounts(summary: Summary) -> list[str]:
    """Return the accounts of the run but the owner's."""
    return ['peer'] + [
        name
        for name in ('reader', 'manager', 'admin')
        if name in summary.cloud
    ]


def _head(
    summary: Summary, caption: str, first: str, names: list[str]
) -> Iterable[str]:
    """Yield the start of a table with a column for each account."""
    yield (
        f'<table><caption class="hidden">{caption}</caption><thead>'
        f'<tr><th scope="col">{first}</th>'
    )
    for name in names:
        who = markup.account(name, summary.names.get(name, ''))
        yield f'<th scope="col">{who}</th>'
    yield '</tr></thead>'


def _counts(counts: Mapping[Verdict, int]) -> str:
    """Return a cell with the count of each verdict, the worst first."""
    found = sorted(counts, key=lambda one: TONES.index(SIGNS[one][0]))
    if not found:
        return NOT_TRIED
    lines = (
        f'<span class="mark" aria-hidden="true">{SIGNS[verdict][1]}</span>'
        f'{counts[verdict]} <span class="word">{verdict.value}</span>'
        for verdict in found
    )
    return f'<td class="{SIGNS[found[0]][0]}">{"<br>".join(lines)}</td>'


def _service(
    summary: Summary, service: str, names: list[str]
) -> Iterable[str]:
    """Yield the rows of one service, by effect."""
    columns = len(names) + 2
    title = services.ALL[service].title
    yield (
        f'<tbody><tr class="service"><th scope="rowgroup" '
        f'colspan="{columns}">{title} <span>{summary.tally}</span></th></tr>'
        '</tbody>'
    )
    for effect, words in GROUPS.items():
        rows: dict[str, dict[str, Finding]] = {}
        for finding in summary.findings:
            if finding.effect == effect:
                row = rows.setdefault(finding.operation, {})
                row[finding.account] = finding
        if rows:
            yield (
                f'<tbody><tr class="group"><th scope="rowgroup" '
                f'colspan="{columns}">{words}</th></tr>'
            )
            for row in rows.values():
                yield from _row(row, names)
            yield '</tbody>'


def _row(row: dict[str, Finding], names: list[str]) -> Iterable[str]:
    first = next(iter(row.values()))
    note = ''
    if first.verdict.passes and first.reason:
        note = f'<span class="note">{markup.text(first.reason)}</span>'
    yield (
        f'<tr><th scope="row">{markup.text(first.operation)}'
        f'<code>{markup.text(first.request)}</code>{note}</th>'
        f'<td>{first.owner_status or "–"}</td>'
    )
    for name in names:
        finding = row.get(name)
        if finding is None:
            yield NOT_TRIED
            continue
        tone, sign = SIGNS[finding.verdict]
        cell = (
            f'<span class="mark" aria-hidden="true">{sign}</span>'
            f'{finding.status or ""} '
            f'<span class="word">{finding.verdict.value}</span>'
        )
        if finding.verdict.is_bad:
            target = markup.anchor(finding.account, finding.operation)
            cell = f'<a href="#{target}">{cell}</a>'
        yield f'<td class="{tone}">{cell}</td>'
    yield '</tr>'
