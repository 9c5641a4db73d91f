# SPDX-License-Identifier: Apache-2.0
"""IDs of users and projects that Neutron's database knows.

Source: neutron/db/models_v2.py, Neutron 24 to 29.
"""

from __future__ import annotations

from typing import Any

from neutron.db import models_v2
import sqlalchemy as sa

from cloud_security.deploy import seen_ids
from cloud_security.network import database
from cloud_security.network import models


def _users() -> list[seen_ids.Query]:
    """Return queries for users, each with its column."""
    owners: list[Any] = [*models.OWNERS.values()]
    columns = [owner.user_id for owner in owners]
    return [(column, sa.select(column)) for column in columns]


def _projects() -> list[seen_ids.Query]:
    """Return queries for projects, each with its column."""
    columns = [models_v2.Network.project_id, models_v2.Port.project_id]
    return [(column, sa.select(column)) for column in columns]


_USERS = seen_ids.SeenIds(database.reading, _users)
_PROJECTS = seen_ids.SeenIds(database.reading, _projects)

#: Tells whether something belongs to a user.
knows_user = _USERS.knows
#: Tells whether a project has a port or a network.
knows_project = _PROJECTS.knows
#: Tells whether a text looks like this cloud's IDs of users.
has_shape_of_user = _USERS.has_shape
#: The same for projects.
has_shape_of_project = _PROJECTS.has_shape
