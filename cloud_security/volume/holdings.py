# SPDX-License-Identifier: Apache-2.0
"""Holdings of a user in Cinder: each changes hands at once, or not at all.

A group goes with the volumes in it, and a volume with what was made of it.
What hangs on nothing of the user's is a holding of its own.
Source: cinder/db/models.py, Cinder 24 to 29.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple
from typing import Optional

import sqlalchemy as sa

from cloud_security.visibility import storable
from cloud_security.volume import database
from cloud_security.volume.database import models

#: IDs in one statement.
PAGE = 500


class Kind(NamedTuple):
    """A model whose rows have owners, and columns that name parents."""

    noun: str
    model: Any
    name: str
    parents: tuple[str, ...] = ()
    #: Parents of a row whose other parents belong to other users.
    second_parents: tuple[str, ...] = ()


#: Parents come before their children.
KINDS = (
    Kind('group', models.Group, 'name'),
    Kind('consistency group', models.ConsistencyGroup, 'name'),
    Kind(
        'volume',
        models.Volume,
        'display_name',
        ('group_id', 'consistencygroup_id'),
    ),
    Kind('group snapshot', models.GroupSnapshot, 'name', ('group_id',)),
    Kind(
        'snapshot of a consistency group',
        models.CGSnapshot,
        'name',
        ('consistencygroup_id',),
    ),
    Kind(
        'snapshot',
        models.Snapshot,
        'display_name',
        ('volume_id',),
        ('group_snapshot_id', 'cgsnapshot_id'),
    ),
    Kind('backup', models.Backup, 'display_name', ('volume_id',)),
)

#: Of volumes, in the order of Volume.
_COLUMNS = (
    models.Volume.id,
    models.Volume.display_name,
    models.Volume.user_id,
    models.Volume.project_id,
)


class Part(NamedTuple):
    """One row of a holding, as it was found."""

    kind: Kind
    id: str
    name: Optional[str]
    status: Optional[str]
    #: Of volumes; None for others.
    migration: Optional[str] = None

    @property
    def is_volume(self) -> bool:
        """Tell whether it is a volume."""
        return self.kind.model is models.Volume


class Holding(NamedTuple):
    """Rows that change hands at once; the rest hangs on the first part."""

    parts: tuple[Part, ...]
    #: ``{volume_id: IDs of the servers that it is attached to}``
    servers: dict[str, frozenset[str]]
    #: ``{ID of a pending transfer: volume_id}``
    transfers: dict[str, str]

    @property
    def ids(self) -> frozenset[str]:
        """The IDs of its volumes, by which it can be chosen."""
        return frozenset(part.id for part in self.parts if part.is_volume)

    def __str__(self) -> str:
        """Return such as ``volume ID name, with 1 snapshot, 2 backups``."""
        first, *others = self.parts
        said = f'{first.kind.noun} {first.id} {first.name or ""}'.rstrip()
        counts = collections.Counter(part.kind.noun for part in others)
        if counts:
            said += ', with ' + ', '.join(
                f'{count} {noun}{"s" * (count > 1)}'
                for noun, count in counts.items()
            )
        return said


class Volume(NamedTuple):
    """A volume of whomever."""

    id: str
    name: Optional[str]
    owner_id: Optional[str]
    project_id: Optional[str]
    #: A server that it is attached to.
    server_id: Optional[str] = None

    @property
    def whose(self) -> str:
        """The owner, in words."""
        return self.owner_id or 'nobody'

    @property
    def on(self) -> str:
        """The place that made it a part of a choice, '' for its ID."""
        return f'server {self.server_id}' if self.server_id else ''

    def __str__(self) -> str:
        """Return what an operator reads."""
        return f'Volume {self.id} {self.name or ""}'.rstrip()


def of_user(user_id: str, project_id: str) -> list[Holding]:
    """Return what belongs to a user in a project."""
    heads: dict[str, str] = {}
    parts: dict[str, list[Part]] = collections.defaultdict(list)
    volume = models.Volume
    mine = _mine(volume, user_id, project_id)
    with database.reading() as session:
        for kind in KINDS:
            for part, parent_ids in _parts(session, kind, user_id, project_id):
                known = [heads[one] for one in parent_ids if one in heads]
                heads[part.id] = known[0] if known else part.id
                parts[heads[part.id]].append(part)
        servers = collections.defaultdict(set)
        for found in session.execute(_attachments().where(*mine)):
            servers[found.id].add(found.instance_uuid)
        transfer = models.Transfer
        pending = [
            (found.id, found.volume_id)
            for found in session.execute(
                sa.select(transfer.id, transfer.volume_id)
                .join(volume, transfer.volume_id == volume.id)
                .where(transfer.deleted.is_(False), *mine)
            )
        ]
    return [
        Holding(
            tuple(found),
            {
                part.id: frozenset(servers[part.id])
                for part in found
                if part.id in servers
            },
            {
                transfer_id: volume_id
                for transfer_id, volume_id in pending
                if heads[volume_id] == head
            },
        )
        for head, found in parts.items()
    ]


def attached(server_ids: Iterable[str]) -> list[Volume]:
    """Return the volumes that are attached to servers."""
    column = models.VolumeAttachment.instance_uuid
    return _volumes(_attachments(), column, server_ids)


def named(volume_ids: Iterable[str]) -> list[Volume]:
    """Return the volumes that have some IDs."""
    volume = models.Volume
    statement = sa.select(*_COLUMNS).where(volume.deleted.is_(False))
    return _volumes(statement, volume.id, volume_ids)


def _volumes(
    statement: Any, column: Any, wanted: Iterable[str]
) -> list[Volume]:
    ids = sorted(filter(storable.is_storable, set(wanted)))
    found: list[Volume] = []
    with database.reading() as session:
        for start in range(0, len(ids), PAGE):
            page = statement.where(column.in_(ids[start : start + PAGE]))
            found += [Volume(*row) for row in session.execute(page)]
    return sorted(found, key=lambda one: (one.server_id or '', one.id))


def _mine(model: Any, user_id: str, project_id: str) -> tuple[Any, ...]:
    return (
        model.user_id == user_id,
        model.project_id == project_id,
        model.deleted.is_(False),
    )


def _parts(
    session: Any, kind: Kind, user_id: str, project_id: str
) -> Iterator[tuple[Part, list[str]]]:
    """Yield the rows of a kind, the oldest first, with their parents' IDs."""
    model = kind.model
    columns = [model.id, getattr(model, kind.name), model.status]
    if model is models.Volume:
        columns.append(model.migration_status)
    size = len(columns)
    names = (*kind.parents, *kind.second_parents)
    columns += [getattr(model, name) for name in names]
    statement = (
        sa.select(*columns)
        .where(*_mine(model, user_id, project_id))
        .order_by(model.created_at, model.id)
    )
    for row in session.execute(statement):
        yield Part(kind, *row[:size]), [one for one in row[size:] if one]


def _attachments() -> Any:
    """Return the query for volumes that servers have."""
    attachment, volume = models.VolumeAttachment, models.Volume
    return (
        sa.select(*_COLUMNS, attachment.instance_uuid)
        .join(volume, attachment.volume_id == volume.id)
        .where(
            attachment.deleted.is_(False),
            attachment.instance_uuid.is_not(None),
            volume.deleted.is_(False),
        )
        .distinct()
    )
