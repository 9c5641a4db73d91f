# SPDX-License-Identifier: Apache-2.0
"""The catalog: every operation that the probe tries, as data.

Each service has a folder or a file here, whose ``OPERATIONS`` are in the
order of a run. A service that joins adds its own to ``TABLE``.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_security.probe.catalog import compute
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import Operation

#: Reads come first and deletions last; the sort keeps each service's order.
TABLE = tuple(sorted(compute.OPERATIONS, key=lambda one: one.effect))


def up_to(
    effect: Effect, table: Sequence[Operation] = TABLE
) -> list[Operation]:
    """Return the operations whose effect is not beyond a given one."""
    return [one for one in table if one.effect <= effect]
