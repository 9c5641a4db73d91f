# SPDX-License-Identifier: Apache-2.0
"""Documents for programs: JSON, and JUnit's XML."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.results.summary import Summary
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict

#: Characters that XML cannot represent.
NO_XML = re.compile('[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')


def as_json(summary: Summary) -> str:
    """Return a JSON object with everything."""
    return (
        json.dumps(
            {
                'outcome': summary.outcome.name,
                'sentence': summary.sentence,
                'error': summary.error,
                'left': list(summary.left),
                'began': summary.began,
                'requests': summary.requests,
                'cloud': summary.cloud,
                'names': dict(summary.names),
                'not_looked_at': dict(summary.unseen),
                **summary.counts,
                'findings': [
                    {
                        **finding._asdict(),
                        'verdict': finding.verdict.value,
                        'evidence': [
                            proof._asdict() for proof in finding.evidence
                        ],
                    }
                    for finding in summary.findings
                ],
            },
            indent=2,
        )
        + '\n'
    )


def junit(summary: Summary) -> str:
    """Return XML that CI systems read."""
    counts = summary.counts
    wrong = summary.outcome in (Outcome.WARNING, Outcome.UNKNOWN) or bool(
        summary.error or summary.left
    )
    suite = ElementTree.Element(
        'testsuite',
        name='cloud-security-probe',
        tests=str(counts['nb_tests'] + wrong),
        failures=str(counts['nb_tests_ko']),
        skipped=str(counts['nb_skipped']),
        errors=str(int(wrong)),
        time=f'{summary.seconds:.3f}',
        timestamp=summary.began.rstrip('Z'),
    )
    for finding in summary.findings:
        case = ElementTree.SubElement(
            suite,
            'testcase',
            classname=f'cloud_security.probe.{finding.account}',
            name=finding.operation,
        )
        if finding.verdict is Verdict.INCONCLUSIVE:
            ElementTree.SubElement(
                case, 'skipped', message=_xml(finding.reason)
            )
        elif finding.verdict.is_bad:
            failure = ElementTree.SubElement(
                case,
                'failure',
                type=finding.verdict.value,
                message=_xml(finding.reason or finding.request),
            )
            failure.text = _xml(_proofs(finding))
    if wrong:
        case = ElementTree.SubElement(
            suite, 'testcase', classname='cloud_security.probe', name='run'
        )
        ElementTree.SubElement(case, 'error', message=_xml(summary.sentence))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        + ElementTree.tostring(suite, encoding='unicode')
        + '\n'
    )


def _xml(text: str) -> str:
    return NO_XML.sub('', text)


def _proofs(finding: Finding) -> str:
    lines: list[str] = []
    for proof in finding.evidence:
        lines += [f'About {proof.about}:', proof.request]
        lines += [proof.sent] if proof.sent else []
        lines += [str(proof.status), proof.answer, '']
    return '\n'.join(lines)
