# SPDX-License-Identifier: Apache-2.0
"""IDs of users and projects that Cinder's database knows.

Source: cinder/db/models.py, Cinder 24 to 29.
"""

from __future__ import annotations

import sqlalchemy as sa

from cloud_security.deploy import seen_ids
from cloud_security.volume import database
from cloud_security.volume.database import models

_MODELS = (models.Volume, models.Snapshot, models.Backup, models.Group)


def _users() -> list[seen_ids.Query]:
    """Return queries for users, each with its column."""
    columns = [model.user_id for model in _MODELS]
    return [(column, sa.select(column)) for column in columns]


def _projects() -> list[seen_ids.Query]:
    """Return queries for projects, each with its column."""
    columns = [model.project_id for model in _MODELS]
    return [(column, sa.select(column)) for column in columns]


_USERS = seen_ids.SeenIds(database.reading, _users)
_PROJECTS = seen_ids.SeenIds(database.reading, _projects)

#: Tells whether a user owns something, or did before it was deleted.
knows_user = _USERS.knows
#: Tells whether a project has something, or had before it was deleted.
knows_project = _PROJECTS.knows
#: Tells whether a text looks like this cloud's IDs of users.
has_shape_of_user = _USERS.has_shape
#: The same for projects.
has_shape_of_project = _PROJECTS.has_shape
