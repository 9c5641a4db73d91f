# SPDX-License-Identifier: Apache-2.0
"""Tracks of ports and of servers: facts about each, in the order of time."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from cloud_security.trace import holding
from cloud_security.trace import intervals
from cloud_security.trace import table_rows
from cloud_security.trace import tables


def facts(
    connection: Any, column: Any, values: Iterable[str], *conditions: Any
) -> Mapping[str, list[intervals.Fact]]:
    """Return ``{value: facts that name it}`` of all times."""
    is_history = column.table is tables.HISTORY
    state = holding.fact if is_history else holding.owner_fact
    found = collections.defaultdict(list)
    for row in table_rows.of_values(
        connection, intervals.EVER, column, values, *conditions
    ):
        found[getattr(row, column.name)].append(state(row))
    return found


def of(
    facts: Mapping[str, list[intervals.Fact]],
) -> Mapping[str, intervals.Track]:
    """Return ``{value: track}``; that of an unknown value is empty."""
    return collections.defaultdict(
        intervals.Track,
        {value: intervals.Track(some) for value, some in facts.items()},
    )


def origins(
    facts: Mapping[str, list[intervals.Fact]],
) -> dict[int, Any]:
    """Return ``{ID: the interval before}`` where Nova named the device only.

    A user's request makes the port of a server. A moment later Nova, as
    itself, tells that the device is a server's.
    Source: nova/network/neutron.py, Nova 29 to 34.

    :param facts: intervals of ports, by the ID of the port
    """
    found = {}
    for some in facts.values():
        rows = sorted(
            (one.value for one in some), key=lambda row: (row.begin_at, row.id)
        )
        for before, row in zip(rows, rows[1:]):
            if before.end_at == row.begin_at and _is_device_named(before, row):
                found[row.id] = before
    return found


def _is_device_named(before: Any, row: Any) -> bool:
    return not before.device_owner and all(
        getattr(before, name) == getattr(row, name)
        for name in ('device_id', 'mac_address', 'project_id', 'detail')
    )
