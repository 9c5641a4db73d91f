"""What came of the attempts."""

import enum
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Optional
from typing import Tuple

from cloud_security.probe import answers


class Outcome(enum.IntEnum):
    """Exit codes, those of Nagios."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


HEADINGS = {
    Outcome.OK: 'No leak found',
    Outcome.WARNING: 'No leak found, but look',
    Outcome.CRITICAL: 'This cloud leaks',
    Outcome.UNKNOWN: 'It cannot be told',
}


class Verdict(enum.Enum):
    """What one attempt showed."""

    #: The owner's server is answered like none.
    CLOSED = 'closed'
    #: The peer got what he asked for.
    OPEN = 'open'
    #: He was refused, but not as he is for what does not exist.
    TELLS = 'tells'
    #: A manager or an admin got what he may have.
    WORKS = 'works'
    #: He did not.
    REFUSED = 'refused'
    #: It was not shown to work for the owner, or could not be asked.
    INCONCLUSIVE = 'inconclusive'

    @property
    def is_bad(self) -> bool:
        """Tell whether something is to be done about it."""
        return self in (Verdict.OPEN, Verdict.TELLS, Verdict.REFUSED)

    @property
    def is_leak(self) -> bool:
        """Tell whether the peer learns or does what he should not."""
        return self in (Verdict.OPEN, Verdict.TELLS)


class Finding(NamedTuple):
    """What one attempt by one account showed."""

    operation: str
    request: str
    effect: str
    #: peer, manager or admin
    account: str
    verdict: Verdict
    #: The status that the owner got about his own server.
    owner_status: Optional[int] = None
    status: Optional[int] = None
    reason: str = ''
    evidence: Tuple[answers.Evidence, ...] = ()
    #: Whether there is no verdict unless it is closed.
    is_core: bool = False
    #: What it is about, where not every cloud has it.
    part: str = ''


class Report(NamedTuple):
    """All findings of a run."""

    findings: List[Finding]
    #: Where: the endpoint, the project, who.
    cloud: Dict[str, str]
    began: str
    seconds: float
    requests: int
    warning: Optional[float] = None
    #: Why there is no verdict; ''.
    error: str = ''
    #: What could not be removed.
    left: Tuple[str, ...] = ()

    @property
    def leaks(self) -> List[Finding]:
        """Return what the peer could do or learn."""
        return [one for one in self.findings if one.verdict.is_leak]

    @property
    def refused(self) -> List[Finding]:
        """Return what a manager or an admin could not do."""
        return [one for one in self.findings if one.verdict is Verdict.REFUSED]

    @property
    def skipped(self) -> List[Finding]:
        """Return what could not be told."""
        return [
            one for one in self.findings if one.verdict is Verdict.INCONCLUSIVE
        ]

    @property
    def counts(self) -> Dict[str, float]:
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
    def unproven(self) -> List[str]:
        """Return what must be closed, and is not."""
        return [
            one.operation
            for one in self.findings
            if one.is_core and one.verdict is not Verdict.CLOSED
        ]

    @property
    def is_proven(self) -> bool:
        """Tell whether the core of the attempts is closed."""
        return any(one.is_core for one in self.findings) and not self.unproven

    @property
    def untried(self) -> List[str]:
        """Return parts of a cloud about which nothing could be told."""
        parts = {one.part for one in self.findings if one.part}
        told = {
            one.part
            for one in self.findings
            if one.verdict is not Verdict.INCONCLUSIVE
        }
        return sorted(parts - told)

    @property
    def outcome(self) -> Outcome:
        """Return the exit code; a leak that was seen is one."""
        if self.counts['nb_tests_ko']:
            return Outcome.CRITICAL
        if self.error or not self.is_proven:
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
        said = []
        if self.leaks:
            said.append(
                f'This cloud leaks: in {_number(self.leaks, "operation")} a '
                "member reached another member's servers."
            )
        if self.refused:
            said.append(
                f'{_number(self.refused, "operation")} of a manager or an '
                'admin failed.'
            )
        if not said and not self.error:
            said.append(self._no_leak)
        if self.untried:
            said.append(f'Not tried: {", ".join(self.untried)}.')
        if self.error:
            said.append(self.error)
        if self.left:
            said.append(f'It left behind: {", ".join(self.left)}.')
        if self.outcome is Outcome.WARNING and not self.left:
            said.append(f'It took longer than {self.warning:g} seconds.')
        return ' '.join(said)

    @property
    def _no_leak(self) -> str:
        if self.is_proven:
            return f'No leak: {self.counts["nb_tests_ok"]} tests passed.'
        if self.unproven:
            return (
                'It cannot be told: inconclusive are '
                f'{", ".join(self.unproven)}.'
            )
        return 'Nothing could be tested.'


def _number(things: List[Finding], noun: str) -> str:
    return f'{len(things)} {noun}' + ('s' if len(things) != 1 else '')
