"""Servers that are copies of one that Nova has booted in this process.

Booting one takes half a second of CPU, and few tests are about that. A copy
is the rows that Nova wrote, with another id, owner and name, the allocation in
Placement, and what the fake driver knows. The scheduler, which remembers who
is on its hosts, does not know of it.
"""

import datetime
from typing import Any
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Tuple
import uuid

from nova import context as nova_context
from nova.db.api import api as api_db
from nova.db.api import models as api_models
from nova.db.main import api as main_db
from nova.db.main import models
from nova.virt import fake
import sqlalchemy as sa


class Booted(NamedTuple):
    """What there is of a server; ``rows`` as ``(table, {column: value})``."""

    server_id: str
    owner_id: str
    host: str
    node: str
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
                for name in {'uuid', 'instance_uuid'} & set(table.c.keys()):
                    found = connection.execute(
                        sa.select(table).where(table.c[name] == server_id)
                    )
                    rows += [(table, dict(row)) for row in found.mappings()]
    [server] = [row for table, row in rows if table.name == 'instances']
    held = cloud.placement.get(f'/allocations/{server_id}').body
    [allocation] = held['allocations'].values()
    return Booted(
        server_id,
        server['user_id'],
        server['host'],
        server['node'],
        rows,
        allocation['resources'],
    )


def put(cloud, booted, account, name):
    """Make a copy that is an account's.

    :returns: its id
    """
    server_id = str(uuid.uuid4())
    now = datetime.datetime.utcnow()
    changes = {
        booted.server_id: server_id,
        f'"user_id": "{booted.owner_id}"': f'"user_id": "{account.user_id}"',
    }
    number = None
    for base, engine in _databases(cloud):
        with engine.begin() as connection:
            for table, row in booted.rows:
                if table.metadata is not base.metadata:
                    continue
                values = {
                    column: _changed(value, changes)
                    for column, value in row.items()
                    if column != 'id'
                }
                for column, value in (
                    ('user_id', account.user_id),
                    ('project_id', account.project_id),
                    ('created_at', now),
                    ('launched_at', now),
                    ('start_time', now),
                    ('display_name', name),
                    ('hostname', name),
                ):
                    if values.get(column) is not None:
                        values[column] = value
                if table.name == 'block_device_mapping':
                    values['uuid'] = str(uuid.uuid4())
                made = connection.execute(table.insert().values(values))
                if table.name == 'instances':
                    [number] = made.inserted_primary_key
    [provider] = cloud.placement.get(
        f'/resource_providers?name={booted.node}'
    ).body['resource_providers']
    cloud.placement.put(
        f'/allocations/{server_id}',
        {
            'allocations': {provider['uuid']: {'resources': booted.resources}},
            'project_id': account.project_id,
            'user_id': account.user_id,
            'consumer_generation': None,
        },
        version='1.28',
    )
    cloud.computes[booted.host].driver.instances[server_id] = (
        fake.FakeInstance(f'instance-{number:08x}', 1, server_id)
    )
    return server_id


def _databases(cloud):
    """Return ``[(declarative base, engine)]`` of Nova's databases."""
    context = nova_context.get_admin_context()
    with nova_context.target_cell(
        context, cloud.cell_mappings['cell1']
    ) as in_cell:
        cell = main_db.get_engine(context=in_cell)
    api = api_db.context_manager.writer.get_engine()
    return [(api_models.BASE, api), (models.BASE, cell)]


def _changed(value, changes):
    if isinstance(value, str):
        for before, after in changes.items():
            value = value.replace(before, after)
    return value
