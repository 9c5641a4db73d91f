# SPDX-License-Identifier: Apache-2.0
"""Owners for images of servers from before the filter, one transaction each.

Nova writes the server of an image into ``instance_uuid``, and who made the
image into ``user_id``. A manager can have made it, and an admin can have taken
``user_id`` away. Then the owner of the server cannot unshelve it.
"""

from __future__ import annotations

from typing import Any
from typing import NamedTuple
from typing import Optional

from glance.db.sqlalchemy import models as glance_models
from oslo_db import exception as db_exception
from oslo_log import log as logging
from oslo_serialization import jsonutils
from oslo_utils import timeutils
import sqlalchemy as sa

from cloud_security.audit import events
from cloud_security.image import database
from cloud_security.image import models

LOG = logging.getLogger(__name__)


class Refused(Exception):
    """An image cannot get its owner now; the message says why."""


class Snapshot(NamedTuple):
    """An image that names a server; ``owner_id`` is None where none is."""

    id: str
    name: str
    project_id: str
    server_id: str
    owner_id: Optional[str]

    def __str__(self) -> str:
        """Return what an operator reads."""
        return f'Image {self.id} {self.name}'.rstrip()


def snapshots(project_id: Optional[str]) -> list[Snapshot]:
    """Return the images that name a server, in order of project and ID.

    :param project_id: of the images; None for those of all projects
    """
    image: Any = glance_models.Image
    server, is_server = models.named_property(
        image, models.SERVER, 'cloud_security_server'
    )
    owner, is_owner = models.names_owner(image)
    statement = (
        sa.select(
            *(image.id, image.name, image.owner),
            *(server.c.value, owner.c.value),
        )
        .join(server, is_server)
        .outerjoin(owner, is_owner)
        .where(image.deleted == sa.false(), image.owner.is_not(None))
        .order_by(image.owner, image.id)
    )
    if project_id is not None:
        statement = statement.where(image.owner == project_id)
    with database.reading() as session:
        return [
            Snapshot(
                row[0], row[1] or '', row[2], (row[3] or '').lower(), row[4]
            )
            for row in session.execute(statement)
        ]


def adopt(snapshot: Snapshot, to_id: str, operator: str) -> None:
    """Give an image to the owner of its server, or leave it as it was.

    A record is logged before the first write, and another after the last.

    :param operator: who does it, for the record
    :raises Refused: when the image was changed meanwhile
    """
    record = jsonutils.dumps(
        {
            'service': 'Glance',
            'things': [{'kind': 'image', 'id': snapshot.id}],
            'server_id': snapshot.server_id,
            'project_id': snapshot.project_id,
            'from_user_id': snapshot.owner_id,
            'to_user_id': to_id,
            'by': operator,
        },
        sort_keys=True,
    )
    LOG.info('%s %s', events.HANDING_OVER, record)
    try:
        with database.writing() as session:
            _check(session, snapshot)
            _write(session, snapshot, to_id)
    except db_exception.DBDuplicateEntry as error:
        raise Refused(
            'It was changed meanwhile, or the database takes the name of '
            'another of its properties for equal to user_id, such as USER_ID: '
            'remove such a one with openstack image unset --property NAME '
            f'{snapshot.id}, and run the command again.'
        ) from error
    LOG.info('%s %s', events.HANDED_OVER, record)


def _check(session: Any, snapshot: Snapshot) -> None:
    """Lock an image that is as it was found.

    :raises Refused: when it is not
    """
    image: Any = glance_models.Image
    server, is_server = models.named_property(
        image, models.SERVER, 'cloud_security_server'
    )
    found = session.execute(
        sa.select(server.c.value)
        .select_from(image.__table__.join(server, is_server))
        .where(
            image.id == snapshot.id,
            image.owner == snapshot.project_id,
            image.deleted == sa.false(),
        )
        .with_for_update()
    ).scalar()
    if (found or '').lower() != snapshot.server_id:
        raise _changed()


def _write(session: Any, snapshot: Snapshot, to_id: str) -> None:
    """Write the property.

    :raises Refused: when it is not as it was found
    """
    named: Any = glance_models.ImageProperty.__table__
    is_owner = sa.and_(
        named.c.image_id == snapshot.id, models.has_name(named, models.OWNER)
    )
    if snapshot.owner_id is None:
        # Glance keeps the row of a property that was removed.
        condition = named.c.deleted == sa.true()
    else:
        condition = sa.and_(
            named.c.deleted == sa.false(), named.c.value == snapshot.owner_id
        )
    done = session.execute(
        sa.update(named)
        .where(is_owner, condition)
        .values(value=to_id, deleted=False, deleted_at=None)
    )
    if done.rowcount == 1:
        return
    if snapshot.owner_id is not None:
        raise _changed()
    now = timeutils.utcnow()
    session.execute(
        sa.insert(named).values(
            image_id=snapshot.id,
            name=models.OWNER,
            value=to_id,
            deleted=False,
            created_at=now,
            updated_at=now,
        )
    )


def _changed() -> Refused:
    return Refused('It was changed meanwhile: run the command again.')
