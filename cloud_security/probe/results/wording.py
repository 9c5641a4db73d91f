# SPDX-License-Identifier: Apache-2.0
"""Wording of leaks and refusals, each in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Sized

from cloud_security.probe.verdicts.findings import Finding

#: Nouns of what leaks, by service, and of who reached it, by account.
WHAT = {
    'compute': 'servers',
    'volume': 'volumes',
    'image': 'images',
    'network': 'ports',
}
WHO = {'peer': 'a member', 'reader': 'a reader'}


def leaks(findings: Sequence[Finding]) -> str:
    """Return a sentence; an operation of two accounts counts once."""
    tried = {(one.service, one.operation) for one in findings}
    accounts = {one.account for one in findings}
    services = {one.service for one in findings}
    who = ' or '.join(WHO[name] for name in WHO if name in accounts)
    what = listed([WHAT[name] for name in WHAT if name in services])
    return (
        f'This cloud leaks: in {_number(tried, "operation")} {who} reached '
        f"another member's {what}."
    )


def refusals(findings: Sequence[Finding]) -> str:
    """Return a sentence about requests that should have succeeded."""
    return f'{_number(findings, "operation")} of a manager or an admin failed.'


def listed(words: Sequence[str]) -> str:
    """Return words with commas, and "and" before the last."""
    *first, last = words
    return f'{", ".join(first)} and {last}' if first else last


def _number(counted: Sized, noun: str) -> str:
    return f'{len(counted)} {noun}' + ('s' if len(counted) != 1 else '')
