# SPDX-License-Identifier: Apache-2.0
"""Holding of an address by a port, a server and its owner."""

from __future__ import annotations

import dataclasses
from typing import Any
from typing import Optional

from cloud_security.trace import intervals

#: Owner of the port that Neutron makes for each floating IP.
_FLOATING = 'network:floatingip'


@dataclasses.dataclass(frozen=True)
class Holding:
    """Time in which one port had an address, on one device of one owner.

    ``row`` is the interval of the address, ``port`` that of the port and
    ``owner`` that of the server's owner, as rows of the tables; the last two
    are None where nothing is recorded.
    """

    fact: intervals.Fact
    row: Any
    port: Any = None
    #: The port's interval before, of a user whose request Nova finished.
    origin: Any = None
    owner: Any = None
    #: An address that routers showed instead, with ``behind``.
    outer_address: Optional[str] = None
    #: The history has an owner of the port's device, so that it is a server.
    has_owner: bool = False

    @property
    def server_id(self) -> Optional[str]:
        """The server on which the port was."""
        if self.has_owner or is_server(self.port):
            return self.device_id
        return None

    @property
    def device_id(self) -> Optional[str]:
        """The device on which the port was, a server or not."""
        return self.port.device_id if self.port else None

    @property
    def project_id(self) -> Optional[str]:
        """The project that the port was in."""
        return self.port.project_id if self.port else None

    @property
    def is_reserved(self) -> bool:
        """A floating IP has the address, and this does not say for whom."""
        return bool(self.port) and self.port.device_owner == _FLOATING

    @property
    def begin_user_id(self) -> Optional[str]:
        """The user who began it; None where Neutron itself did."""
        return self._begun('begin_user_id')

    @property
    def begin_request_id(self) -> Optional[str]:
        """The request that began it."""
        return self._begun('begin_request_id')

    @property
    def end_user_id(self) -> Optional[str]:
        """The user who ended it; None where Neutron itself did."""
        return self._ended('end_user_id')

    @property
    def end_request_id(self) -> Optional[str]:
        """The request that ended it."""
        return self._ended('end_request_id')

    def _begun(self, name: str) -> Optional[str]:
        began = [
            cause
            for one, cause in (
                (self.row, self.row),
                (self.port, self.origin or self.port),
            )
            if one is not None and one.begin_at == self.fact.begin
        ]
        return next(filter(None, (getattr(one, name) for one in began)), None)

    def _ended(self, name: str) -> Optional[str]:
        ended = [
            getattr(one, name)
            for one in (self.row, self.port)
            if one is not None and one.end_at == self.fact.end
        ]
        return next(filter(None, ended), None)


def is_server(port: Any) -> bool:
    """Tell whether Nova made a row's port one of a server.

    A user may give a port of a server another device_owner later.
    """
    return bool(
        port is not None
        and port.device_id
        and (port.device_owner or '').startswith('compute:')
    )


def owner_fact(row: Any) -> intervals.Fact:
    """Return the fact that a server had an owner.

    The first owner that sync finds is the one who booted the server. Nova's
    clock may have been behind that of the database then.
    """
    found = fact(row)
    if row.source == 'sync' and row.begin_after is None:
        return dataclasses.replace(found, since=intervals.EVER.begin)
    return found


def fact(row: Any) -> intervals.Fact:
    """Return the fact that a row of a table states."""
    since = row.begin_at if row.begin_after is None else row.begin_after
    # Where the clock went back, it may seem to end before it begins.
    end = intervals.EVER.end if row.end_at is None else row.end_at
    return intervals.Fact(
        row.begin_at,
        max(row.begin_at, end),
        min(since, row.begin_at),
        row,
        until=getattr(row, 'end_after', None) or intervals.EVER.end,
    )
