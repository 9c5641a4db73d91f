# SPDX-License-Identifier: Apache-2.0
"""Sessions that read and write the rows of everybody."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
import sqlalchemy as sa

from cloud_security.network import models


@contextlib.contextmanager
def reading() -> Iterator[Any]:
    """Yield a session of an admin, in a transaction that reads."""
    context = contexts.get_admin_context()
    with db_api.CONTEXT_READER.using(context):
        yield context.session


def is_there(*conditions: Any) -> bool:
    """Tell whether everybody's rows meet some conditions."""
    found = sa.select(sa.literal(1)).where(*conditions).limit(1)
    with reading() as session:
        return session.execute(found).first() is not None


@contextlib.contextmanager
def writing() -> Iterator[Any]:
    """Yield a session of an admin, for one transaction.

    An exception rolls the transaction back.
    """
    context = contexts.get_admin_context()
    with db_api.CONTEXT_WRITER.using(context):
        yield context.session


def lacking() -> list[str]:
    """Return the names of our tables that the database lacks."""
    owners: list[Any] = [*models.OWNERS.values()]
    with reading() as session:
        found = sa.inspect(session.connection())
        return [
            owner.__tablename__
            for owner in owners
            if not found.has_table(owner.__tablename__)
        ]
