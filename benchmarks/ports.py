# SPDX-License-Identifier: Apache-2.0
"""The price of the plugin for lists of ports: python -m benchmarks.ports."""

import os
import sys
import sysconfig

import sqlalchemy as sa
from sqlalchemy import orm

from benchmarks import lists

RULES = os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
    'etc/policy.d/neutron',
)
NETWORK = '6e657477-0000-4000-8000-000000000001'
SUBNET = '7375626e-0000-4000-8000-000000000001'


class Neutron(lists.Service):
    """Neutron with ML2 and routers, and ports on one network."""

    module = 'benchmarks.ports'
    noun = 'ports'

    def configuration(self, folder, database, is_filtered):
        """Write neutron.conf and api-paste.ini; return their folder."""
        etc = os.path.join(sysconfig.get_path('data'), 'etc', 'neutron')
        with open(os.path.join(etc, 'api-paste.ini')) as stream:
            paste = stream.read().replace(
                'authtoken keystonecontext', 'keystonecontext'
            )
        folder = f'{folder}/{database}-{is_filtered}'
        os.makedirs(f'{folder}/policy.d', exist_ok=True)
        with open(f'{folder}/api-paste.ini', 'w') as stream:
            stream.write(paste)
        plugins = 'router,port_forwarding'
        if is_filtered:
            plugins += ',user_isolation'
            os.symlink(
                f'{RULES}/50-cloud-security.yaml',
                f'{folder}/policy.d/50-cloud-security.yaml',
            )
        with open(f'{folder}/neutron.conf', 'w') as stream:
            stream.write(
                '[DEFAULT]\ntransport_url = fake:/\nauth_strategy = keystone\n'
                f'core_plugin = ml2\nservice_plugins = {plugins}\n'
                f'api_paste_config = {folder}/api-paste.ini\n'
                'notify_nova_on_port_status_changes = false\n'
                'notify_nova_on_port_data_changes = false\n'
                f'[database]\nconnection = {lists.URL}/{database}\n'
                f'[oslo_policy]\npolicy_dirs = {folder}/policy.d\n'
                f'[oslo_concurrency]\nlock_path = {folder}\n'
                '[ml2]\ntype_drivers = local\nmechanism_drivers =\n'
                'extension_drivers = port_security\n'
            )
        return folder

    def populate(self, conf, database, users):
        """Make the tables, and the ports of some users."""
        from neutron.db.migration.models import head

        from cloud_security.network import models  # noqa: F401 its tables

        metadata = head.get_metadata()
        engine = sa.create_engine(f'{lists.URL}/{database}')
        metadata.create_all(engine)
        with engine.begin() as connection:
            _network(connection, metadata.tables)
            for user in range(users):
                _ports(connection, metadata.tables, user)

    def application(self, conf):
        """Return Neutron's API."""
        os.environ['OS_NEUTRON_CONFIG_DIR'] = conf
        os.environ['OS_NEUTRON_CONFIG_FILES'] = 'neutron.conf'
        # Neutron reads them, too.
        del sys.argv[1:]
        from neutron import server
        from neutron.server import api

        application = server.boot_server(api.api_server, prog='neutron-api')
        # Neutron lists ports by attributes that SQLAlchemy makes here.
        orm.configure_mappers()
        return application

    def path_info(self, path):
        """Return the whole path of a request."""
        return f'/v2.0/{path}'

    def behind(self, found):
        """Return the path of the page behind a response, None at the end."""
        for link in found.get('ports_links', ()):
            if link['rel'] == 'next':
                return link['href'].partition('/v2.0/')[2]
        return None

    def indexes(self):
        """Return nothing: the owner tables have their indexes."""
        return []


def _network(connection, tables):
    """Insert a network of the project, with a subnet."""
    rows = {
        'networks': {
            'id': NETWORK,
            'mtu': 1450,
            'status': 'ACTIVE',
            'admin_state_up': True,
        },
        'subnets': {
            'id': SUBNET,
            'network_id': NETWORK,
            'ip_version': 4,
            'cidr': '10.0.0.0/8',
            'enable_dhcp': False,
        },
    }
    for number, (table, row) in enumerate(rows.items(), 1):
        connection.execute(
            sa.insert(tables['standardattributes']),
            {'id': number, 'resource_type': table, 'revision_number': 0},
        )
        row.update(project_id=lists.PROJECT, standard_attr_id=number)
        connection.execute(sa.insert(tables[table]), {'name': 'net', **row})


def _ports(connection, tables, user):
    """Insert the ports of a user, each with an address and an owner."""
    ids = [lists.thing_id(user, number) for number in range(lists.EACH)]
    first = 10 + user * lists.EACH
    numbers = range(first, first + lists.EACH)
    rows = {
        'standardattributes': lambda number, _: {
            'id': number,
            'resource_type': 'ports',
            'revision_number': 1,
        },
        'ports': lambda number, port_id: {
            'id': port_id,
            'name': 'port',
            'network_id': NETWORK,
            'project_id': lists.PROJECT,
            'mac_address': f'fa:16:3e:{number >> 16:02x}:'
            f'{number >> 8 & 255:02x}:{number & 255:02x}',
            'admin_state_up': True,
            'status': 'DOWN',
            'device_id': '',
            'device_owner': '',
            'standard_attr_id': number,
        },
        'ipallocations': lambda number, port_id: {
            'port_id': port_id,
            'network_id': NETWORK,
            'subnet_id': SUBNET,
            'ip_address': f'10.0.{number >> 8}.{number & 255}',
        },
        'ml2_port_bindings': lambda _, port_id: {
            'port_id': port_id,
            'host': '',
            'vif_type': 'unbound',
        },
        'portsecuritybindings': lambda _, port_id: {
            'port_id': port_id,
            'port_security_enabled': True,
        },
        'cloud_security_port_owners': lambda _, port_id: {
            'resource_id': port_id,
            'user_id': f'user-{user}',
        },
    }
    for table, row in rows.items():
        connection.execute(sa.insert(tables[table]), [*map(row, numbers, ids)])


if __name__ == '__main__':
    sys.exit(lists.main(Neutron()))
