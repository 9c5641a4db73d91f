# SPDX-License-Identifier: Apache-2.0
"""IDs that a database can store, as callers spell them."""

from __future__ import annotations

#: Characters in the longest column for an ID of Cinder and Glance.
_LONGEST = 255


def is_text(resource_id: str) -> bool:
    """Tell whether a database takes an ID; PostgreSQL refuses some."""
    try:
        return b'\0' not in resource_id.encode()
    except UnicodeEncodeError:
        return False


def is_storable(resource_id: str) -> bool:
    """Tell whether a column for an ID can hold one."""
    return len(resource_id) <= _LONGEST and is_text(resource_id)
