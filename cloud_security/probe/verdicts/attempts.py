# SPDX-License-Identifier: Apache-2.0
"""Attempts: the owner shows that an operation works, then the peer tries."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_security.probe.catalog import operations
from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import accounts
from cloud_security.probe.client import redaction
from cloud_security.probe.resources import builder
from cloud_security.probe.resources import placeholders
from cloud_security.probe.resources import stage as stages
from cloud_security.probe.verdicts import control as controls
from cloud_security.probe.verdicts import judgement
from cloud_security.probe.verdicts.evidence import evidence
from cloud_security.probe.verdicts.evidence import OWNERS
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict
from cloud_security.probe.verdicts.requests import Requester


class Attempts:
    """Tries operations, one after the other."""

    def __init__(
        self, stage: stages.Stage, others: Iterable[accounts.Account]
    ) -> None:
        self._stage = stage
        self._others = tuple(others)
        self._controls = controls.Controls(stage)
        self.builder = builder.Builder(stage)

    def attempt(self, operation: Operation) -> list[Finding]:
        """Try an operation; return one finding for each account."""
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
            return [_skipped(operation, placeholders.MISSING[str(error)])]

    def _while_building(self, operation: Operation) -> Finding:
        seen = self.builder.seen
        if seen is None:
            return _skipped(
                operation, 'Nova had built the server before the peer looked.'
            )
        hit = seen.names(self._stage.servers)
        if hit:
            proof = (evidence(seen, OWNERS, hit),)
            judged = judgement.Judgement(Verdict.OPEN, evidence=proof)
        elif 'servers' not in seen.said:
            judged = judgement.inconclusive(f'The peer got {seen}')
        else:
            judged = judgement.Judgement(Verdict.CLOSED)
        return _finding(operation, judged, 200, seen.status)

    def _attempt(self, operation: Operation, version: str) -> list[Finding]:
        requester = Requester(self._stage, operation, version)
        control = self._controls.control(operation, requester)
        found = [self._peer(operation, requester, control)]
        if (
            not control.wrong
            and operation.repeats
            and control.example.is_success
        ):
            found += [
                self._other(operation, requester, account, control)
                for account in self._others
            ]
        return found

    def _peer(
        self,
        operation: Operation,
        requester: Requester,
        control: judgement.Control,
    ) -> Finding:
        peer = self._stage.peer
        if operation.kind is Kind.SEARCHED:
            target = requester(peer, 'target')
            own = self._stage.server('own') if operation.names_own else ''
            judged = judgement.searched(requester, control, target, own or '')
            return _finding(
                operation, judged, control.example.status, target.status
            )
        pairs: list[judgement.Pair] = []
        while len(pairs) < 2:
            unknown = requester(peer, 'target', unknown=True)
            pairs.append(judgement.Pair(unknown, requester(peer, 'target')))
            if judgement.is_settled(requester, operation, pairs[-1]):
                break
        target = pairs[-1].target
        if target.is_success and controls.goes_on(operation):
            self._controls.after(operation, 'target')
        judged = judgement.compared(requester, operation, control, pairs)
        return _finding(
            operation, judged, control.example.status, target.status
        )

    def _other(
        self,
        operation: Operation,
        requester: Requester,
        account: accounts.Account,
        control: judgement.Control,
    ) -> Finding:
        response = requester(account, 'example')
        judged = judgement.other(
            requester, response, operation.kind is Kind.SEARCHED
        )
        return _finding(
            operation,
            judged,
            control.example.status,
            response.status,
            account.name,
        )


def _skipped(operation: Operation, reason: str) -> Finding:
    return _finding(operation, judgement.inconclusive(reason))


def _finding(
    operation: Operation,
    judged: judgement.Judgement,
    owner_status: int | None = None,
    status: int | None = None,
    account: str = 'peer',
) -> Finding:
    return Finding(
        operation.name,
        operation.request,
        operation.effect.name.lower(),
        account,
        judged.verdict,
        owner_status,
        status,
        redaction.shown(judged.reason),
        judged.evidence,
        operation.is_core and account == 'peer',
        operation.part,
    )
