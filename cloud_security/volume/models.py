# SPDX-License-Identifier: Apache-2.0
"""Cinder's models whose rows belong to a user.

What is made of a volume, a group, a group snapshot or a backup, such as a
snapshot, belongs to its maker, and to the owner of what it was made of, who
could not delete the volume otherwise. A group belongs to the owners of its
volumes, too, because Cinder reads the group to show a volume. Metadata and
specs hang off a row that Cinder reads first.
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
        snapshot: _own_or_made_of(
            snapshot,
            snapshot.volume_id,
            volume,
            snapshot.group_snapshot_id.in_(_ids(models.GroupSnapshot)),
        ),
        backup: _own_or_made_of(
            backup,
            backup.volume_id,
            volume,
            backup.parent_id.in_(_ids(backup, is_alias=True)),
        ),
        group: _own_or_with(group, _groups_of(volume)),
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


def _own_or_with(model: Any, *queries: Any) -> criteria.Owned:
    """Return the entry of a model whose rows hold something of an owner's."""
    return criteria.Owned(
        criterion=sa.or_(
            model.user_id == criteria.OWNER_ID,
            *(model.id.in_(query) for query in queries),
        ),
        row_id=lambda row: str(row.id),
        owner_id=lambda row: row.user_id,
    )


def _own_or_made_of(
    model: Any, column: Any, parent: Any, *others: Any
) -> criteria.Owned:
    """Return the entry of a model whose rows are made of a parent.

    :param others: further conditions, of which one suffices
    """
    return criteria.Owned(
        criterion=sa.or_(
            model.user_id == criteria.OWNER_ID,
            column.in_(_ids(parent)),
            *others,
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


def _groups_of(model: Any) -> Any:
    """Return the query for the IDs of groups of a model's own rows."""
    table = model.__table__
    return criteria.own(
        sa.select(table.c.group_id)
        .where(
            table.c.user_id == criteria.OWNER_ID, table.c.deleted.is_(False)
        )
        .correlate(None)
    )


def _ids(model: Any, volume: Any = None, is_alias: bool = False) -> Any:
    """Return the query for the IDs of a model's rows that name the owner.

    :param volume: Cinder's model, where rows of an own volume are among them
    :param is_alias: for a criterion of the same model
    """
    # The table, not the model: the listener would restrict this query, too.
    # It is not correlated: statements on snapshots can read volumes, too.
    table = model.__table__
    if is_alias:
        table = table.alias(f'own_{table.name}')
    criterion: Any = table.c.user_id == criteria.OWNER_ID
    if volume is not None:
        criterion = sa.or_(criterion, table.c.volume_id.in_(_ids(volume)))
    return criteria.own(sa.select(table.c.id).where(criterion).correlate(None))
