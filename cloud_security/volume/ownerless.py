# SPDX-License-Identifier: Apache-2.0
"""Counts of Cinder's rows that belong to nobody.

Source: cinder/db/models.py, Cinder 24 to 29, whose columns may be NULL.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cloud_security.volume import database
from cloud_security.volume.database import models


def counts() -> dict[str, int]:
    """Return how many rows of each kind have no owner, nor a parent with one.

    :returns: ``{'volumes': 2}``, without those that have none
    :raises Exception: when the database does not answer
    """
    with database.reading() as session:
        found = {
            name: int(session.execute(statement).scalar_one())
            for name, statement in _statements().items()
        }
    return {name: count for name, count in found.items() if count}


def _statements() -> dict[str, Any]:
    volume, group = models.Volume, models.Group
    snapshot, backup = models.Snapshot, models.Backup
    group_snapshot = models.GroupSnapshot
    return {
        'volumes': _counting(volume),
        'snapshots': _counting(snapshot, snapshot.volume_id, volume),
        'backups': _counting(backup, backup.volume_id, volume),
        'groups': _counting(group),
        'group snapshots': _counting(
            group_snapshot, group_snapshot.group_id, group
        ),
    }


def _counting(model: Any, column: Any = None, parent: Any = None) -> Any:
    """Return the query for the number of a model's rows without an owner."""
    statement = sa.select(sa.func.count(model.id)).where(
        model.user_id.is_(None), model.deleted == sa.false()
    )
    if parent is None:
        return statement
    owned = sa.select(parent.id).where(parent.user_id.is_not(None))
    # NULL is in no list, and so in none of these either.
    return statement.where(sa.or_(column.is_(None), column.not_in(owned)))
