# SPDX-License-Identifier: Apache-2.0
"""Servers that are copies of one that Nova has booted in this process.

Booting one takes half a second of CPU, and few tests are about that. A copy
is the rows that Nova wrote, with another id, owner and name, the allocation in
Placement, and what the fake driver knows. The scheduler, which remembers who
is on its hosts, does not know of it.
"""

import json
from typing import Any
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Tuple
import uuid

from nova import utils
from nova.db.api import api as api_db
from nova.db.api import models as api_models
from nova.db.main import models
from nova.virt import fake
from oslo_utils import timeutils
import sqlalchemy as sa

_ACTIONS = models.InstanceAction.__table__
_EVENTS = models.InstanceActionEvent.__table__
_TIMES = (
    'created_at',
    'finish_time',
    'launched_at',
    'start_time',
    'updated_at',
)


class Booted(NamedTuple):
    """The rows of a server.

    ``server`` is its row in instances, ``rows`` are all of it as
    ``(table, {column: value})``, ``resources`` what Placement has allocated.
    """

    server: Dict[str, Any]
    rows: List[Tuple[sa.Table, Dict[str, Any]]]
    resources: Dict[str, int]


def take(cloud, server_id):
    """Return what there is of a server that runs.

    :rtype: Booted
    """
    rows = []
    for base, engine in _databases(cloud):
        with engine.connect() as connection:
            for table in base.metadata.sorted_tables:
                condition = _is_of(server_id, table)
                if condition is not None:
                    found = connection.execute(
                        sa.select(table).where(condition)
                    )
                    rows += [(table, dict(row)) for row in found.mappings()]
    [server] = [row for table, row in rows if table.name == 'instances']
    held = cloud.placement.get(f'/allocations/{server_id}').body
    [allocation] = held['allocations'].values()
    return Booted(server, rows, allocation['resources'])


def _is_of(server_id, table):
    """Return the condition for a server's rows, None where there are none."""
    if table is _EVENTS:
        return table.c.action_id.in_(
            sa.select(_ACTIONS.c.id).where(
                _ACTIONS.c.instance_uuid == server_id
            )
        )
    for name in ('instance_uuid', 'uuid'):
        if name in table.c:
            return table.c[name] == server_id
    return None


def put(cloud, booted, account, name):
    """Make a copy that is an account's.

    :returns: its id
    """
    server_id = str(uuid.uuid4())
    now = timeutils.utcnow()
    new = {
        'user_id': account.user_id,
        'project_id': account.project_id,
        'instance_uuid': server_id,
        'display_name': name,
        'hostname': utils.sanitize_hostname(name),
        'request_id': f'req-{uuid.uuid4()}',
        'reservation_id': f'r-{server_id[:8]}',
    }
    new.update(dict.fromkeys(_TIMES, now))
    made = {}
    for base, engine in _databases(cloud):
        with engine.begin() as connection:
            for table, row in booted.rows:
                if table.metadata is not base.metadata:
                    continue
                values = {
                    column: new.get(column, value)
                    for column, value in row.items()
                    if column != 'id' and value is not None
                }
                if values.get('uuid') == booted.server['uuid']:
                    values['uuid'] = server_id
                elif 'uuid' in values:
                    values['uuid'] = str(uuid.uuid4())
                if 'action_id' in values:
                    values['action_id'] = made[_ACTIONS.name]
                if 'spec' in values:
                    values['spec'] = _spec(values['spec'], new)
                done = connection.execute(table.insert().values(values))
                [made[table.name]] = done.inserted_primary_key
    compute = cloud.computes[booted.server['host']]
    node = compute.rt.compute_nodes[booted.server['node']]
    answer = cloud.placement.put(
        f'/allocations/{server_id}',
        {
            'allocations': {node.uuid: {'resources': booted.resources}},
            'project_id': account.project_id,
            'user_id': account.user_id,
            'consumer_generation': None,
        },
        version='1.28',
    )
    assert answer.status == 204, answer.body
    compute.driver.instances[server_id] = fake.FakeInstance(
        f'instance-{made["instances"]:08x}', 1, server_id
    )
    return server_id


def _spec(text, new):
    """Return a RequestSpec as it is stored, of another server."""
    spec = json.loads(text)
    for name in ('user_id', 'project_id', 'instance_uuid'):
        spec['nova_object.data'][name] = new[name]
    return json.dumps(spec)


def _databases(cloud):
    """Return ``[(declarative base, engine)]`` of Nova's databases."""
    api = api_db.context_manager.writer.get_engine()
    return [(api_models.BASE, api), (models.BASE, cloud.cell_engine())]
