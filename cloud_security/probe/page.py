"""One page for a person: the verdict, what proves it, and everything else.

It needs nothing beside itself, runs no script and sends no request.
"""

from html import escape
import importlib.resources
import re
from typing import Dict
from typing import Iterable
from typing import List

from cloud_security.probe import answers
from cloud_security.probe import findings
from cloud_security.probe.findings import Outcome
from cloud_security.probe.findings import Verdict

TONES = {Outcome.OK: 'good', Outcome.CRITICAL: 'bad'}
#: Tone, sign and word of a verdict; the sign is for who sees no colours.
SIGNS = {
    Verdict.CLOSED: ('good', '✓'),
    Verdict.OPEN: ('bad', '✗'),
    Verdict.TELLS: ('bad', '✗'),
    Verdict.WORKS: ('good', '✓'),
    Verdict.REFUSED: ('bad', '✗'),
    Verdict.INCONCLUSIVE: ('odd', '?'),
}
GROUPS = {
    'reads': 'What reads',
    'changes': 'What changes a server',
    'destroys': 'What removes or replaces a server',
}
#: Nothing is loaded; the icon is none, so that no browser asks for one.
HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>{title} – cloud-security-probe</title>
<style>
{style}</style>
</head>
<body>
"""
FOOT = """</main>
<footer>Written by cloud-security-probe. Times are UTC. Passwords and tokens in
answers are replaced by ***.</footer>
</body>
</html>"""


def html(report: findings.Report) -> str:
    """Return the page."""
    tone, heading = TONES.get(report.outcome, 'odd'), report.heading
    path = importlib.resources.files(__package__) / 'page.css'
    style = path.read_text(encoding='utf-8')
    parts = (
        HEAD.format(title=heading, style=style),
        *_verdict(report, tone, heading),
        '<main>',
        *_facts(report),
        *_proofs(report),
        *_matrix(report),
        *_skipped(report),
        FOOT,
    )
    return '\n'.join(parts) + '\n'


def _verdict(
    report: findings.Report, tone: str, heading: str
) -> Iterable[str]:
    counts = report.counts
    shares = (
        ('bad', counts['nb_tests_ko'], 'not as it should be'),
        ('good', counts['nb_tests_ok'], 'as it should be'),
        ('odd', counts['nb_skipped'], 'inconclusive'),
    )
    yield f'<div class="band {tone}"><header>'
    yield '<p class="kicker">Isolation between the members of a project</p>'
    yield f'<h1 id="verdict">{heading}</h1>'
    words = report.sentence.split(f'{heading}: ')[-1]
    yield f'<p class="sentence">{escape(words[:1].upper() + words[1:])}</p>'
    yield '<div class="bar" aria-hidden="true">'
    for name, count, _ in shares:
        if count:
            yield f'<i class="{name}" style="flex:{count:g}"></i>'
    yield '</div>'
    yield '<ul class="figures">'
    for name, count, words in shares:
        yield f'<li class="{name}"><b>{count:g}</b> {words}</li>'
    yield f'<li class="all"><b>{counts["nb_tests"]:g}</b> tests</li></ul>'
    yield '<nav aria-label="On this page">'
    for name, title, things in (
        ('leaks', 'What leaks', report.leaks),
        ('refused', 'What should work', report.refused),
        ('matrix', 'Operations by account', report.findings),
        ('skipped', 'What could not be told', report.skipped),
    ):
        if things:
            yield f'<a href="#{name}">{title}</a>'
    yield '</nav></header></div>'


def _facts(report: findings.Report) -> Iterable[str]:
    facts: Dict[str, object] = {
        'When': report.began.replace('T', ' ').rstrip('Z'),
        'Took': f'{report.seconds:.0f} seconds, {report.requests} requests',
        **{name.capitalize(): value for name, value in report.cloud.items()},
    }
    yield '<dl class="facts">'
    for name, value in facts.items():
        if value:
            yield f'<div><dt>{name}</dt><dd>{escape(str(value))}</dd></div>'
    yield '</dl>'


def _proofs(report: findings.Report) -> Iterable[str]:
    for name, title, lead, bad in (
        (
            'leaks',
            'What leaks',
            'Each with the request and the answer that prove it, beside the '
            'answer about what does not exist. “Open” did what was asked; '
            '“tells” only gave away that the server is there.',
            report.leaks,
        ),
        (
            'refused',
            'What should work and does not',
            'Requests of a manager or an admin that were refused.',
            report.refused,
        ),
    ):
        if not bad:
            continue
        yield f'<section id="{name}"><h2>{title}</h2>'
        yield f'<p class="lead">{lead}</p>'
        yield '<ul class="leaks">'
        for finding in bad:
            yield from _proof(finding)
        yield '</ul></section>'


def _proof(finding: findings.Finding) -> Iterable[str]:
    yield (
        f'<li id="{_anchor(finding)}"><details class="bad"><summary>'
        '<span class="chip">'
        f'{finding.verdict.value}</span><h3>{escape(finding.operation)}</h3>'
        f'<code>{escape(finding.request)}</code></summary>'
    )
    if finding.reason:
        yield f'<p class="why">{escape(finding.reason)}</p>'
    yield '<div class="proof">'
    for shown in finding.evidence:
        yield from _exchange(finding.account, shown)
    yield '</div></details></li>'


def _anchor(finding: findings.Finding) -> str:
    words = f'{finding.account} {finding.operation}'.lower()
    return re.sub('[^a-z0-9]+', '-', words)


def _exchange(account: str, shown: answers.Evidence) -> Iterable[str]:
    yield (
        f'<figure><figcaption>The {account} about {escape(shown.about)}'
        f'</figcaption><pre>{escape(shown.request)}'
        + (f'\n{escape(shown.sent)}' if shown.sent else '')
        + '</pre>'
    )
    yield (
        f'<pre><b>{shown.status}</b> {escape(shown.answer) or "(empty)"}'
        '</pre></figure>'
    )


def _matrix(report: findings.Report) -> Iterable[str]:
    if not report.findings:
        return
    names = ['peer'] + [
        name for name in ('manager', 'admin') if name in report.cloud
    ]
    yield '<section id="matrix"><h2>Operations by account</h2>'
    yield (
        '<p class="lead">Statuses that each account got. The owner asks about '
        "his own server, the others about the owner's.</p>"
    )
    yield (
        '<table><caption class="hidden">Operations by account</caption><thead>'
        '<tr><th scope="col">Operation</th>'
    )
    for name in ['owner', *names]:
        yield f'<th scope="col">{name.capitalize()}</th>'
    yield '</tr></thead>'
    for effect, title in GROUPS.items():
        rows: Dict[str, Dict[str, findings.Finding]] = {}
        for finding in report.findings:
            if finding.effect == effect:
                row = rows.setdefault(finding.operation, {})
                row[finding.account] = finding
        if rows:
            yield (
                f'<tbody><tr class="group"><th scope="rowgroup" '
                f'colspan="{len(names) + 2}">{title}</th></tr>'
            )
            for row in rows.values():
                yield from _row(row, names)
            yield '</tbody>'
    yield '</table></section>'


def _row(row: Dict[str, findings.Finding], names: List[str]) -> Iterable[str]:
    first = next(iter(row.values()))
    yield (
        f'<tr><th scope="row">{escape(first.operation)}'
        f'<code>{escape(first.request)}</code></th>'
        f'<td>{first.owner_status or "–"}</td>'
    )
    for name in names:
        finding = row.get(name)
        if finding is None:
            yield '<td><span aria-label="not asked">–</span></td>'
            continue
        tone, sign = SIGNS[finding.verdict]
        cell = (
            f'<span class="mark" aria-hidden="true">{sign}</span>'
            f'{finding.status or ""} '
            f'<span class="word">{finding.verdict.value}</span>'
        )
        if finding.verdict.is_bad:
            cell = f'<a href="#{_anchor(finding)}">{cell}</a>'
        yield f'<td class="{tone}">{cell}</td>'
    yield '</tr>'


def _skipped(report: findings.Report) -> Iterable[str]:
    if not report.skipped:
        return
    yield '<section id="skipped"><h2>What could not be told</h2>'
    yield (
        '<p class="lead">It was not shown to work for the owner here, or the '
        'peer was not answered by Nova.</p><ul class="open-ends">'
    )
    for finding in report.skipped:
        yield (
            f'<li>{escape(finding.operation)}'
            f'<span>{escape(finding.reason)}</span></li>'
        )
    yield '</ul></section>'
