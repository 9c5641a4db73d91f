# SPDX-License-Identifier: Apache-2.0
"""The table: one row for a finding, and the plan of a run."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.results import summary as summaries
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict

#: Colours of a terminal.
RED, GREEN, GREY, PLAIN = '\033[31m', '\033[32m', '\033[90m', '\033[0m'
TITLE = f'{"verdict":<13} {"account":<8} {"owner":<6}{"got":<5} operation'


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
    return (
        f'\n{summary.sentence}\n{summary.tally}; '
        f'{summary.requests} requests in {summary.seconds:.0f} seconds.\n'
    )


def plan(operations: Sequence[Operation]) -> str:
    """Return the operations of a run, one a line, and what the run makes."""
    rows = [
        f'{operation.effect.name.lower():<9} {operation.name:<40} '
        f'{operation.request}\n'
        for operation in operations
    ]
    return ''.join(rows) + (
        f'\n{len(operations)} operations: the owner tries each at the '
        "owner's server first, then the\npeer tries it. A run boots two "
        'servers of the owner and one of the peer, and creates\ntwo server '
        'groups. It replaces servers that an operation deletes, and deletes '
        'all of\nthem at the end. Their names begin with '
        'cloud-security-probe-.\n'
    )
