"""Servers that get another owner, when somebody leaves.

A server's owner stands in two databases: in its mapping (API database) and in
the server itself (a cell's). Members see what both give them. So the mapping
is first nobody's, which hides the server from everybody who is isolated, then
the server changes hands, then the mapping does: wherever that stops, nobody
sees what is not his, and what was begun is found again.
Source: nova/objects/instance.py, instance_mapping.py, Nova 29 to 34.
"""

import contextlib
from typing import Any
from typing import Iterable
from typing import Iterator
from typing import List
from typing import NamedTuple
from typing import Optional

from nova import context as nova_context
from nova import exception
from nova import objects
from nova.db.api import api as api_db
from nova.db.api import models as api_models
from nova.db.main import api as main_db
from nova.db.main import models
from oslo_log import log as logging
from oslo_serialization import jsonutils
from oslo_utils import uuidutils
import sqlalchemy as sa

LOG = logging.getLogger(__name__)

#: Records of who did it. Without the second, run the command again.
BEGUN = 'cloud_security.handing_over'
DONE = 'cloud_security.handed_over'
#: What stays with the one who leaves, for people.
STAYS = (
    'key pairs (a server keeps the key it was made with)',
    'volumes, snapshots and images',
    'ports, floating IPs and security groups',
    'server groups, which count the server still',
    'the history of the server: who did what',
    "Placement's usage by user",
    'deleted servers, as changes-since lists them',
)


class Refused(Exception):
    """A server cannot be handed over now; the message says why."""


class Server(NamedTuple):
    """What the two databases say of a server."""

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
        """Tell whether it is whole, and somebody's."""
        return self.mapped_to == self.owner_id == user_id


def server(server_id: str) -> Server:
    """Return one server.

    :raises Refused: when there is none, or it is still being made
    """
    if not uuidutils.is_uuid_like(server_id):
        raise Refused(f'{server_id} is not the id of a server.')
    found = list(
        _servers(api_models.InstanceMapping.instance_uuid == server_id)
    )
    if not found:
        raise Refused(
            f'There is no server {server_id} in any cell, or it is deleted, '
            'or still being made.'
        )
    return found[0]


def servers(from_id: str, to_id: str, project_id: str) -> List[Server]:
    """Return what there is to hand over in a project, also the half done.

    Deleted servers are left out, and such that are still being made.
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


def unfinished(from_id: str, project_id: str) -> List[str]:
    """Return the ids of somebody's servers that are still being made."""
    mapping = api_models.InstanceMapping
    rows = _mappings(
        mapping.project_id == project_id,
        mapping.user_id == from_id,
        mapping.cell_id.is_(None),
        mapping.queued_for_delete.is_not(True),
    )
    return [row.instance_uuid for row in rows]


def hand_over(found: Server, user_id: str, operator: str) -> bool:
    """Give a server to another user; again changes nothing.

    A record is logged before the first write, and another after the last.

    :param operator: who does it, for the record
    :returns: whether there was anything to do
    :raises Refused: when it is busy, or was changed meanwhile
    """
    if found.is_owned_by(user_id):
        return False
    if user_id not in (found.owner_id, found.mapped_to):
        if found.mapped_to not in (found.owner_id, None):
            raise Refused(
                f'Its records name two owners, {found.mapped_to} and '
                f'{found.owner_id}: give it to the right one of them first, '
                'with server set-owner.'
            )
    if found.owner_id != user_id and found.task:
        raise _busy(found)
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
            now = server(found.server_id)
            if found.mapped_to and now.owner_id == found.owner_id:
                _map(found, [None, found.mapped_to], found.mapped_to)
            raise _busy(now)
    # Nova itself fills in a missing owner when an admin looks at a server.
    _map(found, [None, found.mapped_to, user_id], user_id)
    LOG.info('%s %s', DONE, jsonutils.dumps(record, sort_keys=True))
    return True


def _busy(found: Server) -> Refused:
    task = found.task or 'just begun'
    return Refused(
        f'A task is running on it ({task}): run the command again when it '
        'is done.'
    )


def _own(found: Server, user_id: str) -> bool:
    """Write the owner of a server, if it is as it was found and idle."""
    instance = models.Instance
    statement = sa.update(instance).where(
        instance.uuid == found.server_id,
        instance.user_id == found.owner_id,
        instance.task_state.is_(None),
        instance.deleted == 0,
    )
    with _cell(found.cell) as context:
        writer = main_db.get_context_manager(context).writer
        with writer.using(context) as session:
            return _execute(session, statement.values(user_id=user_id))


def _map(
    found: Server, before: Iterable[Optional[str]], after: Optional[str]
) -> None:
    """Write the owner of a mapping.

    :raises Refused: when it was none of those before
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


def _mappings(*conditions: Any) -> List[Any]:
    """Return what the API database says of servers, the oldest first."""
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
        cell.id: cell for cell in objects.CellMappingList.get_all(context)
    }
    for row in rows:
        with _cell(cells[row.cell_id]) as cell_context:
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
def _cell(cell: Any) -> Iterator[Any]:
    with nova_context.target_cell(
        nova_context.get_admin_context(), cell
    ) as context:
        yield context
