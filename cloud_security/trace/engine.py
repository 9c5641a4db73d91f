# SPDX-License-Identifier: Apache-2.0
"""Connections that read the history in Neutron's database."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

import sqlalchemy as sa

from cloud_security.deploy import configuration
from cloud_security.trace import config
from cloud_security.trace import tables


class Absent(Exception):
    """The database has no history; the message says what to do."""


@contextlib.contextmanager
def reading(conf: Any) -> Iterator[Any]:
    """Yield a connection in a transaction, which sees one moment of time.

    :param conf: neutron.conf
    :raises Unanswered: when the database does not answer
    :raises Absent: when it has no history
    """
    try:
        with config.engine(conf) as engine:
            with of_one_moment(engine) as connection:
                check(connection)
                yield connection
    except config.Unknown as error:
        raise configuration.Unanswered(
            f"Neutron's database does not answer ({error}): see [database] "
            'connection in neutron.conf.'
        ) from error


@contextlib.contextmanager
def of_one_moment(engine: Any) -> Iterator[Any]:
    """Yield a connection whose statements all see one moment of time."""
    if engine.dialect.name != 'sqlite':
        # PostgreSQL's default shows each statement another one.
        engine = engine.execution_options(isolation_level='REPEATABLE READ')
    with engine.connect() as connection, connection.begin():
        yield connection


def check(connection: Any) -> None:
    """Refuse a database without our tables.

    :raises Absent: when one is missing
    """
    found = sa.inspect(connection)
    for name in tables.METADATA.tables:
        if not found.has_table(name):
            raise Absent(
                f"Neutron's database has no table {name}, so that nothing "
                'was recorded: run neutron-db-manage --subproject '
                'cloud_security upgrade heads, and cloud-security-trace '
                'enable.'
            )
