# SPDX-License-Identifier: Apache-2.0
"""Owners of servers, in the history; knows SQLAlchemy only.

An open interval says who owns a server. It stays open when the server has
gone, for only its ports have an end.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import datetime
import re
from typing import Any
from typing import NamedTuple
from typing import Optional

import sqlalchemy as sa
from sqlalchemy import exc

from cloud_security.trace import known_owners
from cloud_security.trace import tables

_OWNERS = tables.OWNERS
#: Values of ``source``.
SYNC, SET_OWNER, HAND_OVER = 'sync', 'set-owner', 'hand-over'
#: MariaDB's utf8 and PostgreSQL refuse these. Users choose such names, and one
#: of them must not keep the others' owners away.
_UNFIT = re.compile('[\x00\U00010000-\U0010ffff]')


class Server(NamedTuple):
    """A server and its owner, as Nova tells. ``created_at`` is in UTC."""

    server_id: str
    user_id: str
    user_name: Optional[str]
    project_id: str
    name: str
    created_at: datetime.datetime


def begin(connection: Any, found: Iterable[Server]) -> int:
    """Begin the first intervals of servers; return how many.

    A server that another process has begun meanwhile is left out.
    """
    done = 0
    for one in found:
        _drop_forgotten(connection, one.server_id)
        if _began(
            connection,
            server_id=one.server_id,
            user_id=one.user_id,
            user_name=one.user_name,
            project_id=one.project_id,
            server_name=one.name,
            begin_at=one.created_at,
            source=SYNC,
        ):
            done += 1
    return done


def forget(connection: Any, begins: Mapping[str, datetime.datetime]) -> None:
    """Note servers that Nova does not know, so that nobody asks it again.

    :param begins: ``{server ID: begin of its first interval}``
    """
    for server_id, begin_at in begins.items():
        _began(connection, server_id=server_id, begin_at=begin_at, source=SYNC)


def correct(
    connection: Any, found: Iterable[Server], kept: known_owners.Kept
) -> int:
    """Begin new intervals of servers with another owner; return how many.

    An interval that began after ``kept`` was read knows better than Nova's
    response, and stays.
    """
    done = 0
    at = tables.now(connection)
    for one in found:
        before = _end(connection, one.server_id, one.user_id, at, kept.at)
        if before is None:
            continue
        began = _began(
            connection,
            server_id=one.server_id,
            user_id=one.user_id,
            user_name=one.user_name,
            project_id=one.project_id,
            server_name=one.name,
            begin_after=max(filter(None, (before.begin_at, kept.synced_at))),
            begin_at=at,
            source=SYNC,
        )
        done += int(began)
    return done


def changed(
    connection: Any,
    server_id: str,
    user_id: str,
    user_name: Optional[str],
    project_id: str,
    source: str,
    former_id: Optional[str] = None,
    server_name: Optional[str] = None,
) -> None:
    """Begin an interval now, because a server has another owner.

    Again changes nothing. Where the history has no owner yet, the former one
    gets the time since the server's first port.

    :param source: ``SET_OWNER`` or ``HAND_OVER``
    """
    at = tables.now(connection)
    if former_id:
        unresolved = known_owners.unresolved(connection, server_id)
        first = unresolved.get(server_id)
        first = first or _drop_forgotten(connection, server_id)
        if first is not None:
            _began(
                connection,
                server_id=server_id,
                user_id=former_id,
                project_id=project_id,
                begin_at=first,
                source=source,
            )
    before = _end(connection, server_id, user_id, at, at)
    is_there = connection.execute(
        sa.select(_OWNERS.c.id).where(_OWNERS.c.open_key == server_id)
    ).first()
    if is_there is None:
        _insert(
            connection,
            server_id=server_id,
            user_id=user_id,
            user_name=user_name,
            project_id=project_id,
            server_name=server_name or (before and before.server_name),
            begin_at=at,
            source=source,
        )


def _drop_forgotten(
    connection: Any, server_id: str
) -> Optional[datetime.datetime]:
    """Delete the note that Nova does not know a server.

    :returns: the begin of the server's first interval, None for no note
    """
    is_note = sa.and_(
        _OWNERS.c.open_key == server_id, _OWNERS.c.user_id.is_(None)
    )
    begin_at: Optional[datetime.datetime] = connection.execute(
        sa.select(_OWNERS.c.begin_at).where(is_note)
    ).scalar()
    if begin_at is not None:
        connection.execute(_OWNERS.delete().where(is_note))
    return begin_at


def _end(
    connection: Any,
    server_id: str,
    user_id: str,
    at: datetime.datetime,
    until: datetime.datetime,
) -> Any:
    """End the open interval of any other owner; return it, None for none.

    :param until: an interval that began later stays
    """
    is_others = sa.and_(
        _OWNERS.c.open_key == server_id,
        _OWNERS.c.begin_at <= until,
        sa.or_(_OWNERS.c.user_id != user_id, _OWNERS.c.user_id.is_(None)),
    )
    found = connection.execute(
        sa.select(
            _OWNERS.c.id, _OWNERS.c.begin_at, _OWNERS.c.server_name
        ).where(is_others)
    ).first()
    if found is None:
        return None
    ended = connection.execute(
        _OWNERS.update()
        .where(_OWNERS.c.id == found.id, is_others)
        .values(end_at=at, open_key=None)
    )
    return found if ended.rowcount else None


def _began(connection: Any, **values: Any) -> bool:
    """Insert an open interval, unless there is one."""
    try:
        with connection.begin_nested():
            _insert(connection, **values)
    except exc.IntegrityError:
        return False
    return True


def _insert(connection: Any, **values: Any) -> None:
    for name in ('user_name', 'server_name'):
        if values.get(name):
            values[name] = _UNFIT.sub('\ufffd', values[name])[:255]
    connection.execute(
        _OWNERS.insert().values(open_key=values['server_id'], **values)
    )
