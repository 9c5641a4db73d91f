# SPDX-License-Identifier: Apache-2.0
"""Findings: the verdict on one operation by one account, with evidence."""

from __future__ import annotations

import enum
from typing import NamedTuple

from cloud_security.probe.verdicts.evidence import Evidence


class Verdict(enum.Enum):
    """The result of one operation by one account."""

    #: The peer's response is that about an ID that does not exist.
    CLOSED = 'closed'
    #: The peer succeeded.
    OPEN = 'open'
    #: The peer failed, but the response reveals that the resource exists.
    TELLS = 'tells'
    #: A manager or an admin succeeded.
    WORKS = 'works'
    #: A manager or an admin failed.
    REFUSED = 'refused'
    #: The responses prove nothing.
    INCONCLUSIVE = 'inconclusive'

    @property
    def is_bad(self) -> bool:
        """Return True if somebody must act on it."""
        return self in (Verdict.OPEN, Verdict.TELLS, Verdict.REFUSED)

    @property
    def is_leak(self) -> bool:
        """Return True if the peer learns or does more than allowed."""
        return self in (Verdict.OPEN, Verdict.TELLS)

    @property
    def passes(self) -> bool:
        """Return True if all is as it should be."""
        return self in (Verdict.CLOSED, Verdict.WORKS)


class Finding(NamedTuple):
    """The verdict on one operation by one account."""

    operation: str
    request: str
    effect: str
    #: peer, reader, manager or admin
    account: str
    verdict: Verdict
    #: The status of the owner's response about the owner's server.
    owner_status: int | None = None
    status: int | None = None
    reason: str = ''
    evidence: tuple[Evidence, ...] = ()
    #: There is no verdict on the cloud unless this finding is closed.
    is_core: bool = False
    #: The feature that the operation needs, which not every cloud has.
    part: str = ''
    #: The name of the service.
    service: str = 'compute'
