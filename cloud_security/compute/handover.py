# SPDX-License-Identifier: Apache-2.0
"""Hand-over of a server to another owner, when somebody leaves.

A member sees a server that both databases give to this member. So the mapping
first becomes nobody's, which hides the server from all isolated callers. Then
the server changes hands, then the mapping does. Wherever that stops, no member
sees a server of another owner, and the next run finds what was begun.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from typing import Optional

from nova import context as nova_context
from nova.db.api import api as api_db
from nova.db.api import models as api_models
from nova.db.main import api as main_db
from nova.db.main import models
from oslo_log import log as logging
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security.audit import events
from cloud_security.compute import server_records

LOG = logging.getLogger(__name__)

#: Records of who did it. Without the second, run the command again.
BEGUN = events.HANDING_OVER
DONE = events.HANDED_OVER
#: Things that stay with the user who leaves.
STAYS = (
    'key pairs (a server keeps the key it was made with)',
    'server groups, which count the server still',
    'the history of the server: who did what',
    "Placement's usage by user",
    'deleted servers, as changes-since lists them',
)
#: And these, without the options that take them along.
GO_ALONG = {
    'volumes': 'volumes, snapshots and backups: --with-volumes takes them '
    'along',
    'images': 'images: --with-images takes them along',
    'ports': 'ports, floating IPs and security groups: --with-ports takes '
    'them along, but of one server no security groups',
}


class Refused(server_records.Unavailable):
    """A server cannot be handed over now; the message says why."""


def hand_over(
    found: server_records.Server, user_id: str, operator: str
) -> bool:
    """Give a server to another user; again changes nothing.

    A record is logged before the first write, and another after the last.

    :param operator: who does it, for the record
    :returns: whether anything was written
    :raises Refused: when the server is busy, or was changed meanwhile
    """
    if found.is_owned_by(user_id):
        return False
    check(found, user_id)
    record = {
        'server_id': found.server_id,
        'project_id': found.project_id,
        'from_user_id': found.owner_id,
        'to_user_id': user_id,
        'by': operator,
    }
    LOG.info('%s %s', BEGUN, jsonutils.dumps(record, sort_keys=True))
    if found.owner_id != user_id:
        _map(found, [found.mapped_to], None)
        if not _own(found, user_id):
            now = server_records.server(found.server_id)
            if found.mapped_to and now.owner_id == found.owner_id:
                _map(found, [None, found.mapped_to], found.mapped_to)
            raise _busy(now)
    # Nova itself fills in a missing owner when an admin looks at a server.
    _map(found, [None, found.mapped_to, user_id], user_id)
    LOG.info('%s %s', DONE, jsonutils.dumps(record, sort_keys=True))
    return True


def check(found: server_records.Server, user_id: str) -> None:
    """Refuse a server that cannot be given to a user now.

    :raises Refused: when it is busy, or it is unclear whose it is
    """
    if user_id not in (found.owner_id, found.mapped_to):
        if found.mapped_to not in (found.owner_id, None):
            raise Refused(
                f'Its records name two owners, {found.mapped_to} and '
                f'{found.owner_id}: give it to the right one of them first, '
                'with server set-owner.'
            )
    if found.owner_id != user_id and found.task:
        raise _busy(found)


def _busy(found: server_records.Server) -> Refused:
    task = found.task or 'just begun'
    return Refused(
        f'A task is running on it ({task}): run the command again when it '
        'is done.'
    )


def _own(found: server_records.Server, user_id: str) -> bool:
    """Write the owner of a server that is idle and as it was found."""
    instance = models.Instance
    statement = sa.update(instance).where(
        instance.uuid == found.server_id,
        instance.user_id == found.owner_id,
        instance.task_state.is_(None),
        instance.deleted == 0,
    )
    with server_records.cell(found.cell) as context:
        writer = main_db.get_context_manager(context).writer
        with writer.using(context) as session:
            return _execute(session, statement.values(user_id=user_id))


def _map(
    found: server_records.Server,
    before: Iterable[Optional[str]],
    after: Optional[str],
) -> None:
    """Write the owner of a mapping.

    :raises Refused: when the owner was none of those before
    """
    mapping = api_models.InstanceMapping
    statement = sa.update(mapping).where(
        mapping.instance_uuid == found.server_id,
        sa.or_(*(mapping.user_id == owner_id for owner_id in set(before))),
    )
    context = nova_context.get_admin_context()
    with api_db.context_manager.writer.using(context) as session:
        if not _execute(session, statement.values(user_id=after)):
            raise Refused(
                'Somebody else is handing it over: run the command again.'
            )


def _execute(session: Any, statement: Any) -> bool:
    """Tell whether a statement changed a row."""
    return bool(
        session.execute(
            statement.execution_options(synchronize_session=False)
        ).rowcount
    )
