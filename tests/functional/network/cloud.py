# SPDX-License-Identifier: Apache-2.0
"""A small Neutron from its own fixtures, with our plugin or without.

The API is the real one, with the real policies: ML2, routers, trunks, quality
of service, port forwardings, local IPs, tags and RBAC.
"""

import functools
import json
import os
import sqlite3
import uuid

import fixtures
from neutron import auth
from neutron import manager
from neutron.api import extensions
from neutron.api.v2 import router
from neutron.common import cache_utils
from neutron.conf.plugins.ml2 import config as ml2_config
from neutron.conf.plugins.ml2.drivers import driver_type
from neutron.db import rbac_db_mixin
from neutron.db.migration.models import head  # noqa: F401 all tables
from neutron.objects import rbac_db
from neutron.tests.unit import testlib_api
from neutron_lib.plugins import directory
from oslo_config import cfg
import oslo_middleware
from oslo_serialization import jsonutils
import sqlalchemy as sa
from sqlalchemy.ext import compiler
import webtest

from cloud_security.network import hooks
from cloud_security.network import models  # noqa: F401 our tables
from cloud_security.network import wrapping
from cloud_security.policy import checks

DROP_IN = os.path.abspath(
    os.path.join(
        os.path.dirname(__file__),
        *('..', '..', '..', 'etc', 'policy.d', 'neutron'),
        '50-cloud-security.yaml',
    )
)
PLUGINS = (
    'router',
    'trunk',
    'qos',
    'port_forwarding',
    'segments',
    'network_ip_availability',
    'local_ip',
    'conntrack_helper',
)
OURS = 'user_isolation'
MEMBER = ('member', 'reader')
PROJECT = '6f70656e737461636b20342065766572'
OTHER_PROJECT = '616e6f746865722070726f6a65637421'
ADMINS_PROJECT = '61646d696e7320686176652061206f6e'
CATALOG = [
    {
        'type': 'compute',
        'name': 'nova',
        'endpoints': [{'publicURL': 'http://nova/v2.1'}],
    }
]
#: An ID that nobody has.
UNKNOWN = '00000000-0000-4000-8000-000000000000'
#: ``{class of tests: (database, attributes)}`` behind ``populate``.
POPULATED = {}


@compiler.compiles(sa.String, 'sqlite')
def _compared_as_on_mariadb(string, types, **kwargs):
    """Return a column's type, with which 'a' equals 'A'."""
    return f'{types.visit_string(string, **kwargs)} COLLATE NOCASE'


@functools.cache
def _cache_options(expiration_time):
    options = cfg.ConfigOpts()
    cache_utils.register_oslo_configs(options)
    options.set_override('enabled', True, 'cache')
    options.set_override('backend', 'oslo_cache.dict', 'cache')
    options.set_override('expiration_time', expiration_time, 'cache')
    return options


def _cache_region(expiration_time=5):
    """Return a new cache as Neutron does, from options that are kept.

    Each start of Neutron makes one for each rule that asks for an owner, and
    its options took an eighth of the time of tests.
    """
    return cache_utils._get_cache_region(_cache_options(expiration_time))


class Account:
    """Somebody with a token; speaks WSGI to Neutron's API."""

    def __init__(self, app, user_id, roles, project_id=PROJECT, service=()):
        self.app = app
        self.user_id = user_id
        self.project_id = project_id
        self.headers = {
            'X-User-Id': user_id,
            'X-Project-Id': project_id,
            'X-Roles': ','.join(roles),
            'X-Identity-Status': 'Confirmed',
            'X-Auth-Token': f'token-of-{user_id}',
        }
        if service:
            self.headers.update(
                {
                    'X-Service-Roles': ','.join(service),
                    'X-Service-User-Id': 'nova',
                    'X-Service-Identity-Status': 'Confirmed',
                    'X-Service-Catalog': jsonutils.dumps(CATALOG),
                }
            )

    def beside_a_service(self):
        """Return the same account, whose token Nova sends with its own."""
        return Account(
            self.app,
            self.user_id,
            self.headers['X-Roles'].split(','),
            self.project_id,
            service=('service',),
        )

    def ask(self, method, path, body=None):
        """Return status and body of a response."""
        options = {'headers': self.headers, 'expect_errors': True}
        if body is not None:
            options['params'] = jsonutils.dumps(body)
            options['content_type'] = 'application/json'
        send = getattr(self.app, method.lower())
        response = send(f'/{path}', **options)
        if not response.body:
            return response.status_int, None
        return response.status_int, response.json

    def get(self, path):
        return self.ask('GET', path)

    def post(self, path, body):
        return self.ask('POST', path, body)

    def put(self, path, body=None):
        return self.ask('PUT', path, {} if body is None else body)

    def delete(self, path):
        return self.ask('DELETE', path)

    def make(self, collection, resource, **values):
        """Return a new resource."""
        status, body = self.post(collection, {resource: values})
        if status != 201:
            raise AssertionError(f'{collection}: {status} {body}')
        return body[resource]

    def ids(self, path):
        """Return the IDs in a list."""
        status, body = self.get(path)
        if status != 200:
            raise AssertionError(f'{path}: {status} {body}')
        [rows] = [rows for name, rows in body.items() if 'links' not in name]
        return {row['id'] for row in rows}


class Cloud(testlib_api.SqlTestCase):
    """Neutron with isolation, a network, a router and accounts."""

    plugins = (*PLUGINS, OURS)
    mode = 'enforce'
    #: Lines of a policy file that is read after the drop-in.
    rules = ''
    #: 'always' to have it without the plugin, too.
    has_drop_in = None
    quotas = {}
    #: ``{ID of a server: its owner}``; others are whose who asks.
    servers = {}

    def setUp(self):
        ml2_config.register_ml2_plugin_opts()
        driver_type.register_ml2_drivers_vxlan_opts()
        driver_type.register_ml2_drivers_flat_opts()
        self.useFixture(
            fixtures.MonkeyPatch(
                'neutron.common.cache_utils._get_memory_cache_region',
                _cache_region,
            )
        )
        # The API reads the policies when it starts; the fixture need not.
        with fixtures.MonkeyPatch('neutron.policy.init', lambda **_: None):
            super().setUp()
        self.addCleanup(self._forget)
        self.servers = dict(self.servers)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.network.device_ids.is_own_server',
                lambda context, user_id, device_id, thing: (
                    self.servers.get(device_id.lower(), user_id) == user_id
                ),
            )
        )
        self.configure()
        self.start()
        self.root = self.account(
            'root', ('admin', 'manager', *MEMBER), ADMINS_PROJECT
        )
        self.alice = self.account('alice')
        self.bob = self.account('bob')
        self.carol = self.account('carol', ('manager', *MEMBER))
        self.dan = self.account('dan', ('reader',))
        self.eve = self.account('eve', project_id=OTHER_PROJECT)
        self._populate()

    def _populate(self):
        """Call ``populate`` for the first test of a class; copy it for others.

        The requests of ``populate`` took three quarters of the time of
        test_records.py.
        """
        if self.engine.dialect.name != 'sqlite':
            self.populate()
            return
        connection = self.engine.raw_connection()
        if type(self) in POPULATED:
            database, attributes = POPULATED[type(self)]
            database.backup(connection.driver_connection)
            self.__dict__.update(json.loads(attributes))
        else:
            before = set(self.__dict__)
            self.populate()
            database = sqlite3.connect(':memory:')
            connection.driver_connection.backup(database)
            made = {
                name: value
                for name, value in self.__dict__.items()
                if name not in before
            }
            POPULATED[type(self)] = database, json.dumps(made)
        connection.close()

    def populate(self):
        """Make the rows that all tests of a class begin with.

        JSON must be able to keep each attribute that this sets.
        """
        self.network = self.root.make(
            'networks', 'network', name='net', project_id=PROJECT
        )
        self.subnet = self.root.make(
            'subnets',
            'subnet',
            network_id=self.network['id'],
            cidr='10.0.0.0/16',
            allocation_pools=self.pool('10.0.100'),
            ip_version=4,
            project_id=PROJECT,
        )

    def configure(self):
        """Set Neutron's options."""
        set_option = cfg.CONF.set_override
        set_option('core_plugin', 'ml2')
        set_option('service_plugins', list(self.plugins))
        set_option('auth_strategy', 'keystone')
        set_option('notify_nova_on_port_status_changes', False)
        set_option('notify_nova_on_port_data_changes', False)
        set_option('mechanism_drivers', ['openvswitch'], 'ml2')
        set_option('type_drivers', ['flat', 'vxlan'], 'ml2')
        networks = (
            'project_network_types'
            if 'project_network_types' in cfg.CONF.ml2
            else 'tenant_network_types'
        )
        set_option(networks, ['vxlan'], 'ml2')
        set_option('extension_drivers', ['port_security', 'qos'], 'ml2')
        set_option('vni_ranges', ['1:500'], 'ml2_type_vxlan')
        set_option('flat_networks', ['ext', 'ext2'], 'ml2_type_flat')
        for name, value in self.quotas.items():
            set_option(name, value, 'QUOTAS')
        self.write_policies()

    def write_policies(self):
        folder = self.useFixture(fixtures.TempDir()).path
        self.own_rules = os.path.join(folder, '90-own.yaml')
        if OURS in self.plugins or self.has_drop_in == 'always':
            os.symlink(DROP_IN, os.path.join(folder, '50.yaml'))
        with open(self.own_rules, 'w') as stream:
            stream.write(self.rules or '{}')
        cfg.CONF.set_override('policy_dirs', [folder], 'oslo_policy')

    def start(self):
        """Start the API."""
        from cloud_security import opts

        opts.register(cfg.CONF)
        cfg.CONF.set_override('mode', self.mode, 'cloud_security')
        for name in (
            'neutron.plugins.ml2.ovo_rpc.OVOServerRpcInterface',
            'neutron_lib.rpc.BackingOffClient.call',
            'neutron_lib.rpc.BackingOffClient.cast',
        ):
            self.useFixture(fixtures.MockPatch(name, return_value=None))
        # Neutron's fixtures have replaced the registry.
        for one in rbac_db.RbacNeutronDbObjectMixin.__subclasses__():
            rbac_db.RbacNeutronMetaclass.subscribe_to_rbac_events(one)
        manager.init()
        self.addCleanup(extensions.PluginAwareExtensionManager.clear_instance)
        app = router.APIRouter.factory({})
        app = extensions.plugin_aware_extension_middleware_factory({})(app)
        app = auth.NeutronKeystoneContext(app)
        app = oslo_middleware.CatchErrors(app)
        self.app = webtest.TestApp(oslo_middleware.RequestId(app))

    @staticmethod
    def _forget():
        """Take out of this process what the plugin put into it."""
        while wrapping.DONE:
            cls, name, original = wrapping.DONE.pop()
            if original is None:
                delattr(cls, name)
            else:
                setattr(cls, name, original)
        checks._answers.clear()
        hooks.condition.cache_clear()
        rbac_db_mixin.RbacPluginMixin.object_type_cache.clear()
        manager.NeutronManager.clear_instance()

    def account(self, user_id, roles=MEMBER, project_id=PROJECT):
        """Return an account."""
        return Account(self.app, user_id, roles, project_id)

    def core(self):
        """Return Neutron's core plugin."""
        return directory.get_plugin()

    def port(self, account, **values):
        """Return a new port of an account."""
        values.setdefault('network_id', self.network['id'])
        return account.make('ports', 'port', **values)

    @staticmethod
    def pool(beginning):
        """Return addresses of which none is the beginning of another."""
        return [{'start': f'{beginning}.100', 'end': f'{beginning}.250'}]

    def public_network(self, name, cidr, **values):
        """Make an external network with a subnet."""
        public = self.root.make(
            'networks',
            'network',
            name=name,
            **{
                'router:external': True,
                'provider:network_type': 'flat',
                'provider:physical_network': name,
            },
            **values,
        )
        self.root.make(
            'subnets',
            'subnet',
            network_id=public['id'],
            cidr=cidr,
            ip_version=4,
            enable_dhcp=False,
            **values,
        )
        return public

    def share_network(self):
        """Share the network with the other project."""
        self.root.make(
            'rbac-policies',
            'rbac_policy',
            object_type='network',
            object_id=self.network['id'],
            action='access_as_shared',
            target_tenant=OTHER_PROJECT,
        )

    def external_network(self):
        """Make an external network and a router to it."""
        external = self.public_network('ext', '203.0.113.0/24')
        self.router = self.root.make(
            'routers',
            'router',
            name='router',
            project_id=PROJECT,
            external_gateway_info={'network_id': external['id']},
        )
        status, body = self.root.put(
            f'routers/{self.router["id"]}/add_router_interface',
            {'subnet_id': self.subnet['id']},
        )
        if status != 200:
            raise AssertionError(body)
        return external

    def floating_ip(self, account, **values):
        """Return a new floating IP of an account."""
        values.setdefault('floating_network_id', self.external['id'])
        return account.make('floatingips', 'floatingip', **values)

    def group(self, account, **values):
        """Return a new security group of an account."""
        values.setdefault('name', f'{account.user_id}s_group')
        return account.make('security-groups', 'security_group', **values)

    def rule(self, account, group, **values):
        """Return a new rule of a group."""
        values.setdefault('direction', 'ingress')
        return account.make(
            'security-group-rules',
            'security_group_rule',
            security_group_id=group['id'],
            **values,
        )

    @staticmethod
    def bound():
        """Return the values of a port on a server."""
        return {
            'device_id': str(uuid.uuid4()),
            'device_owner': 'compute:nova',
        }
