# SPDX-License-Identifier: Apache-2.0
"""Owners for what Neutron has from before the plugin.

A port on a server belongs to the owner of the server, and a floating IP to
the owner of its port. Nothing tells whose the rest is.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from oslo_log import log as logging
from oslo_serialization import jsonutils

from cloud_security.audit import events
from cloud_security.network import database
from cloud_security.network import holdings
from cloud_security.network import models

LOG = logging.getLogger(__name__)

thing = holdings.thing
things = holdings.things


class Refused(Exception):
    """A thing cannot get its owner now; the message says why."""


def give(one: holdings.Thing, user_id: Optional[str], operator: str) -> None:
    """Give a thing to a user, or to the project.

    A record is logged before the write, and another after it.

    :param user_id: None for the project
    :param operator: who does it, for the record
    :raises Refused: when the thing is gone, or was changed meanwhile
    """
    record = jsonutils.dumps(
        events.hand_over(
            'Neutron',
            [(one.kind, one.id)],
            one.project_id,
            one.owner_id,
            user_id,
            operator,
        ),
        sort_keys=True,
    )
    LOG.info('%s %s', events.HANDING_OVER, record)
    owner: Any = models.OWNERS[holdings.model_of(one)]
    with database.writing() as session:
        now = holdings.current(session, one)
        if now is None:
            raise Refused('It was deleted meanwhile.')
        # Neutron does not say whose a thing is by its name.
        if now != one._replace(name=now.name):
            raise Refused('It was changed meanwhile: run the command again.')
        session.merge(owner(resource_id=one.id, user_id=user_id))
    LOG.info('%s %s', events.HANDED_OVER, record)
