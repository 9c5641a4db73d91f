# SPDX-License-Identifier: Apache-2.0
"""Attempts: the owner shows that an operation works, then the peer tries."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_security.probe.catalog import operations
from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import accounts
from cloud_security.probe.client import redaction
from cloud_security.probe.client.accounts import READER
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources import service_stage
from cloud_security.probe.verdicts import control as controls
from cloud_security.probe.verdicts import judgement
from cloud_security.probe.verdicts.evidence import evidence
from cloud_security.probe.verdicts.evidence import OWNERS
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict
from cloud_security.probe.verdicts.requests import Requester


class Attempts:
    """Tries operations of one service, one after the other.

    :param others: the reader, the manager and the admin
    """

    def __init__(
        self,
        stage: service_stage.ServiceStage,
        others: Iterable[accounts.Account],
    ) -> None:
        self._stage = stage
        self._title = stage.owner.service.title
        others = tuple(others)
        self._others = tuple(one for one in others if one.name != READER)
        #: Accounts that must reach nothing.
        self._strangers = (
            stage.peer,
            *(one for one in others if one.name == READER),
        )
        self._controls = controls.Controls(stage)

    def attempt(self, operation: Operation) -> list[Finding]:
        """Try an operation; return one finding for each account."""
        if operation.kind is Kind.BUILDING:
            return [self._while_building(operation)]
        version = operations.version(operation, self._stage.newest)
        if version is None:
            return [
                _skipped(
                    operation,
                    f'{self._title} has it from {operation.since} on.',
                )
            ]
        self._stage.make()
        try:
            return self._attempt(operation, version)
        except operations.Missing as error:
            return [_skipped(operation, self._stage.missing[str(error)])]

    def _while_building(self, operation: Operation) -> Finding:
        seen = self._stage.seen
        if seen is None:
            return _skipped(
                operation, 'Nova had built the server before the peer looked.'
            )
        hit = seen.names(self._stage.known(operation.about))
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
        found: list[Finding] = []
        for stranger in self._strangers:
            if found:
                # The one before may have deleted something.
                self._stage.make()
            found += self._stranger(operation, requester, stranger, control)
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

    def _stranger(
        self,
        operation: Operation,
        requester: Requester,
        account: accounts.Account,
        control: judgement.Control,
    ) -> list[Finding]:
        is_reader = account.name == READER
        try:
            if operation.kind in (Kind.SEARCHED, Kind.COUNTED):
                judged, target = self._looked(
                    operation, requester, account, control
                )
            else:
                judged, target = self._compared(
                    operation, requester, account, control
                )
        except operations.Missing:
            # A reader has no resource to start from.
            if is_reader:
                return []
            raise
        return [
            _finding(
                operation,
                judged,
                control.example.status,
                target.status,
                account.name,
            )
        ]

    def _looked(
        self,
        operation: Operation,
        requester: Requester,
        account: accounts.Account,
        control: judgement.Control,
    ) -> tuple[judgement.Judgement, Response]:
        target = requester(account, 'target')
        if operation.kind is Kind.COUNTED:
            own = self._stage.count(account)
            return judgement.counted(requester, control, target, own), target
        own_id = ''
        if operation.names_own and account is self._stage.peer:
            own_id = self._stage.own
        judged = judgement.searched(
            requester, control, target, own_id, account.service
        )
        return judged, target

    def _compared(
        self,
        operation: Operation,
        requester: Requester,
        account: accounts.Account,
        control: judgement.Control,
    ) -> tuple[judgement.Judgement, Response]:
        pairs: list[judgement.Pair] = []
        while len(pairs) < 2:
            unknown = requester(account, 'target', unknown=True)
            pairs.append(judgement.Pair(unknown, requester(account, 'target')))
            if judgement.is_settled(requester, operation, pairs[-1]):
                break
        target = pairs[-1].target
        if target.is_success and controls.goes_on(operation):
            self._stage.settle(operation, 'target')
        judged = judgement.compared(
            requester,
            operation,
            control,
            pairs,
            may_be_denied=account.name == READER,
        )
        return judged, target

    def _other(
        self,
        operation: Operation,
        requester: Requester,
        account: accounts.Account,
        control: judgement.Control,
    ) -> Finding:
        response = requester(account, 'example')
        judged = judgement.other(
            requester,
            response,
            operation.kind is Kind.SEARCHED,
            self._title,
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
        operation.is_core and account in ('peer', READER),
        operation.part,
        operation.service,
    )
