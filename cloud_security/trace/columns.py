# SPDX-License-Identifier: Apache-2.0
"""Columns in which holdings are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloud_security.trace import holding
from cloud_security.trace import intervals
from cloud_security.trace import moments

#: Kind of a server behind the address of a router's gateway.
BEHIND = 'behind'


def values(one: holding.Holding, is_whole: bool = False) -> dict[str, Any]:
    """Return ``{column: value}``; None where there is none.

    :param is_whole: whether times have microseconds
    """
    begin, end = one.fact.span
    is_behind = one.outer_address is not None
    return {
        'Kind': BEHIND if is_behind else one.row.kind,
        'Address': one.outer_address or one.row.address,
        'Network': one.row.network_id,
        'From': moments.written(begin, is_whole),
        'To': None
        if end == intervals.EVER.end
        else moments.written(end, is_whole),
        'Server': one.server_id,
        'User': one.owner and one.owner.user_id,
        'User Name': one.owner and one.owner.user_name,
        'Project': one.project_id or (one.owner and one.owner.project_id),
        'Inner Address': one.row.address if is_behind else one.row.fixed_ip,
        'Detail': ', '.join(_details(one)) or None,
        'Exact': 'yes' if is_exact(one) else 'no',
        'By': one.begin_user_id,
        'Request': one.begin_request_id,
        'Ended By': one.end_user_id,
        'End Request': one.end_request_id,
    }


#: Names of the columns, in order.
NAMES = (
    *('Kind', 'Address', 'Network', 'From', 'To', 'Server', 'User'),
    *('User Name', 'Project', 'Inner Address', 'Detail', 'Exact', 'By'),
    *('Request', 'Ended By', 'End Request'),
)


def is_exact(one: holding.Holding) -> bool:
    """Tell whether the recorder saw beginning and end."""
    fact = one.fact
    return (
        fact.is_exact and fact.since == fact.begin and fact.sure == fact.span
    )


def _details(one: holding.Holding) -> Iterator[str]:
    if one.row.detail:
        yield one.row.detail
    if one.port is None:
        yield 'port not recorded then'
    else:
        if one.row.kind != 'pair' and one.port.mac_address:
            yield one.port.mac_address
        if not holding.is_server(one.port):
            device = '' if one.server_id else one.port.device_id
            owner = one.port.device_owner
            if not owner:
                owner = 'on' if device else 'on no device'
            yield f'{owner} {device or ""}'.strip()
        if one.port.detail:
            yield one.port.detail
    if one.fact.since < one.fact.begin:
        yield f'began after {moments.written(one.fact.since)}'
    if one.fact.until < one.fact.end:
        yield f'ended after {moments.written(one.fact.until)}'
