# SPDX-License-Identifier: Apache-2.0
"""IDs of users and projects that Glance's database knows.

Glance takes a user ID from a token, and asks nobody whether it exists.
Source: glance/db/sqlalchemy/models.py, Glance 28 to 33.
"""

from __future__ import annotations

from typing import Any

from glance.db.sqlalchemy import models as glance_models
import sqlalchemy as sa

from cloud_security.deploy import id_shapes
from cloud_security.image import database
from cloud_security.image import models


def knows_user(user_id: str) -> bool:
    """Tell whether an image or a task names a user, or did before."""
    return user_id in _values(_users(), user_id)


def knows_project(project_id: str) -> bool:
    """Tell whether a project has images, or had some before."""
    return project_id in _values(_projects(), project_id)


def has_shape_of_user(text: str) -> bool:
    """Tell whether a text looks like this cloud's IDs of users."""
    return _has_shape(_users(), text)


def has_shape_of_project(text: str) -> bool:
    """Tell whether a text looks like this cloud's IDs of projects."""
    return _has_shape(_projects(), text)


def _users() -> list[Any]:
    """Return queries for users, each with its column."""
    named = glance_models.ImageProperty
    return [
        (
            named.value,
            sa.select(named.value).where(named.name == models.OWNER),
        ),
        (
            glance_models.Task.user_id,
            sa.select(glance_models.Task.user_id),
        ),
    ]


def _projects() -> list[Any]:
    """Return queries for projects, each with its column."""
    owner = glance_models.Image.owner
    return [(owner, sa.select(owner))]


def _has_shape(queries: list[Any], text: str) -> bool:
    """Tell whether a text looks like most values of some columns.

    An identity driver can take a directory's own names for IDs.
    """
    return id_shapes.is_keystones(text) or id_shapes.are_mostly_others(
        _values(queries)
    )


def _values(queries: list[Any], wanted: Any = None) -> set[str]:
    """Return what rows have, as the database spells it.

    :param wanted: a value that alone is looked for; MariaDB takes A for a
    """
    found: set[str] = set()
    with database.reading() as session:
        for column, statement in queries:
            statement = statement.where(column.is_not(None))
            if wanted is not None:
                statement = statement.where(column == wanted).limit(10)
            rows = session.execute(statement.distinct())
            found |= {value for [value] in rows}
    return found
