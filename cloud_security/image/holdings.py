# SPDX-License-Identifier: Apache-2.0
"""Images as commands find them, with the users and servers that they name.

Source: glance/db/sqlalchemy/models.py, Glance 28 to 33.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from typing import NamedTuple
from typing import Optional

from glance.db.sqlalchemy import models as glance_models
import sqlalchemy as sa

from cloud_security.image import database
from cloud_security.image import models
from cloud_security.visibility import storable

#: IDs in one statement.
PAGE = 500
#: The property by which an import locks an image.
#: Source: glance/async_/flows/api_image_import.py, Glance 28 to 33.
TASK = 'os_glance_import_task'


class Image(NamedTuple):
    """An image that is not deleted, as it was found."""

    id: str
    name: Optional[str]
    project_id: Optional[str]
    #: The server that it is of, in lower case; '' where it names none.
    server_id: str
    #: None where the image names no user.
    owner_id: Optional[str]
    status: str
    #: The task that writes it; None where none does.
    task_id: Optional[str] = None

    @property
    def ids(self) -> frozenset[str]:
        """The IDs by which it can be chosen."""
        return frozenset({self.id})

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
        return f'Image {self.id} {self.name or ""}'.rstrip()


def of_user(user_id: str, project_id: str) -> list[Image]:
    """Return the images of a project that name a user."""
    statement, columns = _statement()
    return _found(
        statement.where(
            columns.owner == user_id, columns.image.owner == project_id
        )
    )


def of_servers(server_ids: Iterable[str]) -> list[Image]:
    """Return the images that name some servers."""
    statement, columns = _statement()
    return _paged(statement, sa.func.lower(columns.server), server_ids)


def named(image_ids: Iterable[str]) -> list[Image]:
    """Return the images that have some IDs."""
    statement, columns = _statement()
    return _paged(statement, columns.image.id, image_ids)


def snapshots(project_id: Optional[str] = None) -> list[Image]:
    """Return the images that name a server, in order of project and ID.

    :param project_id: of the images; None for those of all projects
    """
    statement, columns = _statement()
    statement = statement.where(
        columns.server.is_not(None), columns.image.owner.is_not(None)
    )
    if project_id is not None:
        statement = statement.where(columns.image.owner == project_id)
    return _found(statement)


class _Columns(NamedTuple):
    image: Any
    server: Any
    owner: Any


def _statement() -> tuple[Any, _Columns]:
    """Return the query for images, and what conditions are about."""
    image: Any = glance_models.Image
    server, is_server = models.named_property(
        image, models.SERVER, 'cloud_security_server'
    )
    owner, is_owner = models.names_owner(image)
    task, is_task = models.named_property(image, TASK, 'cloud_security_task')
    statement = (
        sa.select(
            *(image.id, image.name, image.owner),
            *(server.c.value, owner.c.value, image.status, task.c.value),
        )
        .outerjoin(server, is_server)
        .outerjoin(owner, is_owner)
        .outerjoin(task, is_task)
        .where(image.deleted == sa.false())
        .order_by(image.owner, image.id)
    )
    return statement, _Columns(image, server.c.value, owner.c.value)


def _paged(statement: Any, column: Any, wanted: Iterable[str]) -> list[Image]:
    ids = sorted(
        {one.lower() for one in filter(storable.is_storable, set(wanted))}
    )
    return [
        image
        for start in range(0, len(ids), PAGE)
        for image in _found(
            statement.where(column.in_(ids[start : start + PAGE]))
        )
    ]


def _found(statement: Any) -> list[Image]:
    with database.reading() as session:
        return [
            Image(
                image_id,
                name,
                project_id,
                (server_id or '').lower(),
                owner_id,
                status,
                # Glance keeps the property without a value for a while.
                task_id or None,
            )
            for (
                image_id,
                name,
                project_id,
                server_id,
                owner_id,
                status,
                task_id,
            ) in session.execute(statement)
        ]
