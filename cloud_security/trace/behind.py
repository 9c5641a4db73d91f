# SPDX-License-Identifier: Apache-2.0
"""Servers that a router may have hidden behind the address of its gateway.

Each of them is a candidate. Only a log of the translations tells which of
them it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
from typing import Any

from cloud_security.trace import addresses
from cloud_security.trace import history
from cloud_security.trace import holding
from cloud_security.trace import intervals
from cloud_security.trace import table_rows
from cloud_security.trace import tables

_HISTORY = tables.HISTORY
GATEWAY = 'network:router_gateway'
#: Ports with which a router is on the subnets behind it.
#: Source: neutron_lib/constants.py ROUTER_INTERFACE_OWNERS, Neutron 24 to 29.
INTERFACES = frozenset(
    (
        'network:router_interface',
        'network:router_interface_distributed',
        'network:ha_router_replicated_interface',
    )
)


def candidates(
    connection: Any, held: Iterable[holding.Holding], span: intervals.Span
) -> list[holding.Holding]:
    """Return the servers behind an address while it was that of gateways.

    A server with a floating IP on the gateway's network is left out while it
    has it: this router does not translate to that of another network.

    :param held: who had the address, as ``history.of_address`` returns it
    """
    found = []
    for gateway in filter(is_gateway, held):
        router_id = gateway.port.device_id
        time = gateway.fact.possible.meet(span)
        for translated in _translated(connection, router_id, time):
            found += [
                dataclasses.replace(one, outer_address=gateway.row.address)
                for one in _hidden(
                    connection, router_id, gateway.row.network_id, translated
                )
            ]
    return sorted(found, key=lambda one: (one.fact.span, one.row.id))


def is_gateway(one: holding.Holding) -> bool:
    """Tell whether the gateway of a router had the address, of IPv4."""
    return (
        one.row.kind == 'fixed'
        and one.port is not None
        and one.port.device_owner == GATEWAY
        and not addresses.is_ipv6(one.row.address)
    )


def _translated(
    connection: Any, router_id: str, span: Any
) -> list[intervals.Span]:
    """Return the times in which a router hid addresses."""
    rows = table_rows.of_values(
        connection,
        span,
        _HISTORY.c.object_id,
        [router_id],
        _HISTORY.c.kind == 'snat',
    )
    times = (holding.fact(row).possible.meet(span) for row in rows)
    return intervals.union(filter(None, times))


def _hidden(
    connection: Any, router_id: str, network_id: str, span: intervals.Span
) -> Iterator[holding.Holding]:
    """Yield the servers on a router's subnets, while they have no other IP.

    :param network_id: the network of the router's gateway
    """
    subnets = _reached(connection, router_id, span)
    rows = table_rows.of_values(
        connection,
        span,
        _HISTORY.c.subnet_id,
        subnets,
        _HISTORY.c.kind == 'fixed',
    )
    servers = [
        one
        for one in history.joined(
            connection,
            (row for row in rows if not addresses.is_ipv6(row.address)),
            span,
        )
        if one.server_id
    ]
    floating = _floating(connection, servers, network_id, span)
    for one in servers:
        taken = floating.get((one.row.port_id, one.row.address), [])
        for there in subnets[one.row.subnet_id]:
            both = one.fact.span.meet(there) or one.fact.possible.meet(there)
            for rest in intervals.less(both, taken) if both else ():
                yield dataclasses.replace(one, fact=_part(one.fact, rest))


def _reached(
    connection: Any, router_id: str, span: intervals.Span
) -> dict[str, list[intervals.Span]]:
    """Return ``{subnet ID: times in which a router translated for it}``.

    A router hides whatever comes to it, also from subnets of routers that
    share one with it. Those that have a gateway use their own.
    """
    found: dict[str, list[intervals.Span]] = {}
    times = {router_id: [span]}
    todo = [router_id]
    while todo:
        one = todo.pop()
        for subnet_id, there in _subnets(connection, one, span).items():
            met = intervals.common(there, times[one])
            found[subnet_id] = intervals.union(
                [*found.get(subnet_id, []), *met]
            )
            for other, spans in _routers(connection, subnet_id, span).items():
                own = _translated(connection, other, span)
                without_own = [
                    rest
                    for time in intervals.common(met, spans)
                    for rest in intervals.less(time, own)
                ]
                before = times.get(other, [])
                times[other] = intervals.union([*before, *without_own])
                if times[other] != before:
                    todo.append(other)
    return found


def _routers(
    connection: Any, subnet_id: str, span: intervals.Span
) -> dict[str, list[intervals.Span]]:
    """Return ``{router ID: times in which it was on a subnet}``."""
    rows = [
        *table_rows.of_values(
            connection,
            span,
            _HISTORY.c.subnet_id,
            [subnet_id],
            _HISTORY.c.kind == 'fixed',
        )
    ]
    interfaces = {
        port.port_id
        for port in table_rows.of_values(
            connection,
            span,
            _HISTORY.c.port_id,
            {row.port_id for row in rows},
            _HISTORY.c.kind == 'port',
            _HISTORY.c.device_owner.in_(INTERFACES),
        )
    }
    return _united(
        (router_id, time)
        for router_id, _, time in _interfaces(
            connection,
            (row for row in rows if row.port_id in interfaces),
            span,
        )
    )


def _subnets(
    connection: Any, router_id: str, span: intervals.Span
) -> dict[str, list[intervals.Span]]:
    """Return ``{subnet ID: times in which the router was there}``."""
    rows = table_rows.of_values(
        connection,
        span,
        _HISTORY.c.port_id,
        history.ports(connection, span, _HISTORY.c.device_id, [router_id]),
        _HISTORY.c.kind == 'fixed',
    )
    return _united(
        (subnet_id, time)
        for one, subnet_id, time in _interfaces(connection, rows, span)
        if one == router_id
    )


def _interfaces(
    connection: Any, rows: Iterable[Any], span: intervals.Span
) -> Iterator[tuple[str, str, intervals.Span]]:
    """Yield router ID, subnet ID and time of rows that are of interfaces."""
    for one in history.joined(connection, rows, span):
        time = one.fact.possible.meet(span)
        port = one.port
        if time and port is not None and port.device_owner in INTERFACES:
            yield port.device_id, one.row.subnet_id, time


def _united(
    pairs: Iterable[tuple[str, intervals.Span]],
) -> dict[str, list[intervals.Span]]:
    """Return ``{ID: its times}`` of pairs."""
    found: dict[str, list[intervals.Span]] = {}
    for one, time in pairs:
        found.setdefault(one, []).append(time)
    return {one: intervals.union(times) for one, times in found.items()}


def _floating(
    connection: Any,
    servers: Iterable[holding.Holding],
    network_id: str,
    span: intervals.Span,
) -> dict[tuple[str, str], list[intervals.Span]]:
    """Return ``{(port ID, fixed IP): times with a floating IP}`` for sure."""
    found: dict[tuple[str, str], list[intervals.Span]] = {}
    for row in table_rows.of_values(
        connection,
        span,
        _HISTORY.c.port_id,
        {one.row.port_id for one in servers},
        _HISTORY.c.kind == 'floating',
        _HISTORY.c.network_id == network_id,
    ):
        found.setdefault((row.port_id, row.fixed_ip), []).append(
            holding.fact(row).sure
        )
    return found


def _part(fact: intervals.Fact, span: intervals.Span) -> intervals.Fact:
    """Return the part of a fact in some time."""
    begin = max(span.begin, min(fact.begin, span.end))
    since = fact.since if span.begin <= fact.begin else span.begin
    return dataclasses.replace(
        fact, begin=begin, end=span.end, since=max(since, span.begin)
    )
