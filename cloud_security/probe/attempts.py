"""One attempt: the owner shows that it works, then the peer tries.

"Closed" is only said of what the owner could do and could tell from the same
about nothing. A difference needs no such proof.
"""

import time
from typing import Iterable
from typing import List
from typing import Optional
from typing import Tuple

from cloud_security.probe import accounts
from cloud_security.probe import answers
from cloud_security.probe import asking
from cloud_security.probe import building
from cloud_security.probe import findings
from cloud_security.probe import operations
from cloud_security.probe import stage as stages
from cloud_security.probe.findings import Verdict
from cloud_security.probe.operations import Kind
from cloud_security.probe.operations import Operation

HERS = "the owner's"
NOTHING = 'what does not exist'
IGNORED = 'The scheduler does not compare this hint here.'
#: A server in these is of no more use.
GONE = ('DELETED', 'ERROR', 'SOFT_DELETED')


class Attempts:
    """Tries operations, one after the other."""

    def __init__(
        self, stage: stages.Stage, others: Iterable[accounts.Account]
    ) -> None:
        self._stage = stage
        self._others = tuple(others)
        self.builder = building.Builder(stage)
        #: What became of a server that no hint kept from being made.
        self._ignored: Optional[accounts.Answer] = None

    def attempt(self, operation: Operation) -> List[findings.Finding]:
        """Return what an operation showed, by account."""
        if operation.kind is Kind.BUILDING:
            return [self._while_building(operation)]
        version = operations.version(operation, self._stage.newest)
        if version is None:
            return [
                _finding(
                    operation,
                    reason=f'Nova has it from {operation.since} on.',
                )
            ]
        self.builder.make()
        try:
            return self._attempt(operation, version)
        except KeyError as error:
            return [_finding(operation, reason=stages.MISSING[error.args[0]])]

    def _while_building(self, operation: Operation) -> findings.Finding:
        seen = self.builder.seen
        if seen is None:
            return _finding(
                operation, reason='Nova had built it before it could be asked.'
            )
        hit = answers.named(seen, self._stage.servers)
        return _finding(
            operation,
            Verdict.OPEN if hit else Verdict.CLOSED,
            owner_status=200,
            status=seen.status,
            evidence=(answers.evidence(seen, HERS, hit),) if hit else (),
        )

    def _attempt(
        self, operation: Operation, version: str
    ) -> List[findings.Finding]:
        stage = self._stage
        ask = asking.Asker(stage, operation, version)
        control, wrong = self._control(operation, ask)
        found = [self._peer(operation, ask, control, wrong)]
        if not wrong and operation.repeats and control.is_success:
            found += [
                self._other(operation, ask, account, control)
                for account in self._others
            ]
        return found

    def _control(
        self, operation: Operation, ask: asking.Asker
    ) -> Tuple[accounts.Answer, str]:
        """Return the owner's answer, and why it proves nothing, or ''."""
        owner = self._stage.owner
        if operation.kind is Kind.SEARCHED:
            for _ in range(10 if operation.late else 1):
                control = ask(owner, 'example')
                if control.is_success and ask.names(control):
                    return control, ''
                if not control.is_success:
                    return control, asking.complaint(control)
                time.sleep(0.2 if operation.late else 0)
            return control, "The owner's own answer does not name his."
        if operation.kind is Kind.BUILT and self._ignored is not None:
            return self._ignored, IGNORED
        nothing = ask(owner, 'example', unknown=True)
        if operation.kind is Kind.BUILT and nothing.text == 'ACTIVE':
            self._ignored = nothing
            return nothing, IGNORED
        control = ask(owner, 'example')
        if control.status not in operation.works:
            return control, asking.complaint(control)
        if ask.plain(control, 'example') == ask.plain(nothing, 'example'):
            return control, (
                'The owner is answered alike about his own and about nothing: '
                + asking.complaint(control)
            )
        wrong = ''
        if control.is_success and _goes_on(operation):
            status = self._after(operation, 'example')
            if not status.startswith(operation.becomes):
                wrong = f"The owner's server is {status} after it."
        return control, wrong

    def _after(self, operation: Operation, what: str) -> str:
        """Wait for what becomes of a server of the owner's; return it."""
        stage = self._stage
        status: str = stage.settle(
            stage.owner, stage.server(what) or '', operation.becomes
        )['status']
        if operation.removes or status in GONE:
            stage.gone(what)
        return status

    def _peer(
        self,
        operation: Operation,
        ask: asking.Asker,
        control: accounts.Answer,
        wrong: str,
    ) -> findings.Finding:
        peer = self._stage.peer

        def finding(
            verdict: Verdict = Verdict.INCONCLUSIVE,
            reason: str = '',
            evidence: Tuple[answers.Evidence, ...] = (),
        ) -> findings.Finding:
            return _finding(
                operation,
                verdict,
                owner_status=control.status,
                status=hers.status,
                reason=reason,
                evidence=evidence,
            )

        if operation.kind is Kind.SEARCHED:
            hers = ask(peer, 'target')
            hit = ask.names(hers)
            if hit:
                shown = answers.evidence(hers, HERS, hit)
                return finding(Verdict.OPEN, f'It names {hit}.', (shown,))
            if not hers.is_success and not wrong:
                # The owner got a list.
                return finding(reason='The peer got ' + asking.complaint(hers))
            return finding(
                Verdict.INCONCLUSIVE if wrong else Verdict.CLOSED, wrong
            )

        for _ in range(2):
            nothing = ask(peer, 'target', unknown=True)
            hers = ask(peer, 'target')
            is_same = ask.plain(hers, 'target') == ask.plain(nothing, 'target')
            if is_same or operation.method != 'GET':
                break
        if hers.is_success and _goes_on(operation):
            self._after(operation, 'target')
        for answer in (nothing, hers):
            if answer.status in accounts.BUSY:
                return finding(reason=f'Nova was busy: {answer.status}')
        shown_both = (
            answers.evidence(hers, HERS),
            answers.evidence(nothing, NOTHING),
        )
        if not is_same:
            verdict = Verdict.OPEN if hers.is_success else Verdict.TELLS
            return finding(verdict, '', shown_both)
        if hers.status == operation.never:
            return finding(Verdict.TELLS, operation.why, shown_both)
        if wrong:
            return finding(reason=wrong)
        return finding(Verdict.CLOSED)

    def _other(
        self,
        operation: Operation,
        ask: asking.Asker,
        account: accounts.Account,
        control: accounts.Answer,
    ) -> findings.Finding:
        answer = ask(account, 'example')
        works = answer.is_success and (
            operation.kind is not Kind.SEARCHED or bool(ask.names(answer))
        )
        verdict, reason = Verdict.WORKS, ''
        if answer.status in accounts.BUSY:
            verdict, reason = Verdict.INCONCLUSIVE, 'Nova was busy.'
        elif not works:
            verdict = Verdict.REFUSED
            reason = (
                "It does not name the owner's."
                if answer.is_success
                else asking.complaint(answer)
            )
        return _finding(
            operation,
            verdict,
            account.name,
            owner_status=control.status,
            status=answer.status,
            reason=reason,
            evidence=(answers.evidence(answer, HERS),)
            if verdict is Verdict.REFUSED
            else (),
        )


def _goes_on(operation: Operation) -> bool:
    return bool(operation.becomes or operation.lasts or operation.removes)


def _finding(
    operation: Operation,
    verdict: Verdict = Verdict.INCONCLUSIVE,
    account: str = 'peer',
    owner_status: Optional[int] = None,
    status: Optional[int] = None,
    reason: str = '',
    evidence: Tuple[answers.Evidence, ...] = (),
) -> findings.Finding:
    return findings.Finding(
        operation.name,
        operation.request,
        operation.effect.name.lower(),
        account,
        verdict,
        owner_status,
        status,
        reason,
        evidence,
    )
