# SPDX-License-Identifier: Apache-2.0
"""Cinder's models, and sessions that read the rows of everybody.

Cinder 29 has models in cinder/db, older releases in cinder/db/sqlalchemy.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

from cinder import context as cinder_context
from oslo_context import context as oslo_context

from cloud_security.visibility import scope as scopes

try:
    from cinder.db import models
except ImportError:
    from cinder.db.sqlalchemy import api
    from cinder.db.sqlalchemy import models
else:
    from cinder.db import api

__all__ = ('api', 'models', 'reading', 'writing')


@contextlib.contextmanager
def reading() -> Iterator[Any]:
    """Yield a session outside of the caller's scope.

    Source: cinder/db/api.py, Cinder 29, which reads in the same way.
    """
    current = oslo_context.get_current()
    context = cinder_context.RequestContext(
        user_id=None,
        project_id=None,
        is_admin=True,
        overwrite=False,
        # Logs then name the caller's request.
        request_id=current.request_id if current else None,
    )
    with scopes.on_this_thread(scopes.EVERYBODY):
        with api.main_context_manager.reader.using(context) as session:
            yield session


@contextlib.contextmanager
def writing() -> Iterator[Any]:
    """Yield a session for one transaction, on the rows of everybody.

    An exception rolls the transaction back.
    """
    context = cinder_context.get_admin_context()
    with scopes.on_this_thread(scopes.EVERYBODY):
        with api.main_context_manager.writer.using(context) as session:
            yield session
