# SPDX-License-Identifier: Apache-2.0
"""Hours for which floating IPs led to the servers of each user."""

from __future__ import annotations

import collections
from collections.abc import Mapping
import datetime
from typing import Any
from typing import Optional

from cloud_security.trace import history
from cloud_security.trace import intervals
from cloud_security.trace import table_rows
from cloud_security.trace import tables

_HOUR = datetime.timedelta(hours=1)


def of_users(
    connection: Any,
    span: intervals.Span,
    project_id: Optional[str] = None,
    user_id: Optional[str] = None,
) -> Mapping[tuple[str, str], float]:
    """Return ``{(project ID, user ID): hours}`` of a time.

    The user is '' where nobody knows the owner of the server. Ports on no
    server are left out.

    :param project_id: of the ports, None for all
    :param user_id: of the owners, None for all
    """
    rows = table_rows.during(
        connection, span, tables.HISTORY.c.kind == 'floating'
    )
    found: dict[tuple[str, str], datetime.timedelta] = collections.defaultdict(
        datetime.timedelta
    )
    for one in history.joined(connection, rows, span):
        begin = max(one.fact.begin, span.begin)
        end = min(one.fact.end, span.end)
        owner = one.owner.user_id if one.owner else None
        if one.server_id and begin < end:
            found[one.project_id or '', owner or ''] += end - begin
    return {
        key: time / _HOUR
        for key, time in found.items()
        if project_id in (None, key[0]) and user_id in (None, key[1])
    }
