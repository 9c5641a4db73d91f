# SPDX-License-Identifier: Apache-2.0
"""IDs of users and projects that Nova's databases know.

Nova takes a user ID from a token, and asks nobody whether it exists. So these
tables tell who was here, also when Keystone cannot be asked or has forgotten.
Source: nova/db/api/models.py, nova/db/main/models.py, Nova 29 to 34.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

from nova import context as nova_context
from nova import objects
from nova.db.api import api as api_db
from nova.db.api import models as api_models
from nova.db.main import api as main_db
from nova.db.main import models
import sqlalchemy as sa

from cloud_security.deploy import id_shapes
from cloud_security.visibility import scope as scopes


def knows_user(user_id: str) -> bool:
    """Tell whether a user ever did anything in Nova, or owns a server."""
    return _is_in_api(
        api_models.InstanceMapping.user_id, user_id
    ) or _was_seen(user_id)


def knows_project(project_id: str) -> bool:
    """Tell whether a project ever had a server."""
    return _is_in_api(api_models.InstanceMapping.project_id, project_id)


def has_shape_of_user(text: str) -> bool:
    """Tell whether a text looks like this cloud's IDs of users.

    An identity driver can take a directory's own names for IDs. Then most
    owners have such an ID, and one that somebody mistook for an ID does not
    count.
    """
    if id_shapes.is_keystones(text):
        return True
    # A half-done hand-over leaves an owner in the cell alone.
    owners = set(_in_api(api_models.InstanceMapping.user_id))
    for session in _cells():
        owners |= set(_distinct(session, models.Instance.user_id))
    return id_shapes.are_mostly_others(owners)


def has_shape_of_project(text: str) -> bool:
    """Tell whether a text looks like this cloud's IDs of projects."""
    return id_shapes.is_keystones(text) or id_shapes.are_mostly_others(
        _in_api(api_models.InstanceMapping.project_id)
    )


def _was_seen(user_id: str) -> bool:
    """Tell whether a token of a user once came, or a server was theirs."""
    if _is_in_api(api_models.KeyPair.user_id, user_id):
        return True
    columns = models.Instance.user_id, models.InstanceAction.user_id
    return any(
        _is_among(session, column, user_id)
        for session in _cells()
        for column in columns
    )


def _cells() -> Iterator[Any]:
    """Yield a session for each cell's database."""
    context = nova_context.get_admin_context()
    for cell in objects.CellMappingList.get_all(context):
        with nova_context.target_cell(context, cell) as target:
            reader = main_db.get_context_manager(target).reader
            with scopes.on_this_thread(scopes.EVERYBODY):
                with reader.using(target) as session:
                    yield session


def _is_in_api(column: Any, value: str) -> bool:
    with _api() as session:
        return _is_among(session, column, value)


def _in_api(column: Any) -> list[str]:
    with _api() as session:
        return _distinct(session, column)


@contextlib.contextmanager
def _api() -> Iterator[Any]:
    """Yield a session for the API database."""
    context = nova_context.get_admin_context()
    with scopes.on_this_thread(scopes.EVERYBODY):
        with api_db.context_manager.reader.using(context) as session:
            yield session


def _distinct(session: Any, column: Any) -> list[str]:
    rows = session.execute(sa.select(column).distinct())
    return [value for [value] in rows if value is not None]


def _is_among(session: Any, column: Any, value: str) -> bool:
    """Tell whether a column has a value, spelled as it is given.

    MariaDB takes A for a; whatever is written later must be the same.
    """
    found = session.execute(
        sa.select(column).where(column == value).distinct().limit(10)
    )
    return value in {row[0] for row in found}
