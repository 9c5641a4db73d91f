# SPDX-License-Identifier: Apache-2.0
"""Tables of the history, in Neutron's database; knows SQLAlchemy only.

A row of ``HISTORY`` is an interval: from ``begin_at`` until ``end_at``, which
is NULL while it lasts. The database's clock gives both, in UTC. Where the
recorder did not see the beginning, the interval began between ``begin_after``
and ``begin_at``. Where it did not see the end, the interval ended between
``end_after`` and ``end_at``.

``open_key`` names the row of Neutron's that an open interval tells of, and is
NULL once the interval has ended. It is unique, so that the database itself
keeps two open intervals of one row apart.
"""

from __future__ import annotations

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.ext import compiler
from sqlalchemy.sql import expression

#: Kinds of intervals, and what each says of the time that it lasts.
KINDS = {
    'port': 'a port was on a device, with a MAC address, in a project',
    'fixed': 'a port had an address of a subnet',
    'floating': 'a floating IP led to a fixed IP of a port',
    'forward': 'a port of a floating IP led to a fixed IP of a port',
    'pair': 'a port was allowed to use an address, or those of a CIDR',
    'snat': 'a router hid the addresses behind it behind its gateway',
}
#: In ``detail`` of a port that may use any address.
UNENFORCED = 'addresses not enforced'


class utc_now(expression.FunctionElement):  # type: ignore[type-arg]  # noqa: N801
    """The database's clock, in UTC, with microseconds.

    Not PostgreSQL's ``now()``, which is the start of the transaction.
    """

    type = sa.DateTime()
    inherit_cache = True


@compiler.compiles(utc_now, 'mysql')
@compiler.compiles(utc_now, 'mariadb')
def _utc_now_mysql(element: Any, compiler: Any, **kwargs: Any) -> str:
    return 'UTC_TIMESTAMP(6)'


@compiler.compiles(utc_now, 'postgresql')
def _utc_now_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    return "(clock_timestamp() AT TIME ZONE 'utc')"


@compiler.compiles(utc_now, 'sqlite')
def _utc_now_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    # SQLite has milliseconds, and SQLAlchemy reads six digits.
    return "(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000')"


def now(connection: Any) -> datetime.datetime:
    """Return the database's time, in UTC."""
    found: datetime.datetime = connection.execute(
        sa.select(utc_now())
    ).scalar_one()
    return found


#: UTC, with microseconds. MariaDB's own has seconds.
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql')
#: SQLite counts up INTEGER only.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
METADATA = sa.MetaData()


def _table(name: str, *columns: Any) -> sa.Table:
    return sa.Table(
        f'cloud_security_{name}',
        METADATA,
        sa.Column('id', NUMBER, primary_key=True, autoincrement=True),
        *columns,
        mysql_engine='InnoDB',
    )


HISTORY = _table(
    'ip_history',
    sa.Column('kind', sa.String(12), nullable=False),
    # None of a port; a CIDR is one of a pair's.
    sa.Column('address', sa.String(64)),
    sa.Column('network_id', sa.String(36)),
    sa.Column('subnet_id', sa.String(36)),
    # Of a router's SNAT, the port is its gateway.
    sa.Column('port_id', sa.String(36)),
    # A floating IP, a port forwarding or a router.
    sa.Column('object_id', sa.String(36)),
    # What a floating IP or a port forwarding leads to.
    sa.Column('fixed_ip', sa.String(64)),
    # tcp:80-80>8080-8080 of a port forwarding, the MAC address of a pair.
    sa.Column('detail', sa.String(80)),
    # The next four are a port's.
    sa.Column('device_id', sa.String(255)),
    sa.Column('device_owner', sa.String(255)),
    sa.Column('mac_address', sa.String(32)),
    sa.Column('project_id', sa.String(255)),
    sa.Column('begin_after', MOMENT),
    sa.Column('begin_at', MOMENT, nullable=False),
    sa.Column('end_after', MOMENT),
    sa.Column('end_at', MOMENT),
    # The user who did it, and the request; none of Neutron's own and of
    # repairs.
    sa.Column('begin_user_id', sa.String(255)),
    sa.Column('begin_request_id', sa.String(64)),
    sa.Column('end_user_id', sa.String(255)),
    sa.Column('end_request_id', sa.String(64)),
    sa.Column('open_key', sa.String(160), unique=True),
    sa.Index('ix_cs_history_address', 'address', 'begin_at'),
    sa.Index('ix_cs_history_port', 'port_id', 'begin_at'),
    sa.Index('ix_cs_history_subnet', 'subnet_id', 'begin_at'),
    sa.Index('ix_cs_history_object', 'object_id', 'begin_at'),
    sa.Index('ix_cs_history_device', 'device_id', 'begin_at'),
    sa.Index('ix_cs_history_project', 'project_id', 'begin_at'),
    sa.Index('ix_cs_history_kind', 'kind', 'end_at'),
)
#: Times in which not all was recorded. Without ``begin_at``, since ever;
#: without ``end_at``, until now.
GAPS = _table(
    'ip_gaps',
    sa.Column('begin_at', MOMENT),
    sa.Column('end_at', MOMENT),
    # before, off, failure, difference or purged.
    sa.Column('reason', sa.String(12), nullable=False),
    sa.Column('detail', sa.String(255)),
)
#: Owners of servers, whom only Nova knows, and only until it forgets.
OWNERS = _table(
    'server_owners',
    sa.Column('server_id', sa.String(36), nullable=False),
    # None of a server that Nova had forgotten already.
    sa.Column('user_id', sa.String(255)),
    sa.Column('user_name', sa.String(255)),
    sa.Column('project_id', sa.String(255)),
    sa.Column('server_name', sa.String(255)),
    sa.Column('begin_after', MOMENT),
    sa.Column('begin_at', MOMENT, nullable=False),
    sa.Column('end_at', MOMENT),
    # sync, set-owner or hand-over.
    sa.Column('source', sa.String(12), nullable=False),
    sa.Column('open_key', sa.String(36), unique=True),
    sa.Index('ix_cs_server_owners_server', 'server_id', 'begin_at'),
    sa.Index('ix_cs_server_owners_user', 'user_id', 'begin_at'),
)
#: When ``check`` compared open intervals with Neutron's rows, ``sync`` owners
#: with Nova's, and when Neutron started with the plugin on each host.
CHECKS = _table(
    'ip_checks',
    sa.Column('name', sa.String(255), nullable=False, unique=True),
    sa.Column('at', MOMENT, nullable=False),
)
