# SPDX-License-Identifier: Apache-2.0
"""Judgements: what the peer's responses prove, beside those to the owner.

A difference that stays is a leak, without further proof. "Closed" needs more:
the owner's responses must show that the service tells the owner's server from
an unknown ID, and both accounts must get the same response about the latter.
"""

from __future__ import annotations

from typing import NamedTuple

from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import services
from cloud_security.probe.client.responses import BUSY
from cloud_security.probe.client.responses import Response
from cloud_security.probe.verdicts.evidence import Evidence
from cloud_security.probe.verdicts.evidence import evidence
from cloud_security.probe.verdicts.evidence import OWNERS
from cloud_security.probe.verdicts.evidence import UNKNOWN
from cloud_security.probe.verdicts.findings import Verdict
from cloud_security.probe.verdicts.requests import Requester

#: A remark about an account that may not do it to anybody's resource.
DENIED = 'The role does not allow it at all.'


class Control(NamedTuple):
    """The owner's responses, which show what a service can tell apart."""

    #: The response about the owner's example.
    example: Response
    #: The reason why the responses prove nothing, or ''.
    wrong: str = ''
    #: The response about an unknown ID.
    unknown: Response | None = None
    #: A remark for the report, or ''.
    remark: str = ''


class Pair(NamedTuple):
    """The peer's responses about an unknown ID, and about the target."""

    unknown: Response
    target: Response


class Judgement(NamedTuple):
    """A verdict, the reason, and the evidence."""

    verdict: Verdict
    reason: str = ''
    evidence: tuple[Evidence, ...] = ()


def inconclusive(reason: str) -> Judgement:
    """Return the judgement that responses prove nothing."""
    return Judgement(Verdict.INCONCLUSIVE, reason)


def searched(
    requester: Requester,
    control: Control,
    target: Response,
    own: str,
    service: services.Service = services.COMPUTE,
) -> Judgement:
    """Judge a response that must not name the owner's resources.

    :param target: the peer's response
    :param own: the ID of the peer's that the response must name, or ''
    """
    hit = requester.names(target)
    if hit:
        proof = (evidence(target, OWNERS, hit),)
        return Judgement(Verdict.OPEN, f'The response names {hit}.', proof)
    if control.wrong:
        return inconclusive(control.wrong)
    if not target.is_success:
        return inconclusive(f'The peer got {target}')
    key = next(iter(control.example.said), '')
    if key not in target.said:
        return inconclusive(
            f"The peer's response is not {service.title}'s: no {key}."
        )
    if own and not target.names([own]):
        return inconclusive(
            "The peer's response does not name the peer's own "
            f'{service.resource}.'
        )
    return Judgement(Verdict.CLOSED)


def counted(
    requester: Requester, control: Control, target: Response, own: int
) -> Judgement:
    """Judge a response that must count the caller's own resources alone.

    :param own: the number of the caller's own resources
    """
    count = requester.counted(target)
    if count > own:
        reason = f'The response counts {count}, of which {own} are its own.'
        return Judgement(
            Verdict.OPEN, reason, (evidence(target, OWNERS, str(count)),)
        )
    if control.wrong:
        return inconclusive(control.wrong)
    if count < 0:
        return inconclusive(f'The peer got {target}')
    if count < own:
        return inconclusive(f'The response counts {count} of {own}.')
    return Judgement(Verdict.CLOSED)


def is_settled(requester: Requester, operation: Operation, pair: Pair) -> bool:
    """Return True if a second pair of requests would prove no more."""
    if requester.is_same(pair.target, pair.unknown):
        return True
    got_both = pair.target.is_success and pair.unknown.is_success
    # Data of a read may have changed between the two requests.
    return pair.target.is_success and not (got_both and operation.is_read)


def compared(
    requester: Requester,
    operation: Operation,
    control: Control,
    pairs: list[Pair],
    may_be_denied: bool = False,
) -> Judgement:
    """Judge responses about the target by those about an unknown ID.

    :param pairs: one or two pairs
    :param may_be_denied: the account may have no permission for it at all
    """
    unknown, target = pairs[-1]
    for response in pairs[-1]:
        if response.status in BUSY:
            return inconclusive(f'The service was busy: {response.status}')
    if len(pairs) > 1 and not _is_stable(requester, pairs):
        statuses = ', '.join(str(pair.target.status) for pair in pairs)
        return inconclusive(
            f'Repeated requests get different responses: {statuses}.'
        )
    proof = (evidence(target, OWNERS), evidence(unknown, UNKNOWN))
    if not requester.is_same(target, unknown):
        verdict = Verdict.OPEN if target.is_success else Verdict.TELLS
        return Judgement(verdict, requester.differing(target, unknown), proof)
    if control.unknown is None:
        return inconclusive(control.wrong)
    if may_be_denied and not control.wrong and _is_denied(target):
        return Judgement(Verdict.CLOSED, DENIED)
    if not requester.is_same(unknown, control.unknown):
        return inconclusive(
            'Owner and peer get different responses about an unknown ID: '
            f'{unknown} ' + requester.differing(unknown, control.unknown)
        )
    if target.status == operation.never:
        return Judgement(Verdict.TELLS, operation.why, proof)
    if control.wrong:
        return inconclusive(control.wrong)
    return Judgement(Verdict.CLOSED, control.remark)


def _is_denied(response: Response) -> bool:
    """Return True if the service itself refuses for want of a role."""
    return response.status == 403 and bool(response.fault)


def _is_stable(requester: Requester, pairs: list[Pair]) -> bool:
    first, second = pairs
    return all(map(requester.is_same, first, second))


def other(
    requester: Requester, response: Response, is_list: bool, title: str
) -> Judgement:
    """Judge a manager's or an admin's response about the owner's resource.

    :param title: the name that people know the service by
    """
    if response.status in BUSY:
        return inconclusive(f'{title} was busy.')
    proof = (evidence(response, OWNERS),)
    if not response.is_success:
        return Judgement(Verdict.REFUSED, str(response), proof)
    if is_list and not requester.names(response):
        reason = "The response does not name the owner's resource."
        return Judgement(Verdict.REFUSED, reason, proof)
    return Judgement(Verdict.WORKS)
