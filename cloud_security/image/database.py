# SPDX-License-Identifier: Apache-2.0
"""Sessions that read the images of everybody."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import threading
from typing import Any

from glance.db.sqlalchemy import api

from cloud_security.visibility import scope as scopes


@contextlib.contextmanager
def reading() -> Iterator[Any]:
    """Yield a session outside of the caller's scope.

    Source: glance/db/sqlalchemy/api.py session_for_read, Glance 28 to 33.
    """
    # Glance keeps one such object for each thread. A session of that object
    # would be the one that the thread is using.
    own = threading.local()
    with scopes.on_this_thread(scopes.EVERYBODY):
        with api._get_main_context_manager().reader.using(own) as session:
            yield session
