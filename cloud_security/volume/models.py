# SPDX-License-Identifier: Apache-2.0
"""Cinder's models whose rows belong to a user.

What is made of a volume or a group, such as a snapshot, belongs to the owner
of either: who may not see it could not delete the volume. Metadata and specs
hang off a row that Cinder reads first.
Source: cinder/db/models.py, Cinder 24 to 29.
"""

from __future__ import annotations

import functools
from typing import Any

import sqlalchemy as sa

from cloud_security.visibility import criteria
from cloud_security.volume.database import models


@functools.lru_cache(maxsize=None)
def owned() -> dict[type, criteria.Owned]:
    """Return Cinder's owned models and how their rows belong to a user.

    :raises AttributeError: when this Cinder lacks a model or a column
    """
    volume = models.Volume
    snapshot = models.Snapshot
    backup = models.Backup
    group = models.Group
    consistency_group = models.ConsistencyGroup
    message = models.Message
    return {
        volume: _own(volume),
        snapshot: _own_or_made_of(snapshot, snapshot.volume_id, volume),
        backup: _own_or_made_of(backup, backup.volume_id, volume),
        group: _own(group),
        models.GroupSnapshot: _own_or_made_of(
            models.GroupSnapshot, models.GroupSnapshot.group_id, group
        ),
        consistency_group: _own(consistency_group),
        models.CGSnapshot: _own_or_made_of(
            models.CGSnapshot,
            models.CGSnapshot.consistencygroup_id,
            consistency_group,
        ),
        models.VolumeAttachment: _through_volume(models.VolumeAttachment),
        models.Transfer: _through_volume(models.Transfer),
        message: criteria.Owned(
            # Cinder's messages are about these; one about something else, or
            # about nothing, belongs to nobody.
            criterion=sa.or_(
                message.resource_uuid.in_(_ids(volume)),
                *(
                    message.resource_uuid.in_(_ids(model, volume))
                    for model in (snapshot, backup)
                ),
            ),
            row_id=lambda row: str(row.id),
            owner_id=None,
        ),
    }


def _own(model: Any) -> criteria.Owned:
    """Return the entry of a model that names its owner."""
    return criteria.Owned(
        criterion=model.user_id == criteria.OWNER_ID,
        row_id=lambda row: str(row.id),
        owner_id=lambda row: row.user_id,
    )


def _own_or_made_of(model: Any, column: Any, parent: Any) -> criteria.Owned:
    """Return the entry of a model whose rows are made of a parent."""
    return criteria.Owned(
        criterion=sa.or_(
            model.user_id == criteria.OWNER_ID, column.in_(_ids(parent))
        ),
        row_id=lambda row: str(row.id),
        owner_id=lambda row: row.user_id,
        parents={column.key: parent},
    )


def _through_volume(model: Any) -> criteria.Owned:
    """Return the entry of a model whose rows belong to a volume."""
    return criteria.Owned(
        criterion=model.volume_id.in_(_ids(models.Volume)),
        row_id=lambda row: str(row.id),
        owner_id=None,
        parents={'volume_id': models.Volume},
    )


def _ids(model: Any, volume: Any = None) -> Any:
    """Return the query for the IDs of a model's rows that name the owner.

    :param volume: Cinder's model, where rows of an own volume are among them
    """
    # Of the table, which criteria leave alone. Never correlated: statements
    # on snapshots can read volumes, too.
    table = model.__table__
    criterion: Any = table.c.user_id == criteria.OWNER_ID
    if volume is not None:
        criterion = sa.or_(criterion, table.c.volume_id.in_(_ids(volume)))
    return criteria.own(sa.select(table.c.id).where(criterion).correlate(None))
