# SPDX-License-Identifier: Apache-2.0
"""The servers of a project: one by Nova's own objects, the others its copies.

``python -m benchmarks.population SIZE OWN API CELL0 CELL1`` makes the tables
and rows of one cloud. A copy has all rows of the first server, in each table,
with other ids, another name and perhaps another owner.
"""

import datetime
import os
import sys
import uuid

from nova import config
from nova import context as nova_context
from nova import objects
from nova.db import migration
from nova.db.api import models as api_models
from nova.db.main import models
from nova.network import model as network_model
import sqlalchemy as sa

from benchmarks import servers

COPIES = sa.Table(
    'copies',
    sa.MetaData(),
    sa.Column('number', sa.Integer, primary_key=True),
    sa.Column('tail', sa.String(36)),
    sa.Column('user_id', sa.String(64)),
    sa.Column('name', sa.String(64)),
    sa.Column('created_at', sa.DateTime),
    prefixes=['TEMPORARY'],
)


def make_tables(_api, cell0, cell1):
    """Make the tables and the first server; return the cell's context."""
    migration.db_sync(database='api')
    context = nova_context.get_admin_context()
    cells = []
    for number, url in enumerate((cell0, cell1)):
        mapping = objects.CellMapping(
            context,
            uuid=(
                objects.CellMapping.CELL0_UUID
                if not number
                else str(uuid.uuid5(uuid.NAMESPACE_OID, 'cell1'))
            ),
            name=f'cell{number}',
            transport_url='none:///' if not number else 'fake://',
            database_connection=url,
        )
        mapping.create()
        cells.append(mapping)
        with nova_context.target_cell(context, mapping) as in_cell:
            migration.db_sync(database='main', context=in_cell)
    return context, cells[1]


def make_first(context, cell):
    """Make a server that runs, as Nova's services leave it."""
    context.user_id, context.project_id = servers.CALLER, servers.PROJECT
    flavor = objects.Flavor(
        context,
        flavorid='1',
        name='m1.small',
        memory_mb=2048,
        vcpus=1,
        root_gb=20,
        ephemeral_gb=0,
        swap=0,
        rxtx_factor=1.0,
        vcpu_weight=0,
        disabled=False,
        is_public=True,
        extra_specs={'hw:cpu_policy': 'shared'},
        projects=[],
    )
    flavor.create()
    with nova_context.target_cell(context, cell) as in_cell:
        objects.Service(
            in_cell,
            host='host1',
            binary='nova-compute',
            topic='compute',
            report_count=1,
        ).create()
        instance = objects.Instance(
            in_cell,
            uuid=servers.SERVER,
            project_id=servers.PROJECT,
            user_id=servers.CALLER,
            display_name=servers.NAME,
            display_description=servers.NAME,
            hostname=servers.NAME,
            host='host1',
            launched_on='host1',
            availability_zone='nova',
            vm_state='active',
            power_state=1,
            launch_index=0,
            launched_at=servers.BEGIN.replace(tzinfo=datetime.timezone.utc),
            reservation_id='r-00000000',
            image_ref='155d900f-4e14-4e4c-a73d-069cbf4541e6',
            config_drive='',
            root_device_name='/dev/vda',
            memory_mb=2048,
            vcpus=1,
            root_gb=20,
            ephemeral_gb=0,
            metadata={'role': 'benchmark'},
            system_metadata={
                'image_base_image_ref': '155d900f-4e14-4e4c-a73d-069cbf4541e6',
                'image_container_format': 'bare',
                'image_disk_format': 'qcow2',
                'image_min_disk': '20',
                'image_min_ram': '0',
                'image_hw_rng_model': 'virtio',
                'boot_roles': 'member,reader',
                'owner_project_name': 'project',
                'owner_user_name': servers.CALLER,
            },
            flavor=flavor,
            old_flavor=None,
            new_flavor=None,
            keypairs=objects.KeyPairList(objects=[]),
            pci_requests=objects.InstancePCIRequests(
                requests=[], instance_uuid=servers.SERVER
            ),
            numa_topology=None,
            vcpu_model=None,
            trusted_certs=None,
            resources=None,
            device_metadata=None,
            info_cache=objects.InstanceInfoCache(
                in_cell, instance_uuid=servers.SERVER, network_info=_network()
            ),
        )
        instance.create()
        instance.info_cache.save()
        objects.TagList.create(in_cell, servers.SERVER, ['benchmark'])
        objects.VirtualInterface(
            in_cell,
            instance_uuid=servers.SERVER,
            uuid=servers.PORT,
            address=f'fa:16:3e:00:00:01/{servers.PORT}',
            tag=None,
        ).create()
        objects.BlockDeviceMapping(
            in_cell,
            uuid=servers.DISK,
            instance_uuid=servers.SERVER,
            source_type='image',
            destination_type='local',
            device_type='disk',
            device_name='/dev/vda',
            boot_index=0,
            image_id='155d900f-4e14-4e4c-a73d-069cbf4541e6',
            delete_on_termination=True,
        ).create()
        objects.InstanceAction.action_start(in_cell, servers.SERVER, 'create')
        objects.InstanceActionEvent.event_start(
            in_cell, servers.SERVER, 'compute__do_build_and_run_instance'
        )
        objects.InstanceActionEvent.event_finish(
            in_cell, servers.SERVER, 'compute__do_build_and_run_instance'
        )
    mapping = objects.InstanceMapping(
        context,
        instance_uuid=servers.SERVER,
        cell_mapping=cell,
        project_id=servers.PROJECT,
        user_id=servers.CALLER,
        queued_for_delete=False,
    )
    mapping.create()
    objects.RequestSpec.from_components(
        context,
        servers.SERVER,
        objects.ImageMeta(
            id='155d900f-4e14-4e4c-a73d-069cbf4541e6',
            properties=objects.ImageMetaProps(),
        ),
        flavor,
        None,
        instance.pci_requests,
        {},
        None,
        'nova',
    ).create()


def _network():
    return network_model.NetworkInfo(
        [
            network_model.VIF(
                id=servers.PORT,
                address='fa:16:3e:00:00:01',
                network=network_model.Network(
                    id='3cb9bc59-5699-4588-a4b1-b87f96708bc6',
                    bridge='br-int',
                    label='private',
                    subnets=[
                        network_model.Subnet(
                            cidr='10.0.0.0/16',
                            gateway=network_model.IP(address='10.0.0.1'),
                            ips=[network_model.FixedIP(address='10.0.0.3')],
                        )
                    ],
                ),
                type='ovs',
                active=True,
            )
        ]
    )


def copy(engine, base, size, own):
    """Copy the rows of the first server, in one database."""
    copies = [
        {
            'number': number,
            'tail': servers.tail(number),
            'user_id': owner,
            'name': f'{servers.NAME}-{number}',
            'created_at': servers.BEGIN + datetime.timedelta(minutes=number),
        }
        for number, owner in enumerate(servers.owners(size, own))
    ][1:]
    with engine.begin() as connection:
        COPIES.create(connection)
        connection.execute(sa.insert(COPIES), copies)
        for table in base.metadata.sorted_tables:
            _copy_table(connection, table)
        COPIES.drop(connection)


def _copy_table(connection, table):
    columns = table.c
    owner = next(
        (
            columns[name]
            for name in ('instance_uuid', 'resource_id')
            if name in columns
        ),
        columns.uuid if table.name == 'instances' else None,
    )
    if table.name == 'instance_actions_events':
        _copy_events(connection, table)
    elif owner is not None:
        kept = [
            column
            for column in columns
            if column.autoincrement is not True
            and not (column.primary_key and column.name == 'id')
        ]
        connection.execute(
            sa.insert(table).from_select(
                kept,
                sa.select(*map(_copied, kept))
                .select_from(table.join(COPIES, sa.true()))
                .where(owner == servers.SERVER)
                .order_by(COPIES.c.number),
            )
        )


def _copy_events(connection, events):
    actions = models.InstanceAction.__table__
    kept = [column for column in events.c if column.name != 'id']
    connection.execute(
        sa.insert(events).from_select(
            kept,
            sa.select(
                *[
                    actions.c.id if column.name == 'action_id' else column
                    for column in kept
                ]
            )
            .select_from(events.join(actions, sa.true()))
            .where(actions.c.instance_uuid != servers.SERVER),
        )
    )


def _copied(column):
    """Return what stands in a column of a copy."""
    if column.name == 'created_at':
        return COPIES.c.created_at
    if not isinstance(column.type, sa.String) or isinstance(
        column.type, sa.Enum
    ):
        return column
    found = column
    for old, new in (
        (servers.TAIL, COPIES.c.tail),
        (servers.CALLER, COPIES.c.user_id),
        (servers.NAME, COPIES.c.name),
    ):
        found = sa.func.replace(found, old, new)
    return found


def make_groups(engine, size, own):
    """Put each ten servers of one owner into a group of that owner."""
    groups = api_models.InstanceGroup.__table__
    owned = {}
    for number, owner in enumerate(servers.owners(size, own)):
        owned.setdefault(owner, []).append(servers.server_id(number))
    with engine.begin() as connection:
        for owner, ids in owned.items():
            for first in range(0, len(ids), servers.GROUP_SIZE):
                made = connection.execute(
                    sa.insert(groups).values(
                        created_at=servers.BEGIN,
                        user_id=owner,
                        project_id=servers.PROJECT,
                        uuid=str(uuid.uuid4()),
                        name=f'{owner}-{first}',
                    )
                )
                [group_id] = made.inserted_primary_key
                connection.execute(
                    sa.insert(api_models.InstanceGroupPolicy.__table__).values(
                        group_id=group_id, policy='soft-affinity'
                    )
                )
                connection.execute(
                    sa.insert(api_models.InstanceGroupMember.__table__),
                    [
                        {'group_id': group_id, 'instance_uuid': server_id}
                        for server_id in ids[
                            first : first + servers.GROUP_SIZE
                        ]
                    ],
                )


def main(size, own, *urls):
    """Make everything."""
    config.parse_args(
        ['population'],
        default_config_files=[
            os.path.join(os.environ['OS_NOVA_CONFIG_DIR'], 'nova.conf')
        ],
    )
    objects.register_all()
    context, cell = make_tables(*urls)
    make_first(context, cell)
    engines = [sa.create_engine(url) for url in (urls[0], urls[2])]
    for engine, base in zip(engines, (api_models.BASE, models.BASE)):
        copy(engine, base, size, own)
    make_groups(engines[0], size, own)
    for engine, base in zip(engines, (api_models.BASE, models.BASE)):
        _let_it_count(engine, base)


def _let_it_count(engine, base):
    """Let the database learn how many rows there are, as it does in time."""
    word = 'ANALYZE TABLE' if engine.name == 'mysql' else 'ANALYZE'
    with engine.begin() as connection:
        for table in base.metadata.sorted_tables:
            connection.execute(sa.text(f'{word} {table.name}'))


if __name__ == '__main__':
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
