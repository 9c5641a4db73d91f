"""One attempt: the owner shows that it works, then the peer tries.

"Closed" is only said of what the owner could do and could tell from the same
about nothing. A difference needs no such proof.
"""

from typing import Iterable
from typing import List
from typing import Optional

from cloud_security.probe import accounts
from cloud_security.probe import answers
from cloud_security.probe import asking
from cloud_security.probe import building
from cloud_security.probe import findings
from cloud_security.probe import judging
from cloud_security.probe import operations
from cloud_security.probe import stage as stages
from cloud_security.probe import waiting
from cloud_security.probe import words
from cloud_security.probe.findings import Verdict
from cloud_security.probe.operations import Kind
from cloud_security.probe.operations import Operation

IGNORED = 'The scheduler does not compare this hint here.'
#: A server in these is of no more use.
REMOVED = ('DELETED', 'SOFT_DELETED')
GONE = (*REMOVED, 'ERROR')


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
                _skipped(operation, f'Nova has it from {operation.since} on.')
            ]
        self.builder.make()
        try:
            return self._attempt(operation, version)
        except operations.Missing as error:
            return [_skipped(operation, stages.MISSING[str(error)])]

    def _while_building(self, operation: Operation) -> findings.Finding:
        seen = self.builder.seen
        if seen is None:
            return _skipped(
                operation, 'Nova had built it before it could be asked.'
            )
        hit = answers.named(seen, self._stage.servers)
        if hit:
            shown = (answers.evidence(seen, judging.HERS, hit),)
            judged = judging.Judgement(Verdict.OPEN, evidence=shown)
        elif 'servers' not in answers.said(seen):
            judged = judging.inconclusive(
                'The peer got ' + asking.complaint(seen)
            )
        else:
            judged = judging.Judgement(Verdict.CLOSED)
        return _finding(operation, judged, 200, seen.status)

    def _attempt(
        self, operation: Operation, version: str
    ) -> List[findings.Finding]:
        ask = asking.Asker(self._stage, operation, version)
        control = self._control(operation, ask)
        found = [self._peer(operation, ask, control)]
        if (
            not control.wrong
            and operation.repeats
            and control.answer.is_success
        ):
            found += [
                self._other(operation, ask, account, control)
                for account in self._others
            ]
        return found

    def _control(
        self, operation: Operation, ask: asking.Asker
    ) -> judging.Control:
        """Return what the owner was answered, and whether that is proof."""
        owner = self._stage.owner
        if operation.kind is Kind.SEARCHED:
            return self._found_by_the_owner(operation, ask)
        if operation.kind is Kind.BUILT and self._ignored is not None:
            return judging.Control(self._ignored, IGNORED)
        nothing = ask(owner, 'example', unknown=True)
        if operation.kind is Kind.BUILT and nothing.text == 'ACTIVE':
            self._ignored = nothing
            return judging.Control(nothing, IGNORED)
        answer = ask(owner, 'example')
        wrong = ''
        if answer.status not in operation.works:
            wrong = asking.complaint(answer)
        elif ask.is_same(answer, nothing):
            wrong = (
                'The owner is answered alike about his own and about nothing: '
                + asking.complaint(answer)
            )
        elif answer.is_success and _goes_on(operation):
            status = self._after(operation, 'example')
            if not status.startswith(operation.becomes):
                wrong = f"The owner's server is {status} after it."
        return judging.Control(answer, wrong, nothing)

    def _found_by_the_owner(
        self, operation: Operation, ask: asking.Asker
    ) -> judging.Control:
        owner = self._stage.owner
        for _ in range(10 if operation.late else 1):
            answer = ask(owner, 'example')
            if not answer.is_success:
                return judging.Control(answer, asking.complaint(answer))
            if ask.names(answer):
                return judging.Control(answer)
            owner.limits.sleep(0.2 if operation.late else 0)
        return judging.Control(
            answer, "The owner's own answer does not name his."
        )

    def _after(self, operation: Operation, what: str) -> str:
        """Wait for what becomes of a server of the owner's; return it."""
        stage = self._stage
        status: str = waiting.settle(
            stage.owner, stage.server(what) or '', operation.becomes
        )['status']
        if operation.removes or status in GONE:
            stage.gone(what)
        if what == 'target' and status in REMOVED:
            stage.is_target_lost = True
        return status

    def _peer(
        self, operation: Operation, ask: asking.Asker, control: judging.Control
    ) -> findings.Finding:
        peer = self._stage.peer
        if operation.kind is Kind.SEARCHED:
            hers = ask(peer, 'target')
            own = self._stage.server('own') if operation.names_own else ''
            judged = judging.searched(ask, control, hers, own or '')
            return _finding(
                operation, judged, control.answer.status, hers.status
            )
        pairs: List[judging.Pair] = []
        while len(pairs) < 2:
            nothing = ask(peer, 'target', unknown=True)
            pairs.append(judging.Pair(nothing, ask(peer, 'target')))
            if judging.is_settled(ask, operation, pairs[-1]):
                break
        hers = pairs[-1].hers
        if hers.is_success and _goes_on(operation):
            self._after(operation, 'target')
        judged = judging.compared(ask, operation, control, pairs)
        return _finding(operation, judged, control.answer.status, hers.status)

    def _other(
        self,
        operation: Operation,
        ask: asking.Asker,
        account: accounts.Account,
        control: judging.Control,
    ) -> findings.Finding:
        answer = ask(account, 'example')
        judged = judging.other(ask, answer, operation.kind is Kind.SEARCHED)
        return _finding(
            operation,
            judged,
            control.answer.status,
            answer.status,
            account.name,
        )


def _goes_on(operation: Operation) -> bool:
    return bool(operation.becomes or operation.lasts or operation.removes)


def _skipped(operation: Operation, reason: str) -> findings.Finding:
    return _finding(operation, judging.inconclusive(reason))


def _finding(
    operation: Operation,
    judged: judging.Judgement,
    owner_status: Optional[int] = None,
    status: Optional[int] = None,
    account: str = 'peer',
) -> findings.Finding:
    return findings.Finding(
        operation.name,
        operation.request,
        operation.effect.name.lower(),
        account,
        judged.verdict,
        owner_status,
        status,
        words.shown(judged.reason),
        judged.evidence,
        operation.is_core and account == 'peer',
        operation.part,
    )
