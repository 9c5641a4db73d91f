# SPDX-License-Identifier: Apache-2.0
"""The summary of a run: its findings, counts, sentence and exit code."""

from __future__ import annotations

from collections.abc import Mapping
import enum
from typing import NamedTuple

from cloud_security.probe.results import wording
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict


class Outcome(enum.IntEnum):
    """Exit codes, which are those of Nagios."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


HEADINGS = {
    Outcome.OK: 'No leak found',
    Outcome.WARNING: 'No leak found, with a warning',
    Outcome.CRITICAL: 'This cloud leaks',
    Outcome.UNKNOWN: 'No verdict',
}


class Summary(NamedTuple):
    """All findings of a run, and where and when it ran."""

    findings: list[Finding]
    #: The endpoint, and IDs: of the project, and of each account's user.
    cloud: dict[str, str]
    #: The time of the start, in UTC: 2026-01-31T12:00:00Z.
    began: str
    seconds: float
    requests: int
    warning: float | None = None
    #: The reason why the run has no verdict, or ''.
    error: str = ''
    #: Resources that cleanup could not delete.
    left: tuple[str, ...] = ()
    #: Names of the project and of users, under the keys of ``cloud``.
    names: Mapping[str, str] = {}
    #: Services that the run did not look at, each with the reason.
    unseen: Mapping[str, str] = {}

    @property
    def leaks(self) -> list[Finding]:
        """Return the findings in which the peer did or learned something."""
        return [one for one in self.findings if one.verdict.is_leak]

    @property
    def closed(self) -> list[Finding]:
        """Return the findings in which the peer learned nothing."""
        return [one for one in self.findings if one.verdict is Verdict.CLOSED]

    @property
    def refused(self) -> list[Finding]:
        """Return the findings in which a manager or an admin failed."""
        return [one for one in self.findings if one.verdict is Verdict.REFUSED]

    @property
    def worked(self) -> list[Finding]:
        """Return the findings in which a manager or an admin succeeded."""
        return [one for one in self.findings if one.verdict is Verdict.WORKS]

    @property
    def skipped(self) -> list[Finding]:
        """Return the inconclusive findings."""
        return [
            one for one in self.findings if one.verdict is Verdict.INCONCLUSIVE
        ]

    @property
    def counts(self) -> dict[str, float]:
        """Return the figures under the names that monitoring knows."""
        bad = len(self.leaks) + len(self.refused)
        skipped = len(self.skipped)
        return {
            'exec_time': round(self.seconds, 2),
            'nb_tests': len(self.findings),
            'nb_tests_ok': len(self.findings) - bad - skipped,
            'nb_tests_ko': bad,
            'nb_skipped': skipped,
        }

    @property
    def shares(self) -> list[tuple[str, int]]:
        """Return (words, count) of each verdict; they add up to all."""
        leaks, worked, refused = (
            len(self.leaks),
            len(self.worked),
            len(self.refused),
        )
        shares = [
            ('leak' if leaks == 1 else 'leaks', leaks),
            ('closed', len(self.closed)),
            ('inconclusive', len(self.skipped)),
        ]
        if worked or refused:
            shares += [('works', worked), ('refused', refused)]
        return shares

    @property
    def tally(self) -> str:
        """Return the count of each verdict: 2 leaks / 90 closed / …."""
        return ' / '.join(f'{count} {words}' for words, count in self.shares)

    @property
    def services(self) -> list[str]:
        """Return the services about which there are findings."""
        return list(dict.fromkeys(one.service for one in self.findings))

    def of(self, service: str) -> Summary:
        """Return the summary of one service's findings."""
        found = [one for one in self.findings if one.service == service]
        return self._replace(findings=found)

    @property
    def unproven(self) -> list[str]:
        """Return the core operations that are not closed."""
        return [
            one.operation
            for one in self.findings
            if one.is_core and one.verdict is not Verdict.CLOSED
        ]

    @property
    def is_proven(self) -> bool:
        """Return True if each service's core operations are closed."""
        tested = {one.service for one in self.findings if one.is_core}
        return (
            bool(tested) and tested == {*self.services} and not self.unproven
        )

    @property
    def untried(self) -> list[str]:
        """Return the features about which the run proves nothing."""
        parts = {one.part for one in self.findings if one.part}
        tried = {
            one.part
            for one in self.findings
            if one.verdict is not Verdict.INCONCLUSIVE
        }
        return sorted(parts - tried)

    @property
    def outcome(self) -> Outcome:
        """Return the exit code; a leak counts in spite of an error."""
        if self.counts['nb_tests_ko']:
            return Outcome.CRITICAL
        if self.error or self.unseen or not self.is_proven:
            return Outcome.UNKNOWN
        if self.left or (
            self.warning is not None and self.seconds > self.warning
        ):
            return Outcome.WARNING
        return Outcome.OK

    @property
    def heading(self) -> str:
        """Return the verdict in some words."""
        if self.outcome is Outcome.CRITICAL and not self.leaks:
            return 'No leak found, but refusals'
        return HEADINGS[self.outcome]

    @property
    def sentence(self) -> str:
        """Return the verdict in a sentence or two."""
        return ' '.join((self._verdict, *self.notes, *self._ending)).strip()

    @property
    def lines(self) -> list[str]:
        """Return the sentence with a line for each note on a service."""
        return [' '.join((self._verdict, *self._ending)).strip(), *self.notes]

    @property
    def notes(self) -> list[str]:
        """Return what the run did not try, or did not look at."""
        noted = []
        if len(self.services) > 1:
            noted += [
                f'{service}: not tried: {parts}.'
                for service, parts in self._untried.items()
            ]
        # An error that came first is the whole story.
        if self.findings or not self.error:
            noted += [
                f'{service}: not looked at: {why}'
                for service, why in self.unseen.items()
            ]
        return noted

    @property
    def _verdict(self) -> str:
        said = []
        if self.leaks:
            said.append(wording.leaks(self.leaks))
        if self.refused:
            said.append(wording.refusals(self.refused))
        if not said and not self.error:
            said.append(self._no_leak)
        # The notes name the service where there are several.
        if len(self.services) == 1:
            said += [f'Not tried: {one}.' for one in self._untried.values()]
        return ' '.join(said)

    @property
    def _untried(self) -> dict[str, str]:
        """Return ``{service: its parts that the run did not try}``."""
        return {
            service: ', '.join(self.of(service).untried)
            for service in self.services
            if self.of(service).untried
        }

    @property
    def _ending(self) -> list[str]:
        """Return what went wrong with the run itself."""
        said = [self.error] if self.error else []
        if self.left:
            said.append(f'The run left behind: {", ".join(self.left)}.')
        if self.outcome is Outcome.WARNING and not self.left:
            said.append(f'The run took longer than {self.warning:g} seconds.')
        return said

    @property
    def _no_leak(self) -> str:
        if self.is_proven:
            where = (
                f' in {wording.listed(self.services)}' if self.unseen else ''
            )
            passed = self.counts['nb_tests_ok']
            return f'No leak{where}: {passed} tests passed.'
        if self.unproven:
            return (
                'No verdict: core operations are inconclusive: '
                f'{", ".join(self.unproven)}.'
            )
        return 'No verdict: the run could test no core operation.'
