# SPDX-License-Identifier: Apache-2.0
"""Owners of images and tasks, read outside of the caller's scope.

Only for what rows cannot cover; its answers must never reach the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from typing import Optional

from glance.db.sqlalchemy import models as glance_models
import sqlalchemy as sa

from cloud_security.image import database
from cloud_security.image import models
from cloud_security.visibility import storable


def hidden(
    resource_ids: Iterable[str], caller_id: str
) -> dict[str, Optional[str]]:
    """Return those of some images and tasks that a caller may not see.

    The database decides which IDs are the same, by its collation.

    :param resource_ids: as the caller spelled them
    :param caller_id: user ID of an isolated caller
    :returns: ``{resource_id: owner's user ID}``, spelled as Glance does; the
        owner is None where the row names none. Unknown IDs are left out.
    """
    wanted = sorted(filter(storable.is_storable, set(resource_ids)))
    if not wanted:
        return {}
    image, task = glance_models.Image, glance_models.Task
    table, is_of_image = models.names_owner(image)
    named = (table.c.image_id, table.c.value)
    found: dict[str, Optional[str]] = {}
    with database.reading() as session:
        for image_id, owner_id in session.execute(
            sa.select(*named)
            .join(image, is_of_image)
            .where(image.id.in_(wanted), image.visibility == 'private')
        ):
            if owner_id != caller_id:
                found[image_id] = owner_id
        for task_id, user_id, image_id, visibility, *owner in session.execute(
            sa.select(
                task.id, task.user_id, image.id, image.visibility, *named
            )
            .outerjoin(image, image.id == task.image_id)
            .outerjoin(table, is_of_image)
            .where(task.id.in_(wanted))
        ):
            is_open = image_id is not None and (
                visibility != 'private'
                or owner[0] is None
                or owner[1] == caller_id
            )
            if user_id != caller_id and not is_open:
                found[task_id] = user_id
    return found


def named(image_id: str) -> Optional[tuple[str, Optional[str]]]:
    """Return an image's visibility and the user that it names.

    :returns: None where there is no such image, deleted or not
    """
    image = glance_models.Image
    table, is_of_image = models.names_owner(image)
    if not storable.is_storable(image_id):
        return None
    with database.reading() as session:
        for visibility, owner_id in session.execute(
            sa.select(image.visibility, table.c.value)
            .outerjoin(table, is_of_image)
            .where(image.id == image_id)
        ):
            return str(visibility), owner_id
    return None


def private_without_owner() -> int:
    """Return how many private images name no owner.

    :raises Exception: when the database does not answer
    """
    image: Any = glance_models.Image
    table, is_of_image = models.names_owner(image)
    with database.reading() as session:
        return int(
            session.execute(
                sa.select(sa.func.count(image.id))
                .outerjoin(table, is_of_image)
                .where(
                    image.deleted == sa.false(),
                    image.visibility == 'private',
                    table.c.image_id.is_(None),
                )
            ).scalar_one()
        )
