# SPDX-License-Identifier: Apache-2.0
"""Sessions that read and write the images of everybody."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

from glance.db.sqlalchemy import api
from sqlalchemy import orm

from cloud_security.visibility import scope as scopes


@contextlib.contextmanager
def reading() -> Iterator[Any]:
    """Yield a session outside of the caller's scope, which may be reading."""
    with scopes.on_this_thread(scopes.EVERYBODY):
        with orm.Session(api.get_engine()) as session:
            yield session


@contextlib.contextmanager
def writing() -> Iterator[Any]:
    """Yield a session for one transaction, on the rows of everybody.

    An exception rolls the transaction back.
    """
    with reading() as session, session.begin():
        yield session
