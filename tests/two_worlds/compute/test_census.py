# SPDX-License-Identifier: Apache-2.0
"""Every table, route, action and microversion of this Nova is classified."""

import collections
import itertools
import json
import subprocess
import sys

import tests.functional.compute  # noqa: F401  decides about threads

# isort: split
from nova import version as nova_version
from nova.api.openstack import api_version_request
from nova.api.openstack.compute import routes
from nova.db.api import models as api_models
from nova.db.main import models as main_models
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import orm
import testtools

from cloud_security import releases
from cloud_security.compute import models
from cloud_security.visibility import reader
from cloud_security.visibility import scope as scopes
from tests.functional.compute import cloud
from tests.functional.compute import operations
from tests.two_worlds import process
from tests.two_worlds.compute import census
from tests.two_worlds.compute import gaps

RELEASE = int(nova_version.version_string().partition('.')[0])
NEWEST = api_version_request.max_api_version().get_string()
VERSIONS = (cloud.LATEST, '2.1')
#: What Nova's schemas accept where only admins may send it.
BODIES = {
    'POST /flavors': {
        'flavor': {'name': 'big', 'ram': 1, 'vcpus': 1, 'disk': 1}
    },
    'PUT /flavors/{id}': {'flavor': {'description': 'big'}},
    'POST /flavors/{flavor_id}/os-extra_specs': {'extra_specs': {'a': 'b'}},
    'PUT /flavors/{flavor_id}/os-extra_specs/{id}': {'1': 'b'},
    'POST /os-aggregates': {'aggregate': {'name': 'all'}},
    'PUT /os-aggregates/{id}': {'aggregate': {'name': 'all'}},
    'POST /os-aggregates/{id}/images': {'cache': [{'id': cloud.IMAGE}]},
    'POST /os-assisted-volume-snapshots': {
        'snapshot': {
            'volume_id': operations.VOLUME,
            'create_info': {
                'snapshot_id': operations.VOLUME,
                'type': 'qcow2',
                'new_file': 'new',
            },
        }
    },
    'PUT /os-hosts/{id}': {'status': 'enable'},
    'PUT /os-quota-class-sets/{id}': {'quota_class_set': {'cores': 1}},
    'PUT /os-quota-sets/{id}': {'quota_set': {'cores': 1}},
    'POST /os-server-external-events': {
        'events': [
            {'name': 'network-changed', 'server_uuid': operations.VOLUME}
        ]
    },
    'PUT /os-services/{id}': {'status': 'enabled'},
}
#: The same for actions that are not on servers.
ARGUMENTS = {
    'addTenantAccess': {'tenant': cloud.PROJECT},
    'removeTenantAccess': {'tenant': cloud.PROJECT},
    'add_host': {'host': 'compute'},
    'remove_host': {'host': 'compute'},
    'set_metadata': {'metadata': {'key': 'value'}},
}


def mappers():
    """Return the mappers of both of Nova's databases."""
    return [
        mapper
        for base in (main_models.BASE, api_models.BASE)
        for mapper in base.registry.mappers
    ]


def actions():
    """Return ``{path: names of actions}``, without loading a controller."""
    return {
        path: set().union(*_with_actions(*methods['POST']))
        for path, methods in routes.ROUTE_LIST
        if 'POST' in methods and methods['POST'][1] == 'action'
    }


def _with_actions(controller, _function):
    main, others = controller.args
    return [part.wsgi_actions for part in [main] + list(others)]


class TestCensus(testtools.TestCase):
    def test_every_table_is_classified(self):
        self.assertEqual([], list(gaps.of_models(mappers(), RELEASE)))

    def test_every_route_is_classified(self):
        self.assertEqual([], list(gaps.of_routes(routes.ROUTE_LIST, RELEASE)))

    def test_every_action_is_classified(self):
        self.assertEqual([], list(gaps.of_actions(actions(), RELEASE)))

    def test_every_name_is_known(self):
        # Nova's decorators must be listened to before Nova is loaded.
        run = subprocess.run(
            [
                sys.executable,
                '-W',
                'ignore',
                '-m',
                'tests.two_worlds.compute.declared',
            ],
            cwd=process.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        for kind, names in json.loads(run.stdout).items():
            self.assertEqual([], list(gaps.of_names(kind, names)))

    def test_every_microversion_has_been_read_about(self):
        self.assertEqual([], list(gaps.of_microversions(NEWEST)))
        if RELEASE == releases.NEWEST:
            self.assertEqual(NEWEST, census.MICROVERSION)

    def test_the_owned_tables_are_those_that_are_filtered(self):
        self.assertEqual(
            census.OWNED,
            {gaps.name_of(sa.inspect(model)) for model in models.owned()},
        )

    def test_each_entry_stands_in_one_table(self):
        for tables in (census.ROUTES, census.ACTIONS):
            entries = collections.Counter(
                f'{word} {path}'
                for table in tables
                for path, words in table.items()
                for word in words.split()
            )
            self.assertEqual({1}, set(entries.values()), entries)
        tables = (
            census.OWNED,
            census.REACHED,
            census.UNSERVED,
            census.ABOUT_NO_SERVER,
        )
        for one, other in itertools.combinations(tables, 2):
            self.assertEqual(set(), set(one) & set(other))


class TestCensusCanFail(testtools.TestCase):
    """Made-up names are gaps."""

    def assertOneSays(self, words, sentences):
        [sentence] = sentences
        self.assertIn(words, sentence)
        self.assertIn('decide', sentence)
        self.assertIn(gaps.WHERE, sentence)

    def assertOneIsStale(self, name, sentences):
        [sentence] = sentences
        self.assertIn(f'{name} stands in', sentence)
        self.assertIn('SINCE and UNTIL', sentence)

    def test_a_new_table(self):
        base = orm.declarative_base()

        class Snapshot(base):
            __tablename__ = 'snapshots'
            __module__ = 'nova.db.main.models'
            id = sa.Column(sa.Integer, primary_key=True)
            instance_uuid = sa.Column(sa.String(36))

        self.assertOneSays(
            'main.Snapshot',
            gaps.of_models(mappers() + [sa.inspect(Snapshot)], RELEASE),
        )

    def test_a_new_reference_in_a_table_that_had_none(self):
        base = orm.declarative_base()

        class Certificate(base):
            __tablename__ = 'certificates'
            __module__ = 'nova.db.main.models'
            id = sa.Column(sa.Integer, primary_key=True)
            server_id = sa.Column(sa.String(36))

        self.assertOneSays(
            'main.Certificate.server_id',
            gaps.of_models(mappers() + [sa.inspect(Certificate)], RELEASE),
        )

    def test_a_table_that_is_no_more(self):
        left = [
            mapper
            for mapper in mappers()
            if mapper.class_ is not main_models.Tag
        ]
        self.assertOneIsStale('main.Tag', gaps.of_models(left, RELEASE))

    def test_a_new_route(self):
        for path, methods, named in (
            ('/os-new/{id}', {'GET': None}, 'GET /os-new/{id}'),
            ('/flavors/{id}', {'PATCH': None}, 'PATCH /flavors/{id}'),
            ('/os-alias', '/servers', 'redirection /os-alias'),
        ):
            self.assertOneSays(
                named,
                gaps.of_routes(
                    routes.ROUTE_LIST + ((path, methods),), RELEASE
                ),
            )

    def test_a_route_that_is_no_more(self):
        left = [
            (path, methods)
            for path, methods in routes.ROUTE_LIST
            if path != '/limits'
        ]
        self.assertOneIsStale('GET /limits', gaps.of_routes(left, RELEASE))

    def test_a_new_action(self):
        for path in ('/servers/{id}/action', '/os-volumes_boot/{id}/action'):
            more = actions()
            more[path] = more[path] | {'clone'}
            self.assertOneSays(
                '/servers/{id}/action clone', gaps.of_actions(more, RELEASE)
            )

    def test_an_action_that_is_no_more(self):
        less = {path: names - {'lock'} for path, names in actions().items()}
        self.assertOneIsStale(
            '/servers/{id}/action lock', gaps.of_actions(less, RELEASE)
        )

    def test_a_new_name(self):
        for kind in census.NAMES:
            self.assertOneSays(
                'lent_to', gaps.of_names(kind, ['name', 'lent_to'])
            )

    def test_a_new_microversion(self):
        minor = int(census.MICROVERSION.partition('.')[2])
        sentences = list(gaps.of_microversions(f'2.{minor + 2}'))
        self.assertEqual(2, len(sentences))
        self.assertOneSays(f'2.{minor + 1}', sentences[:1])
        self.assertIn('REST API version history', sentences[0])


class Measured(cloud.Cloud):
    """Sends what the census speaks of; alice has a server in a group."""

    COPIES = False

    def setUp(self):
        super().setUp()
        made = self.alice.call(
            'POST',
            'os-server-groups',
            {'server_group': {'name': 'near', 'policies': ['affinity']}},
        )
        self.group_id = made.json()['server_group']['id']
        self.server_id = self.boot(self.alice, hints={'group': self.group_id})

    def requests(self, *tables):
        """Yield a request of each route in the tables."""
        for path, words in itertools.chain(
            *(table.items() for table in tables)
        ):
            for method in words.split():
                if method != 'redirection':
                    body = BODIES.get(f'{method} {path}', {})
                    yield operations.Request(
                        method,
                        self.fill(path),
                        body if method in ('POST', 'PUT') else None,
                    )

    def acts(self, table):
        """Yield a request of each action in the table."""
        arguments = dict(operations.ACTIONS, **ARGUMENTS)
        for path, names in table.items():
            for name in sorted(set(names.split()) & actions()[path]):
                yield operations.Request(
                    'POST', self.fill(path), {name: arguments.get(name)}
                )

    def fill(self, path):
        """Return a path with ids."""
        for head, one in (
            ('/servers/', self.server_id),
            ('/os-volumes_boot/', self.server_id),
            ('/os-server-groups/', self.group_id),
            ('/os-quota-sets/', cloud.PROJECT),
            ('/os-simple-tenant-usage/', cloud.PROJECT),
            ('/os-services/', operations.VOLUME),
        ):
            path = path.replace(head + '{id}', head + one)
        path = path.replace('{server_id}', self.server_id)
        for name in ('id', 'flavor_id', 'image_id', 'domain_id'):
            path = path.replace('{%s}' % name, '1')
        return '/v2.1' + path

    def send(self, account, request, version):
        """Return the status of the answer."""
        return account.call(*request, version=version).status_code

    def assertRefused(self, account, request):
        """Expect 403, and only what admins get too where there is nothing."""
        answers = set()
        for version in VERSIONS:
            status = self.send(account, request, version)
            answers.add(status)
            if status != 403:
                self.assertIn(status, (400, 404), request)
            if status == 400:
                admins = self.send(self.root, request, version)
                self.assertEqual(400, admins, request)
        self.assertIn(403, answers, request)

    def assertGone(self, request):
        """Expect that members and admins get the same failure."""
        for version in VERSIONS:
            statuses = {
                self.send(account, request, version)
                for account in (self.alice, self.root)
            }
            self.assertEqual(1, len(statuses), request)
            self.assertNotEqual({403}, statuses, request)
            self.assertGreaterEqual(min(statuses), 400, request)


class TestForAdmins(Measured):
    def test_a_member_gets_403(self):
        for request in self.requests(census.FOR_ADMINS):
            if not request.path.endswith('/action'):
                self.assertRefused(self.alice, request)

    def test_a_manager_gets_403(self):
        for request in self.requests(census.FOR_ADMINS):
            if not request.path.endswith('/action'):
                self.assertRefused(self.carol, request)

    def test_a_member_gets_403_for_actions(self):
        for table in (census.ACTIONS_FOR_ADMINS, census.FOR_MANAGERS):
            for request in self.acts(table):
                self.assertRefused(self.alice, request)

    def test_a_manager_gets_403_for_actions(self):
        for request in self.acts(census.ACTIONS_FOR_ADMINS):
            self.assertRefused(self.carol, request)

    def test_what_is_for_members_is_not_refused(self):
        for request in self.requests(census.LISTS_SERVERS):
            self.assertRaises(
                AssertionError, self.assertRefused, self.alice, request
            )


class TestGone(Measured):
    def test_nobody_gets_anything(self):
        for request in self.requests(census.GONE):
            self.assertGone(request)
        for request in self.acts(census.ACTIONS_GONE):
            self.assertGone(request)

    def test_what_is_there_is_not_gone(self):
        for request in self.requests(census.LISTS_SERVERS):
            self.assertRaises(AssertionError, self.assertGone, request)


class TestReached(Measured):
    """A caller without a server reads no row that servers lead to."""

    def setUp(self):
        super().setUp()
        self.read = set()
        known = {gaps.name_of(mapper): mapper for mapper in mappers()}
        self.owned = {known[name].local_table.name for name in census.OWNED}
        self.about = {
            known[name].local_table.name: name
            for name in itertools.chain(census.REACHED, census.UNSERVED)
        }
        self.reader = reader.Reader(
            dict.fromkeys(self.owned | self.about.keys(), frozenset())
        )
        listening = sa.engine.Engine, 'before_cursor_execute', self.note
        event.listen(*listening)
        self.addCleanup(event.remove, *listening)

    def note(self, _connection, _cursor, sql, *_):
        """Note rows about servers that a statement reads by themselves."""
        scope = scopes.current()
        if scope is None or scope.is_everybody or sql.startswith('INSERT'):
            return
        named = set(self.reader.names(sql))
        if not named & self.owned:
            self.read |= {self.about[one] for one in named}

    def walk(self, account):
        """Send every route and action but those that end a server."""
        others = [
            table for table in census.ROUTES if table is not census.ON_A_SERVER
        ]
        for version in VERSIONS:
            for request in itertools.chain(
                self.requests(*others),
                operations.requests(self.server_id),
            ):
                self.send(account, request, version)

    def test_without_a_server_nothing_is_reached(self):
        for account in (self.bob, self.dan):
            self.walk(account)
            self.assertEqual(set(), self.read)

    def test_the_owner_reaches_them(self):
        self.walk(self.alice)
        self.assertEqual(set(), self.read & set(census.UNSERVED))
        self.assertLess(
            {
                'api.InstanceGroupMember',
                'api.RequestSpec',
                'main.BlockDeviceMapping',
                'main.InstanceAction',
                'main.InstanceActionEvent',
                'main.InstanceFault',
                'main.InstanceMetadata',
                'main.Tag',
                'main.VirtualInterface',
            },
            self.read,
        )
