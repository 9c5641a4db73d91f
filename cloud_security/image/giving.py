# SPDX-License-Identifier: Apache-2.0
"""A change of an image's owner, in one transaction, with its records."""

from __future__ import annotations

from typing import Any
from typing import Optional

from glance.db.sqlalchemy import models as glance_models
from oslo_db import exception as db_exception
from oslo_log import log as logging
from oslo_serialization import jsonutils
from oslo_utils import timeutils
import sqlalchemy as sa

from cloud_security.audit import events
from cloud_security.image import database
from cloud_security.image import holdings
from cloud_security.image import models

LOG = logging.getLogger(__name__)
#: States in which no request writes data into an image.
#: Source: glance/domain/__init__.py Image.valid_state_targets, Glance 33.
_IDLE = frozenset({'active', 'deactivated', 'killed', 'queued'})


class Refused(Exception):
    """An image cannot change hands now; the message says why."""


def give(
    image: holdings.Image,
    to_id: str,
    operator: str,
    **more: str,
) -> None:
    """Give an image to a user, or leave it as it was.

    A record is logged before the first write, and another after the last.

    :param operator: who does it, for the record
    :param more: further members of the record
    :raises Refused: when the image is busy, or was changed meanwhile
    """
    why = refusal(image)
    if why:
        raise Refused(why)
    record = jsonutils.dumps(
        events.hand_over(
            'Glance',
            [('image', image.id)],
            image.project_id,
            image.owner_id,
            to_id,
            operator,
            **more,
        ),
        sort_keys=True,
    )
    LOG.info('%s %s', events.HANDING_OVER, record)
    try:
        with database.writing() as session:
            _lock(session, image)
            _write(session, image, to_id)
    except db_exception.DBDuplicateEntry as error:
        raise Refused(
            'It was changed meanwhile, or the database takes the name of '
            'another of its properties for equal to user_id, such as USER_ID: '
            'remove such a one with openstack image unset --property NAME '
            f'{image.id}, and run the command again.'
        ) from error
    LOG.info('%s %s', events.HANDED_OVER, record)


def refusal(image: holdings.Image) -> Optional[str]:
    """Return why an image cannot change hands now.

    Glance writes all properties of an image back when data or an import has
    ended, and with them the former owner.
    """
    if image.task_id is not None:
        return (
            f'The task {image.task_id} imports data into it: run the command '
            'again when it has ended.'
        )
    if image.status not in _IDLE:
        return (
            f'It waits for data, or for an import ({image.status}): run the '
            'command again when that has ended, or delete the image.'
        )
    return None


def _lock(session: Any, image: holdings.Image) -> None:
    """Lock an image that is as it was found, but for its owner.

    :raises Refused: when it is not
    """
    model: Any = glance_models.Image
    server, is_server = models.named_property(
        model, models.SERVER, 'cloud_security_server'
    )
    task, is_task = models.named_property(
        model, holdings.TASK, 'cloud_security_task'
    )
    table = model.__table__.outerjoin(server, is_server)
    found = session.execute(
        sa.select(server.c.value, task.c.value, model.status)
        .select_from(table.outerjoin(task, is_task))
        .where(
            model.id == image.id,
            model.owner == image.project_id,
            model.deleted == sa.false(),
        )
        .with_for_update()
    ).first()
    if found is None or (
        (found[0] or '').lower(),
        found[1] or None,
        found[2],
    ) != (image.server_id, image.task_id, image.status):
        raise _changed()


def _write(session: Any, image: holdings.Image, to_id: str) -> None:
    """Write the property.

    :raises Refused: when it is not as it was found
    """
    named: Any = glance_models.ImageProperty.__table__
    is_owner = sa.and_(
        named.c.image_id == image.id, models.has_name(named, models.OWNER)
    )
    if image.owner_id is None:
        # Glance keeps the row of a property that was removed.
        condition = named.c.deleted == sa.true()
    else:
        condition = sa.and_(
            named.c.deleted == sa.false(), named.c.value == image.owner_id
        )
    done = session.execute(
        sa.update(named)
        .where(is_owner, condition)
        .values(value=to_id, deleted=False, deleted_at=None)
    )
    if done.rowcount == 1:
        return
    if image.owner_id is not None:
        raise _changed()
    now = timeutils.utcnow()
    session.execute(
        sa.insert(named).values(
            image_id=image.id,
            name=models.OWNER,
            value=to_id,
            deleted=False,
            created_at=now,
            updated_at=now,
        )
    )


def _changed() -> Refused:
    """Return the refusal of an image that is not as it was found."""
    return Refused('It was changed meanwhile: run the command again.')
