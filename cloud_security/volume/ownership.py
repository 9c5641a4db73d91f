# SPDX-License-Identifier: Apache-2.0
"""Owners of Cinder's resources, read outside of the caller's scope.

Only for what rows cannot cover; its answers must never reach the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import Optional

import sqlalchemy as sa
from sqlalchemy import orm

from cloud_security.visibility import storable
from cloud_security.volume import database
from cloud_security.volume.database import models


def hidden(
    resource_ids: Iterable[str], caller_id: str
) -> dict[str, Optional[str]]:
    """Return those of some resources that a caller may not see.

    The database decides which IDs are the same, by its collation.

    :param resource_ids: of volumes, snapshots, backups, groups, attachments,
        transfers or messages, as the caller spelled them
    :param caller_id: user ID of an isolated caller
    :returns: ``{resource_id: owner's user ID}``, spelled as Cinder does; the
        owner is None for rows without one. Unknown IDs are left out.
    """
    wanted = sorted(filter(storable.is_storable, set(resource_ids)))
    if not wanted:
        return {}
    rows = [row for one in _owners(wanted) for row in _rows(one)]
    # A row for each way in which a resource can be somebody's.
    visible = {row[0] for row in rows if caller_id in row[1:]}
    return {row[0]: row[1] for row in rows if row[0] not in visible}


def own(resource_ids: Iterable[str], caller_id: str) -> set[str]:
    """Return those of some resources, deleted ones too, that a caller sees.

    :returns: IDs as Cinder spells them
    """
    wanted = sorted(filter(storable.is_storable, set(resource_ids)))
    if not wanted:
        return set()
    return {
        row[0]
        for statement in _owners(wanted)
        for row in _rows(statement)
        if caller_id in row[1:]
    }


def is_left_behind(snapshot_id: str, caller_id: str) -> bool:
    """Tell whether a snapshot is a caller's, but its volume is not."""
    snapshot, volume = models.Snapshot, models.Volume
    if not storable.is_storable(snapshot_id):
        return False
    rows = _rows(
        sa.select(volume.id)
        .join(snapshot, snapshot.volume_id == volume.id)
        .where(
            snapshot.id == snapshot_id,
            snapshot.user_id == caller_id,
            snapshot.project_id == volume.project_id,
            sa.or_(volume.user_id.is_(None), volume.user_id != caller_id),
        )
    )
    return len(rows) > 0


def hidden_in_group(group_id: str, caller_id: str) -> dict[str, Optional[str]]:
    """Return the hidden volumes in a visible group, as ``hidden`` does."""
    if not storable.is_storable(group_id):
        return {}
    volume, group = models.Volume, models.Group
    rows = _rows(
        sa.select(volume.id, volume.user_id, group.user_id)
        .join(group, volume.group_id == group.id)
        .where(group.id == group_id, volume.deleted.is_(False))
    )
    if not any(caller_id in row[1:] for row in rows):
        return {}
    return {row[0]: row[1] for row in rows if row[1] != caller_id}


def servers_with_hidden(resource_id: str, caller_id: str) -> list[str]:
    """Return the IDs of servers that have a hidden volume attached.

    :param resource_id: of a volume, for all its attachments, or of one
        attachment
    """
    volume, attachment = models.Volume, models.VolumeAttachment
    if not storable.is_storable(resource_id):
        return []
    rows = _rows(
        sa.select(attachment.instance_uuid)
        .join(volume, attachment.volume_id == volume.id)
        .where(
            sa.or_(
                attachment.id == resource_id,
                attachment.volume_id == resource_id,
            ),
            sa.or_(volume.user_id.is_(None), volume.user_id != caller_id),
            attachment.instance_uuid.is_not(None),
            attachment.deleted.is_(False),
        )
        .distinct()
    )
    return [row[0] for row in rows]


def transfer_secret(transfer_id: str) -> Optional[tuple[str, str]]:
    """Return salt and hash of an open transfer's key, None without one.

    :param transfer_id: as the caller spelled it
    """
    transfer = models.Transfer
    if not storable.is_storable(transfer_id):
        return None
    rows = _rows(
        sa.select(transfer.salt, transfer.crypt_hash).where(
            transfer.id == transfer_id, transfer.deleted.is_(False)
        )
    )
    for salt, digest in rows:
        if salt and digest:
            return str(salt), str(digest)
    return None


def _owners(wanted: list[str]) -> Iterator[Any]:
    """Yield queries for ID and owner, and perhaps the parent's owner."""
    volume, group = models.Volume, models.Group
    for model in (volume, group, models.ConsistencyGroup):
        yield sa.select(model.id, model.user_id).where(model.id.in_(wanted))
    yield (
        sa.select(group.id, group.user_id, volume.user_id)
        .join(volume, volume.group_id == group.id)
        .where(group.id.in_(wanted), volume.deleted.is_(False))
    )
    parent = orm.aliased(models.Backup)
    yield (
        sa.select(models.Backup.id, models.Backup.user_id, parent.user_id)
        .join(parent, models.Backup.parent_id == parent.id)
        .where(models.Backup.id.in_(wanted))
    )
    yield (
        sa.select(
            models.Snapshot.id,
            models.Snapshot.user_id,
            models.GroupSnapshot.user_id,
        )
        .join(
            models.GroupSnapshot,
            models.Snapshot.group_snapshot_id == models.GroupSnapshot.id,
        )
        .where(models.Snapshot.id.in_(wanted))
    )
    for child, column, parent in (
        (models.Snapshot, models.Snapshot.volume_id, volume),
        (models.Backup, models.Backup.volume_id, volume),
        (models.GroupSnapshot, models.GroupSnapshot.group_id, group),
        (
            models.CGSnapshot,
            models.CGSnapshot.consistencygroup_id,
            models.ConsistencyGroup,
        ),
    ):
        yield (
            sa.select(child.id, child.user_id, parent.user_id)
            .outerjoin(parent, column == parent.id)
            .where(child.id.in_(wanted))
        )
    for child in (models.VolumeAttachment, models.Transfer):
        yield (
            sa.select(child.id, volume.user_id)
            .outerjoin(volume, child.volume_id == volume.id)
            .where(child.id.in_(wanted))
        )
    message = models.Message
    yield (
        sa.select(message.id, volume.user_id)
        .join(volume, message.resource_uuid == volume.id)
        .where(message.id.in_(wanted))
    )
    for child in (models.Snapshot, models.Backup):
        yield (
            sa.select(message.id, child.user_id, volume.user_id)
            .join(child, message.resource_uuid == child.id)
            .outerjoin(volume, child.volume_id == volume.id)
            .where(message.id.in_(wanted))
        )


def _rows(statement: Any) -> Any:
    with database.reading() as session:
        return session.execute(statement).all()
