"""How findings are told: a table, JSON, JUnit, Nagios, Prometheus."""

import json
import re
from typing import List
from typing import Sequence
from xml.etree import ElementTree

from cloud_security.probe import findings
from cloud_security.probe import operations
from cloud_security.probe.findings import Outcome
from cloud_security.probe.findings import Verdict

#: Colours of a terminal.
RED, GREEN, GREY, PLAIN = '\033[31m', '\033[32m', '\033[90m', '\033[0m'
TITLE = f'{"verdict":<13} {"account":<8} {"owner":<6}{"got":<5} operation'
#: What Prometheus calls the figures, in their order.
METRICS = {
    'exec_time': ('duration_seconds', 'How long the run took.'),
    'nb_tests': ('tests', 'Attempts that were judged.'),
    'nb_tests_ok': ('tests_ok', 'Attempts that were answered as they should.'),
    'nb_tests_ko': ('tests_ko', 'Leaks, and refusals of managers and admins.'),
    'nb_skipped': ('tests_skipped', 'Attempts that proved nothing.'),
}
#: What XML has no way to say.
NO_XML = re.compile('[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')


def row(finding: findings.Finding, is_coloured: bool = False) -> str:
    """Return a finding as one line of the table."""
    colour = RED if finding.verdict.is_bad else GREEN
    if finding.verdict is Verdict.INCONCLUSIVE:
        colour = GREY
    word = f'{finding.verdict.value:<13}'
    if is_coloured:
        word = f'{colour}{word}{PLAIN}'
    line = (
        f'{word} {finding.account:<8} {finding.owner_status or "-":<6}'
        f'{finding.status or "-":<5} {finding.operation}'
    )
    return line + (f': {finding.reason}' if finding.reason else '')


def table(report: findings.Report) -> str:
    """Return what follows the rows: the verdict and the figures."""
    counts = report.counts
    return (
        f'\n{report.sentence}\n'
        f'{counts["nb_tests"]} tests, {counts["nb_tests_ok"]} ok, '
        f'{counts["nb_tests_ko"]} not, {counts["nb_skipped"]} inconclusive; '
        f'{report.requests} requests in {report.seconds:.0f} seconds.\n'
    )


def plan(tried: Sequence[operations.Operation]) -> str:
    """Return what a run would do."""
    rows = [
        f'{operation.effect.name.lower():<9} {operation.name:<40} '
        f'{operation.request}\n'
        for operation in tried
    ]
    return ''.join(rows) + (
        f'\n{len(tried)} operations, each by the owner on his own server '
        'first, then by the peer.\nIt would make two servers and two server '
        "groups of the owner's and a server of the\npeer's, some again after "
        'they were removed, all called\ncloud-security-probe-…, and remove '
        'them.\n'
    )


def as_json(report: findings.Report) -> str:
    """Return everything for programs."""
    return (
        json.dumps(
            {
                'outcome': report.outcome.name,
                'sentence': report.sentence,
                'error': report.error,
                'left': list(report.left),
                'began': report.began,
                'requests': report.requests,
                'cloud': report.cloud,
                **report.counts,
                'findings': [
                    {
                        **finding._asdict(),
                        'verdict': finding.verdict.value,
                        'evidence': [
                            shown._asdict() for shown in finding.evidence
                        ],
                    }
                    for finding in report.findings
                ],
            },
            indent=2,
        )
        + '\n'
    )


def junit(report: findings.Report) -> str:
    """Return what CI systems read."""
    counts = report.counts
    wrong = report.outcome in (Outcome.WARNING, Outcome.UNKNOWN) or bool(
        report.error or report.left
    )
    suite = ElementTree.Element(
        'testsuite',
        name='cloud-security-probe',
        tests=str(counts['nb_tests'] + wrong),
        failures=str(counts['nb_tests_ko']),
        skipped=str(counts['nb_skipped']),
        errors=str(int(wrong)),
        time=f'{report.seconds:.3f}',
        timestamp=report.began.rstrip('Z'),
    )
    for finding in report.findings:
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
            failure.text = _xml(proof(finding))
    if wrong:
        case = ElementTree.SubElement(
            suite, 'testcase', classname='cloud_security.probe', name='run'
        )
        ElementTree.SubElement(case, 'error', message=_xml(report.sentence))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        + ElementTree.tostring(suite, encoding='unicode')
        + '\n'
    )


def _xml(text: str) -> str:
    return NO_XML.sub('', text)


def proof(finding: findings.Finding) -> str:
    """Return the requests and answers that prove a finding."""
    lines: List[str] = []
    for shown in finding.evidence:
        lines += [f'About {shown.about}:', shown.request]
        lines += [shown.sent] if shown.sent else []
        lines += [str(shown.status), shown.answer, '']
    return '\n'.join(lines)


def nagios(report: findings.Report, seconds: float) -> str:
    """Return one line, with figures behind the bar.

    :param seconds: when the run would have been stopped
    """
    words = ' '.join(report.sentence.replace('|', '/').split())
    limits = f'{report.warning:g}' if report.warning else ''
    figures = [
        f'{name}={value}s;{limits};{seconds:g};0'
        if name == 'exec_time'
        else f'{name}={value};;;0'
        for name, value in report.counts.items()
    ]
    return (
        f'CLOUD_SECURITY {report.outcome.name} - {words}|{" ".join(figures)}\n'
    )


def prometheus(report: findings.Report) -> str:
    """Return what node_exporter's textfile collector reads."""
    lines = []
    for name, value in (
        *report.counts.items(),
        ('outcome', int(report.outcome)),
    ):
        metric, meaning = METRICS.get(
            name, ('outcome', '0 closed, 1 slow, 2 leaks, 3 unknown.')
        )
        metric = f'cloud_security_probe_{metric}'
        lines += [
            f'# HELP {metric} {meaning}',
            f'# TYPE {metric} gauge',
            f'{metric} {value}',
        ]
    return '\n'.join(lines) + '\n'
