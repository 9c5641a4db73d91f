# SPDX-License-Identifier: Apache-2.0
"""The catalog: every operation that the probe tries, as data.

Each service has a folder here, whose ``OPERATIONS`` are in the order of a
run. A service that joins adds its own to ``TABLES``.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

from cloud_security.probe.catalog import compute
from cloud_security.probe.catalog import image
from cloud_security.probe.catalog import network
from cloud_security.probe.catalog import volume
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import Operation


def _in_order(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Return reads first and deletions last; else keep the order."""
    return tuple(sorted(operations, key=lambda one: one.effect))


#: Operations by service, in the order of a run.
TABLES = {
    'compute': _in_order(compute.OPERATIONS),
    'volume': _in_order(volume.OPERATIONS),
    'image': _in_order(image.OPERATIONS),
    'network': _in_order(network.OPERATIONS),
}
#: Nova's operations, which programs get by default.
TABLE = TABLES['compute']


def of(services: Iterable[str]) -> tuple[Operation, ...]:
    """Return the operations of some services."""
    chosen = set(services)
    return tuple(
        operation
        for service, table in TABLES.items()
        if service in chosen
        for operation in table
    )


def up_to(
    effect: Effect, table: Sequence[Operation] = TABLE
) -> list[Operation]:
    """Return the operations whose effect is not beyond a given one."""
    return [one for one in table if one.effect <= effect]
