# SPDX-License-Identifier: Apache-2.0
"""Proofs in the page: each leak and refusal with requests and responses."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_security.probe.client import services
from cloud_security.probe.client.accounts import READER
from cloud_security.probe.results import markup
from cloud_security.probe.results.summary import Summary
from cloud_security.probe.verdicts.evidence import Evidence
from cloud_security.probe.verdicts.findings import Finding


def sections(summary: Summary) -> Iterable[str]:
    """Yield the section of leaks and that of refusals, unless empty."""
    for name, title, lead, findings in (
        (
            'leaks',
            'Leaks',
            'Each leak has two requests of the peer as its proof: one about '
            'the owner’s resource, one about an ID that does not exist. '
            '“Open” means that the peer succeeded. “Tells” means that the '
            'response reveals the resource.',
            summary.leaks,
        ),
        (
            'refused',
            'Refusals',
            'A manager or an admin failed here, and should have succeeded.',
            summary.refused,
        ),
    ):
        if not findings:
            continue
        yield f'<section id="{name}"><h2>{title}</h2>'
        yield f'<p class="lead">{lead}</p>'
        for service in summary.services:
            yield from _service(summary, service, findings)
        yield '</section>'


def _service(
    summary: Summary, service: str, findings: Iterable[Finding]
) -> Iterable[str]:
    """Yield the proofs of one service's findings, unless there are none."""
    mine = [one for one in findings if one.service == service]
    if not mine:
        return
    yield (
        f'<h3 class="service">{services.ALL[service].title} '
        f'<span>{len(mine)}</span></h3>'
    )
    yield '<ul class="leaks">'
    for finding in mine:
        yield from _proof(finding, summary.names.get(finding.account, ''))
    yield '</ul>'


def _proof(finding: Finding, user_name: str) -> Iterable[str]:
    # All others are the peer's, or say whose refusal it is.
    by = (
        ' <span class="who">reader</span>' if finding.account == READER else ''
    )
    yield (
        f'<li id="{markup.anchor(finding.account, finding.operation)}">'
        '<details class="bad"><summary>'
        f'<span class="chip">{finding.verdict.value}</span>'
        f'<h3>{markup.text(finding.operation)}{by}</h3>'
        f'<code>{markup.text(finding.request)}</code></summary>'
    )
    if finding.reason:
        yield f'<p class="why">{markup.text(finding.reason)}</p>'
    yield '<div class="proof">'
    who = markup.account(finding.account, user_name)
    for proof in finding.evidence:
        yield from _exchange(who, proof)
    yield '</div></details></li>'


def _exchange(who: str, proof: Evidence) -> Iterable[str]:
    yield (
        f'<figure><figcaption>{who} about {markup.text(proof.about)}'
        f'</figcaption><pre>{markup.text(proof.request)}'
        + (f'\n{markup.text(proof.sent)}' if proof.sent else '')
        + '</pre>'
    )
    yield (
        f'<pre><b>{proof.status}</b> '
        f'{markup.text(proof.answer) or "(empty)"}</pre></figure>'
    )
