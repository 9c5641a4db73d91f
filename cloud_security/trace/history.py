# SPDX-License-Identifier: Apache-2.0
"""Look-ups in the history; knows SQLAlchemy only.

An interval of an address names a port. The port's own intervals say on which
device it was then, and those of the device's owners whose it was. So a
look-up cuts the first where the others begin and end.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
from typing import Any
from typing import Optional

import sqlalchemy as sa

from cloud_security.trace import addresses
from cloud_security.trace import holding
from cloud_security.trace import intervals
from cloud_security.trace import known_owners
from cloud_security.trace import table_rows
from cloud_security.trace import tables
from cloud_security.trace import tracks

_HISTORY = tables.HISTORY
_OWNERS = tables.OWNERS
#: Kinds of intervals that an address can have.
_KINDS = ('fixed', 'floating', 'forward', 'pair')


def of_address(
    connection: Any,
    address: str,
    span: intervals.Span,
    network_id: Optional[str] = None,
    port: Optional[addresses.Port] = None,
) -> list[holding.Holding]:
    """Return who had an address in some time, the newest last.

    :param address: as ``addresses.normalized`` returns it
    :param port: None for all; port forwardings of others are left out
    """
    rows = list(
        table_rows.during(
            connection,
            span,
            _HISTORY.c.address == address,
            _HISTORY.c.kind.in_(_KINDS),
        )
    )
    rows += _ranges(connection, span, address)
    return joined(
        connection,
        (
            row
            for row in rows
            if network_id in (None, row.network_id)
            and (
                port is None
                or row.kind != 'forward'
                or port.is_forwarded(row.detail)
            )
        ),
        span,
    )


def _ranges(
    connection: Any, span: intervals.Span, address: str
) -> Iterator[Any]:
    """Yield intervals of pairs that allowed an address by another text.

    They are few, and SQL knows no CIDRs.
    """
    others: Any = _HISTORY.c.address.like('%/%')
    if addresses.is_ipv6(address):
        others = sa.or_(others, _HISTORY.c.address.like('%:%'))
    for row in table_rows.during(
        connection,
        span,
        _HISTORY.c.kind == 'pair',
        others,
        _HISTORY.c.address != address,
    ):
        if addresses.is_within(address, row.address):
            yield row


def of_server(
    connection: Any, server_id: str, span: intervals.Span
) -> list[holding.Holding]:
    """Return the addresses that a server had in some time."""
    return _of_ports(
        connection,
        ports(connection, span, _HISTORY.c.device_id, [server_id]),
        span,
        lambda one: one.device_id == server_id,
    )


def of_project(
    connection: Any, project_id: str, span: intervals.Span
) -> list[holding.Holding]:
    """Return the addresses of ports that were in a project in some time."""
    return _of_ports(
        connection,
        ports(connection, span, _HISTORY.c.project_id, [project_id]),
        span,
        lambda one: one.project_id == project_id,
    )


def of_user(
    connection: Any, user_id: str, span: intervals.Span
) -> list[holding.Holding]:
    """Return the addresses of servers while a user owned them."""
    servers = {
        row.server_id
        for row in table_rows.of_values(
            connection, span, _OWNERS.c.user_id, [user_id]
        )
    }
    return _of_ports(
        connection,
        ports(connection, span, _HISTORY.c.device_id, servers),
        span,
        lambda one: bool(one.owner and one.owner.user_id == user_id),
    )


def knows(connection: Any, noun: str, thing_id: str) -> bool:
    """Tell whether any row names a server, a user, a project or a network."""
    column = {
        'server': _HISTORY.c.device_id,
        'user': _OWNERS.c.user_id,
        'project': _HISTORY.c.project_id,
        'network': _HISTORY.c.network_id,
    }[noun]
    found = connection.execute(
        sa.select(column).where(column == thing_id).limit(1)
    )
    # MariaDB finds values that differ in case only, too.
    return any(row[0] == thing_id for row in found)


def ports(
    connection: Any, span: intervals.Span, column: Any, values: Iterable[str]
) -> set[str]:
    """Return the IDs of ports whose intervals have one of some values."""
    return {
        row.port_id
        for row in table_rows.of_values(
            connection, span, column, values, _HISTORY.c.kind == 'port'
        )
    }


def _of_ports(
    connection: Any,
    port_ids: Iterable[str],
    span: intervals.Span,
    is_meant: Callable[[holding.Holding], bool],
) -> list[holding.Holding]:
    rows = table_rows.of_values(
        connection,
        span,
        _HISTORY.c.port_id,
        port_ids,
        _HISTORY.c.kind.in_(_KINDS),
    )
    return [one for one in joined(connection, rows, span) if is_meant(one)]


def joined(
    connection: Any, rows: Iterable[Any], span: intervals.Span
) -> list[holding.Holding]:
    """Cut intervals where those of their ports and owners begin and end.

    :returns: those that hold in some time, for sure or maybe
    """
    rows = list(rows)
    facts = tracks.facts(
        connection,
        _HISTORY.c.port_id,
        {row.port_id for row in rows},
        _HISTORY.c.kind == 'port',
    )
    port_tracks = tracks.of(facts)
    origins = tracks.origins(facts)
    found = [
        holding.Holding(piece, row, port, port and origins.get(port.id))
        for row in rows
        for piece, port in port_tracks[row.port_id].cut(holding.fact(row))
        if piece.possible.meet(span)
    ]
    devices = {
        one.device_id
        for one in found
        if one.device_id
        and (one.server_id or known_owners.is_server_id(one.device_id))
    }
    owner_tracks = tracks.of(
        tracks.facts(connection, _OWNERS.c.server_id, devices)
    )
    owned = set(owner_tracks)
    found = [
        dataclasses.replace(
            one, fact=piece, owner=owner, has_owner=one.device_id in owned
        )
        for one in found
        for piece, owner in owner_tracks[one.device_id or ''].cut(one.fact)
        if piece.possible.meet(span)
    ]
    return sorted(found, key=lambda one: (one.fact.span, one.row.id))
