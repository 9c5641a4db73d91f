# SPDX-License-Identifier: Apache-2.0
"""The page: one HTML file for people, with the verdict and all findings.

The page needs no other file, runs no script and sends no request.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from cloud_security import pages
from cloud_security.probe.client import services
from cloud_security.probe.results import markup
from cloud_security.probe.results import matrix
from cloud_security.probe.results import proofs
from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.results.summary import Summary

TONES = {Outcome.OK: 'good', Outcome.CRITICAL: 'bad'}
#: Tones of the shares; all others are good.
SHARES = {
    'leak': 'bad',
    'leaks': 'bad',
    'refused': 'bad',
    'inconclusive': 'odd',
}
FOOT = """</main>
<footer>cloud-security-probe wrote this page. It replaces passwords and tokens
in requests and responses by ***. All its times are in UTC.</footer>
</body>
</html>"""


def html(summary: Summary) -> str:
    """Return the page."""
    tone, heading = TONES.get(summary.outcome, 'odd'), summary.heading
    parts = (
        pages.head(heading, 'cloud-security-probe', __package__, 'page.css'),
        *_verdict(summary, tone, heading),
        '<main>',
        *_facts(summary),
        *_unseen(summary),
        *matrix.overview(summary),
        *proofs.sections(summary),
        *matrix.section(summary),
        *_skipped(summary),
        FOOT,
    )
    return '\n'.join(parts) + '\n'


def _verdict(summary: Summary, tone: str, heading: str) -> Iterable[str]:
    shares = [
        (SHARES.get(words, 'good'), words, count)
        for words, count in summary.shares
    ]
    yield f'<div class="band {tone}"><header>'
    yield '<p class="kicker">Isolation between the members of a project</p>'
    yield f'<h1 id="verdict">{heading}</h1>'
    sentence = summary.sentence.split(f'{heading}: ')[-1]
    sentence = sentence[:1].upper() + sentence[1:]
    yield f'<p class="sentence">{markup.text(sentence)}</p>'
    yield '<div class="bar" aria-hidden="true">'
    for name, _, count in shares:
        if count:
            yield f'<i class="{name}" style="flex:{count}"></i>'
    yield '</div>'
    tally = ' / '.join(
        f'<span class="{name}"><b>{count}</b> {words}</span>'
        for name, words, count in shares
    )
    yield f'<p id="tally" class="figures">{tally}</p>'
    yield '<nav aria-label="On this page">'
    for name, title, findings in (
        ('unseen', 'Not looked at', summary.unseen),
        ('services', 'Services by account', summary.findings),
        ('leaks', 'Leaks', summary.leaks),
        ('refused', 'Refusals', summary.refused),
        ('matrix', 'Operations by account', summary.findings),
        ('skipped', 'Inconclusive', summary.skipped),
    ):
        if findings:
            yield f'<a href="#{name}">{title}</a>'
    yield '</nav></header></div>'


def _facts(summary: Summary) -> Iterable[str]:
    began = summary.began
    yield '<dl class="facts">'
    if began:
        shown = began.replace('T', ' ').replace('Z', ' UTC')
        yield (
            f'<div><dt>Began</dt><dd><time datetime="{escape(began)}">'
            f'{escape(shown)}</time></dd></div>'
        )
    yield (
        f'<div><dt>Took</dt><dd>{summary.seconds:.0f} seconds, '
        f'{summary.requests} requests</dd></div>'
    )
    for name, value in summary.cloud.items():
        yield from _fact(name, value, summary.names.get(name, ''))
    yield '</dl>'


def _fact(name: str, value: str, known_as: str) -> Iterable[str]:
    if not value:
        return
    yield f'<div><dt>{escape(name.capitalize())}</dt>'
    if name.endswith('endpoint'):
        yield f'<dd>{markup.text(value)}</dd></div>'
        return
    if known_as:
        yield f'<dd>{escape(known_as)}</dd>'
    yield f'<dd><code class="id">{escape(value)}</code></dd></div>'


def _unseen(summary: Summary) -> Iterable[str]:
    if not summary.unseen:
        return
    yield '<section id="unseen" class="odd"><h2>Not looked at</h2>'
    yield (
        '<p class="lead">The run says nothing about these services.</p>'
        '<ul class="open-ends">'
    )
    for service, why in summary.unseen.items():
        title = services.ALL[service].title
        yield f'<li>{title} ({service})<span>{markup.text(why)}</span></li>'
    yield '</ul></section>'


def _skipped(summary: Summary) -> Iterable[str]:
    if not summary.skipped:
        return
    yield '<section id="skipped"><h2>Inconclusive</h2>'
    yield (
        '<p class="lead">These operations prove nothing in this cloud: the '
        'owner could not show that they work, or the peer’s response was '
        'not the service’s.</p>'
    )
    for service in summary.services:
        mine = summary.of(service).skipped
        if not mine:
            continue
        yield (
            f'<h3 class="service">{services.ALL[service].title} '
            f'<span>{len(mine)}</span></h3><ul class="open-ends">'
        )
        for finding in mine:
            yield (
                f'<li>{markup.text(finding.operation)}'
                f'<span>{markup.text(finding.reason)}</span></li>'
            )
        yield '</ul>'
    yield '</section>'
