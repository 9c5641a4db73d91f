# SPDX-License-Identifier: Apache-2.0
"""Glance's models whose rows belong to a user.

An image names its user in the property ``user_id``. A private image of the
caller's project with that property belongs to that user alone. All others are
everybody's, as far as Glance itself lets them see it.
Properties, tags, locations and members hang off an image that Glance reads
first.
Source: glance/db/sqlalchemy/models.py, Glance 28 to 33.
"""

from __future__ import annotations

import functools
from typing import Any

from glance.db.sqlalchemy import models
import sqlalchemy as sa

from cloud_security.image import exact_names
from cloud_security.visibility import criteria
from cloud_security.visibility import owner

#: The property that names the owner of an image; Nova writes it, too.
OWNER = 'user_id'
#: The property that names the server of an image; Nova writes it.
SERVER = 'instance_uuid'


@functools.lru_cache(maxsize=None)
def owned() -> dict[type, criteria.Owned]:
    """Return Glance's owned models and how their rows belong to a user.

    :raises AttributeError: when this Glance lacks a model or a column
    """
    image, task = models.Image, models.Task
    images = image.__table__.alias('cloud_security_image')
    visible = sa.select(images.c.id).where(_is_visible(images.c))
    return {
        image: criteria.Owned(
            criterion=_is_visible(image),
            row_id=lambda row: str(row.id),
            owner_id=None,
        ),
        task: criteria.Owned(
            # A task for an image that somebody else may see is theirs, too.
            criterion=sa.or_(
                task.user_id == criteria.OWNER_ID,
                task.image_id.in_(criteria.own(visible.correlate(None))),
            ),
            row_id=lambda row: str(row.id),
            owner_id=None,
        ),
    }


def names_owner(image: Any, name: str = 'cloud_security_property') -> Any:
    """Return a table of properties, and the condition for the one of an image.

    A deleted image keeps its properties, deleted with it.

    :param image: the model, or the columns of an alias of its table
    :param name: the alias of that table
    """
    return named_property(image, OWNER, name)


def named_property(image: Any, name: str, alias: str) -> Any:
    """Return a table of properties, and the condition for one of an image.

    :param image: the model, or the columns of an alias of its table
    :param name: of the property
    :param alias: of that table
    """
    table = models.ImageProperty.__table__.alias(alias)
    return table, sa.and_(
        table.c.image_id == image.id,
        has_name(table, name),
        table.c.deleted == image.deleted,
    )


def has_name(table: Any, name: str) -> Any:
    """Return the condition that rows of properties have a name.

    :param table: of properties, or an alias of it
    """
    return table.c.name == exact_names.ExactName(f'{table.name}_name', name)


def _is_visible(image: Any) -> Any:
    """Return the criterion of images, for a model or an alias."""
    table, is_of_image = names_owner(image)
    # An owner that is unknown is somebody else. So is everybody where the
    # scope has no owner: NULL is equal to nothing.
    is_foreign = sa.case((table.c.value == criteria.OWNER_ID, 0), else_=1)
    foreign = sa.select(table.c.image_id).where(is_of_image, is_foreign == 1)
    return sa.or_(
        image.owner != owner.PROJECT_ID,
        image.visibility != owner.open_value('private', image.visibility),
        image.id.not_in(owner.foreign(foreign)),
    )
