# SPDX-License-Identifier: Apache-2.0
"""Crossings: what hangs on a thing of another owner in Cinder's database.

Rows without an owner cross nothing; ``ownerless.py`` counts these. Cinder
does not know the owners of servers: the caller hands them in.
Source: cinder/db/models.py, Cinder 24 to 29.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple
from typing import Optional

import sqlalchemy as sa

from cloud_security.volume import database
from cloud_security.volume.database import models

#: Kinds, in the order of reports.
ATTACHMENT = 'volume on a server of another owner'
TRANSFER = 'volume with a pending transfer'
UNKNOWN = 'volume on a server whose owner is unknown'


class Crossing(NamedTuple):
    """A thing, and one of another owner on which it hangs."""

    kind: str
    project_id: str
    id: str
    owner_id: str
    of_id: str
    of_owner_id: Optional[str]


def found(
    project_id: Optional[str] = None,
    server_owners: Optional[Mapping[str, str]] = None,
) -> Iterator[Crossing]:
    """Yield what crosses owners, one kind after the other.

    :param project_id: of the things; None for those of all projects
    :param server_owners: ``{server_id: user ID}`` of all servers, None where
        nobody knows; then volumes on servers are not among the crossings
    """
    with database.reading() as session:
        for kind, child, column, parent in _kinds():
            statement = (
                sa.select(
                    child.project_id,
                    child.id,
                    child.user_id,
                    parent.id,
                    parent.user_id,
                )
                .join(parent, column == parent.id)
                .where(
                    child.user_id != parent.user_id,
                    parent.deleted.is_(False),
                    *_present(child, project_id),
                )
                .order_by(child.project_id, child.created_at, child.id)
            )
            for row in session.execute(statement):
                yield Crossing._make([kind, *row])
        for row in session.execute(_transfers(project_id)):
            yield Crossing._make([TRANSFER, *row, None])
        if server_owners is None:
            return
        for row in session.execute(_attachments(project_id)):
            owner_id = server_owners.get(row.instance_uuid)
            if owner_id != row.user_id:
                kind = ATTACHMENT if owner_id else UNKNOWN
                yield Crossing._make([kind, *row, owner_id])


def _kinds() -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield a kind, its model, the column that names a parent, and that."""
    volume, group = models.Volume, models.Group
    for noun, child, parent_noun, column, parent in (
        ('snapshot', models.Snapshot, 'volume', 'volume_id', volume),
        ('backup', models.Backup, 'volume', 'volume_id', volume),
        ('volume', volume, 'group', 'group_id', group),
        ('group snapshot', models.GroupSnapshot, 'group', 'group_id', group),
        (
            'volume',
            volume,
            'consistency group',
            'consistencygroup_id',
            models.ConsistencyGroup,
        ),
    ):
        preposition = 'in a' if child is volume else 'of a'
        yield (
            f'{noun} {preposition} {parent_noun} of another owner',
            child,
            getattr(child, column),
            parent,
        )


def _present(model: Any, project_id: Optional[str]) -> list[Any]:
    """Return conditions for rows that are not deleted, of a project."""
    conditions = [model.deleted.is_(False), model.user_id.is_not(None)]
    if project_id is not None:
        conditions.append(model.project_id == project_id)
    return conditions


def _transfers(project_id: Optional[str]) -> Any:
    volume, transfer = models.Volume, models.Transfer
    return (
        sa.select(volume.project_id, volume.id, volume.user_id, transfer.id)
        .join(transfer, transfer.volume_id == volume.id)
        .where(transfer.deleted.is_(False), *_present(volume, project_id))
        .order_by(volume.project_id, volume.id)
    )


def _attachments(project_id: Optional[str]) -> Any:
    volume, attachment = models.Volume, models.VolumeAttachment
    return (
        sa.select(
            volume.project_id,
            volume.id,
            volume.user_id,
            attachment.instance_uuid,
        )
        .join(attachment, attachment.volume_id == volume.id)
        .where(
            attachment.deleted.is_(False),
            attachment.instance_uuid.is_not(None),
            *_present(volume, project_id),
        )
        .distinct()
        .order_by(volume.project_id, volume.id, attachment.instance_uuid)
    )
