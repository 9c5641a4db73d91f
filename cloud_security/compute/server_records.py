# SPDX-License-Identifier: Apache-2.0
"""Records of a server in Nova's two databases, and the owner in each.

A server's owner stands in its mapping, in the API database, and in the server
itself, in a cell's database.
Source: nova/objects/instance.py, instance_mapping.py, Nova 29 to 34.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any
from typing import NamedTuple
from typing import Optional

from nova import context as nova_context
from nova import exception
from nova import objects
from nova.db.api import api as api_db
from nova.db.api import models as api_models
from oslo_utils import uuidutils
import sqlalchemy as sa


class Unavailable(Exception):
    """A server cannot be handed over; the message says why."""


class Server(NamedTuple):
    """A server, as the two databases have it."""

    server_id: str
    name: Optional[str]
    project_id: str
    #: In the API database; None for a row without one.
    mapped_to: Optional[str]
    #: In its cell.
    owner_id: str
    task: Optional[str]
    cell: Any

    def is_owned_by(self, user_id: str) -> bool:
        """Tell whether both databases name this owner."""
        return self.mapped_to == self.owner_id == user_id


def server(server_id: str) -> Server:
    """Return one server.

    :raises Unavailable: when there is none, or Nova still creates it
    """
    if not uuidutils.is_uuid_like(server_id):
        raise Unavailable(f'{server_id} is not the id of a server.')
    found = list(
        _servers(api_models.InstanceMapping.instance_uuid == server_id)
    )
    if not found:
        raise Unavailable(
            f'There is no server {server_id} in any cell, or it is deleted, '
            'or still being made.'
        )
    return found[0]


def servers(from_id: str, to_id: str, project_id: str) -> list[Server]:
    """Return a user's servers in a project, and those half handed over.

    Deleted servers are left out, and servers that Nova still creates.
    """
    mapping = api_models.InstanceMapping
    return [
        found
        for found in _servers(
            mapping.project_id == project_id,
            sa.or_(mapping.user_id == from_id, mapping.user_id.is_(None)),
        )
        if found.mapped_to or found.owner_id in (from_id, to_id)
    ]


def unfinished(from_id: str, project_id: str) -> list[str]:
    """Return the IDs of a user's servers that Nova still creates."""
    mapping = api_models.InstanceMapping
    rows = _mappings(
        mapping.project_id == project_id,
        mapping.user_id == from_id,
        mapping.cell_id.is_(None),
        mapping.queued_for_delete.is_not(True),
    )
    return [row.instance_uuid for row in rows]


def _mappings(*conditions: Any) -> list[Any]:
    """Return rows of the API database, the oldest server first."""
    mapping = api_models.InstanceMapping
    statement = sa.select(
        mapping.instance_uuid,
        mapping.user_id,
        mapping.project_id,
        mapping.cell_id,
    ).where(*conditions)
    context = nova_context.get_admin_context()
    with api_db.context_manager.reader.using(context) as session:
        return list(session.execute(statement.order_by(mapping.id)))


def _servers(*conditions: Any) -> Iterator[Server]:
    """Yield the servers of mappings that conditions hold for."""
    is_made = api_models.InstanceMapping.cell_id.is_not(None)
    rows = _mappings(is_made, *conditions)
    context = nova_context.get_admin_context()
    cells = {
        found.id: found for found in objects.CellMappingList.get_all(context)
    }
    for row in rows:
        with cell(cells[row.cell_id]) as cell_context:
            try:
                instance = objects.Instance.get_by_uuid(
                    cell_context, row.instance_uuid, expected_attrs=[]
                )
            except exception.InstanceNotFound:
                continue
        yield Server(
            instance.uuid,
            instance.display_name,
            row.project_id,
            row.user_id,
            instance.user_id,
            instance.task_state,
            cells[row.cell_id],
        )


@contextlib.contextmanager
def cell(mapping: Any) -> Iterator[Any]:
    """Yield an admin's context for the database of a cell."""
    with nova_context.target_cell(
        nova_context.get_admin_context(), mapping
    ) as context:
        yield context
