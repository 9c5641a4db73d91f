# SPDX-License-Identifier: Apache-2.0
"""Owners of servers that the history knows, and servers without one."""

from __future__ import annotations

import datetime
import re
from typing import Any
from typing import NamedTuple
from typing import Optional

import sqlalchemy as sa

from cloud_security.trace import check_times
from cloud_security.trace import tables

_HISTORY = tables.HISTORY
_OWNERS = tables.OWNERS
#: Anybody may give a port another device_id, which is in no URL then.
_SERVER_ID = re.compile(
    r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
)


class Kept(NamedTuple):
    """The content of the history on owners, at one time of the database."""

    #: ``{server ID: begin of its first interval}``, without owner.
    unresolved: dict[str, datetime.datetime]
    #: ``{server ID: user ID}`` of open intervals.
    owners: dict[str, str]
    #: IDs of servers that Nova did not know.
    forgotten: set[str]
    #: The last time all servers were compared, None for never.
    synced_at: Optional[datetime.datetime]
    at: datetime.datetime


def read(connection: Any) -> Kept:
    """Return what the history has of owners."""
    opened = connection.execute(
        sa.select(_OWNERS.c.server_id, _OWNERS.c.user_id).where(
            _OWNERS.c.open_key.is_not(None)
        )
    ).all()
    return Kept(
        unresolved(connection),
        {row[0]: row[1] for row in opened if row[1] is not None},
        {row[0] for row in opened if row[1] is None},
        check_times.read(connection, check_times.SYNC),
        tables.now(connection),
    )


def unresolved(
    connection: Any, server_id: Optional[str] = None
) -> dict[str, datetime.datetime]:
    """Return servers without owner, and the begin of their first intervals.

    :param server_id: the only one to look at, None for all
    :returns: ``{server ID: begin}``; of IDs that servers can have
    """
    known = sa.exists().where(_OWNERS.c.server_id == _HISTORY.c.device_id)
    statement = sa.select(
        _HISTORY.c.device_id, sa.func.min(_HISTORY.c.begin_at)
    ).where(
        _HISTORY.c.kind == 'port',
        _HISTORY.c.device_owner.like('compute:%'),
        ~known,
    )
    if server_id:
        statement = statement.where(_HISTORY.c.device_id == server_id)
    rows = connection.execute(statement.group_by(_HISTORY.c.device_id))
    return {row[0]: row[1] for row in rows if is_server_id(row[0])}


def is_server_id(text: Optional[str]) -> bool:
    """Tell whether a port's device_id can be the ID of a server."""
    return _SERVER_ID.fullmatch(text or '') is not None
