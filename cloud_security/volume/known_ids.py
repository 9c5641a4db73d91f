# SPDX-License-Identifier: Apache-2.0
"""IDs of users and projects that Cinder's database knows.

Cinder takes a user ID from a token, and asks nobody whether it exists.
Source: cinder/db/models.py, Cinder 24 to 29.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cloud_security.deploy import id_shapes
from cloud_security.volume import database
from cloud_security.volume.database import models

_MODELS = (models.Volume, models.Snapshot, models.Backup, models.Group)


def knows_user(user_id: str) -> bool:
    """Tell whether a user owns something, or did before it was deleted."""
    return user_id in _values('user_id', user_id)


def knows_project(project_id: str) -> bool:
    """Tell whether a project has something, or had before it was deleted."""
    return project_id in _values('project_id', project_id)


def has_shape_of_user(text: str) -> bool:
    """Tell whether a text looks like this cloud's IDs of users."""
    return _has_shape('user_id', text)


def has_shape_of_project(text: str) -> bool:
    """Tell whether a text looks like this cloud's IDs of projects."""
    return _has_shape('project_id', text)


def _has_shape(name: str, text: str) -> bool:
    """Tell whether a text looks like most values of a column.

    An identity driver can take a directory's own names for IDs.
    """
    return id_shapes.is_keystones(text) or id_shapes.are_mostly_others(
        _values(name)
    )


def _values(name: str, wanted: Any = None) -> set[str]:
    """Return what rows have in a column, as the database spells it.

    :param wanted: a value that alone is looked for; MariaDB takes A for a
    """
    found: set[str] = set()
    with database.reading() as session:
        for model in _MODELS:
            column = getattr(model, name)
            statement = sa.select(column).where(column.is_not(None))
            if wanted is not None:
                statement = statement.where(column == wanted).limit(10)
            rows = session.execute(statement.distinct())
            found |= {value for [value] in rows}
    return found
