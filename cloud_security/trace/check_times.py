# SPDX-License-Identifier: Apache-2.0
"""Times at which something was last seen; knows SQLAlchemy only."""

from __future__ import annotations

import contextlib
import datetime
import socket
from typing import Any
from typing import Optional

import sqlalchemy as sa
from sqlalchemy import exc

from cloud_security.trace import tables

_CHECKS = tables.CHECKS
#: ``check`` compared open intervals with Neutron's rows, and ``sync`` owners
#: with all servers of Nova's.
CHECK, SYNC = 'check', 'sync'
#: Neutron started with the plugin, on the host whose name follows.
_START = 'start:'


def started(host: Optional[str] = None) -> str:
    """Return the name for a start of Neutron's on a host, None for this."""
    return f'{_START}{socket.gethostname() if host is None else host}'


def read(connection: Any, name: str) -> Optional[datetime.datetime]:
    """Return when something was last seen, None for never."""
    found: Optional[datetime.datetime] = connection.execute(
        sa.select(_CHECKS.c.at).where(_CHECKS.c.name == name)
    ).scalar()
    return found


def has_started(connection: Any) -> bool:
    """Tell whether Neutron has ever started with the plugin."""
    found = connection.execute(
        sa.select(_CHECKS.c.id).where(_CHECKS.c.name.startswith(_START))
    )
    return found.first() is not None


def note(
    connection: Any, name: str, at: Optional[datetime.datetime] = None
) -> None:
    """Note that something was seen.

    :param at: the time, None for the database's
    """
    values: dict[str, Any] = {'at': tables.utc_now() if at is None else at}
    found = connection.execute(
        _CHECKS.update().where(_CHECKS.c.name == name).values(**values)
    )
    if not found.rowcount:
        # Another process may do the same now.
        with contextlib.suppress(exc.IntegrityError):
            with connection.begin_nested():
                connection.execute(
                    _CHECKS.insert().values(name=name, **values)
                )
