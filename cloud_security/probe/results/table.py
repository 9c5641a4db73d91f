# SPDX-License-Identifier: Apache-2.0
"""The table: one row for a finding, and the plan of a run."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import services
from cloud_security.probe.results import summary as summaries
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict

#: Colours of a terminal.
RED, GREEN, GREY, PLAIN = '\033[31m', '\033[32m', '\033[90m', '\033[0m'
TITLE = f'{"verdict":<13} {"account":<8} {"owner":<6}{"got":<5} operation'
#: What a run makes, by service.
MADE = {
    'compute': 'A run boots two servers of the owner and one of the peer, and '
    'creates two server\ngroups.',
    'volume': 'A run creates eight volumes of 1 GiB of the owner, one of the '
    'peer, and copies;\nsnapshots, attachments, transfers, backups; groups '
    'if there is a group type.',
    'image': 'A run creates four images of the owner and one of the peer, of '
    'some bytes.',
    'network': 'A run creates eight ports of the owner and three of the peer; '
    'three security groups,\ntwo address groups, three trunks; five floating '
    'IPs if there is an external network.',
}


def row(finding: Finding, is_coloured: bool = False) -> str:
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


def closing(summary: summaries.Summary) -> str:
    """Return the lines after the rows: the verdict and the figures."""
    said = '\n'.join(summary.lines)
    return (
        f'\n{said}\n{summary.tally}; '
        f'{summary.requests} requests in {summary.seconds:.0f} seconds.\n'
    )


def plan(operations: Sequence[Operation]) -> str:
    """Return the operations of a run, one a line, and what the run makes."""
    lines = []
    for service in services.ALL:
        chosen = [one for one in operations if one.service == service]
        if chosen:
            lines += [f'{heading(service)}\n', *map(_planned, chosen)]
            lines.append(f'\n{MADE[service]}\n\n')
    lines.append(
        f'{len(operations)} operations: the owner tries each at the '
        "owner's resource first, then the\npeer tries it. The run replaces "
        'what an operation deletes, and deletes all of it at\nthe end. The '
        'names begin with cloud-security-probe-.\n'
    )
    return ''.join(lines)


def heading(service: str) -> str:
    """Return the line above the rows of a service."""
    return f'{services.ALL[service].title} ({service})'


def _planned(operation: Operation) -> str:
    return (
        f'{operation.effect.name.lower():<9} {operation.name:<40} '
        f'{operation.request}\n'
    )
