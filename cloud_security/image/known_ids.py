# SPDX-License-Identifier: Apache-2.0
"""IDs of users and projects that Glance's database knows.

Source: glance/db/sqlalchemy/models.py, Glance 28 to 33.
"""

from __future__ import annotations

from glance.db.sqlalchemy import models as glance_models
import sqlalchemy as sa

from cloud_security.deploy import seen_ids
from cloud_security.image import database
from cloud_security.image import models


def _users() -> list[seen_ids.Query]:
    """Return queries for users, each with its column."""
    named = glance_models.ImageProperty
    task = glance_models.Task
    return [
        (
            named.value,
            sa.select(named.value).where(named.name == models.OWNER),
        ),
        (task.user_id, sa.select(task.user_id)),
    ]


def _projects() -> list[seen_ids.Query]:
    """Return queries for projects, each with its column."""
    owner = glance_models.Image.owner
    return [(owner, sa.select(owner))]


_USERS = seen_ids.SeenIds(database.reading, _users)
_PROJECTS = seen_ids.SeenIds(database.reading, _projects)

#: Tells whether an image or a task names a user, or did before.
knows_user = _USERS.knows
#: Tells whether a project has images, or had some before.
knows_project = _PROJECTS.knows
#: Tells whether a text looks like this cloud's IDs of users.
has_shape_of_user = _USERS.has_shape
#: The same for projects.
has_shape_of_project = _PROJECTS.has_shape
