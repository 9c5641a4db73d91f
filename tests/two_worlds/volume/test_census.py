# SPDX-License-Identifier: Apache-2.0
"""Each table, route, action and policy of this Cinder is classified."""

import collections
import itertools
import json
import os
import sysconfig

# Cinder's tests patch the standard library first.
import cinder.tests.unit  # noqa: F401

# isort: split
from tests.two_worlds.volume import declared

# isort: split
from cinder import policies
from cinder import version
from cinder.api import extensions
from cinder.api.v3 import router as _router  # noqa: F401  declares
import sqlalchemy as sa
from sqlalchemy import orm
import testtools

from cloud_security.volume import database
from cloud_security.volume import models
from tests.two_worlds import process
from tests.two_worlds.volume import census
from tests.two_worlds.volume import gaps
from tests.two_worlds.volume import inputs

WORLD = 'tests.two_worlds.volume.world'
RELEASE = int(version.version_string().partition('.')[0])


def mappers():
    """Return the mappers of Cinder's database."""
    return list(database.models.BASE.registry.mappers)


class TestCensus(testtools.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Cinder's router reads the database when it is made.
        stock = process.Process(WORLD, 'b')
        stock.hear()
        stock.tell('operations')
        cls.operations = stock.hear()
        stock.close()

    def test_table_is_classified(self):
        self.assertEqual([], list(gaps.of_models(mappers(), RELEASE)))

    def test_route_is_classified(self):
        routes = {
            f'{operation["method"]} {operation["path"]}'
            for operation in self.operations
            if operation['exists']
        }
        self.assertEqual([], list(gaps.of_routes(routes, RELEASE)))

    def test_action_is_classified(self):
        self.assertEqual(
            [], list(gaps.of_actions(actions(self.operations), RELEASE))
        )

    def test_policy_is_classified(self):
        names = {rule.name for rule in policies.list_rules()}
        self.assertEqual([], list(gaps.of_policies(names, RELEASE)))

    def test_policy_of_admins_is_theirs_by_default(self):
        checks = {rule.name: rule.check_str for rule in policies.list_rules()}
        for name in census.POLICIES_FOR_ADMINS.split():
            if name in checks:
                self.assertEqual('rule:admin_api', checks[name], name)

    def test_extension_is_classified(self):
        aliases = extensions.ExtensionManager().extensions
        self.assertEqual([], list(gaps.of_extensions(aliases, RELEASE)))

    def test_name_in_a_body_is_known(self):
        self.assertEqual([], list(gaps.of_names('body', declared.names())))

    def test_filter_is_known_and_tried(self):
        path = os.path.join(
            sysconfig.get_path('data'), 'etc/cinder/resource_filters.json'
        )
        with open(path) as file:
            filters = json.load(file)
        names = set(itertools.chain(*filters.values()))
        self.assertEqual([], list(gaps.of_names('query', names)))
        for kind in ('pool', 'volume_type'):
            filters.pop(kind)
        tried = set(inputs.VALUES)
        self.assertEqual(
            set(), set(itertools.chain(*filters.values())) - tried
        )

    def test_microversion_has_been_read_about(self):
        self.assertEqual([], list(gaps.of_microversions(declared.LATEST)))

    def test_owned_tables_are_those_that_are_filtered(self):
        self.assertEqual(
            census.OWNED, {model.__name__ for model in models.owned()}
        )

    def test_entry_stands_in_one_table(self):
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
            census.ABOUT_NO_VOLUME,
        )
        for one, other in itertools.combinations(tables, 2):
            self.assertEqual(set(), set(one) & set(other))

    def test_walk_lists_what_the_census_says(self):
        self.assertEqual(set(census.LISTS_THINGS), set(inputs.LISTS))
        self.assertEqual(
            {path.split('/')[1] for path in census.ON_A_THING},
            set(inputs.THINGS),
        )


def actions(operations):
    """Return ``{path: names of actions}``."""
    found = collections.defaultdict(set)
    for operation in operations:
        if operation['action']:
            found[operation['path']].add(operation['action'])
    return found


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

    def made_up(self, name, column):
        """Return the mapper of a new model."""
        base = orm.declarative_base()
        model = type(
            name,
            (base,),
            {
                '__tablename__': name.lower(),
                'id': sa.Column(sa.Integer, primary_key=True),
                column: sa.Column(sa.String(36)),
            },
        )
        return sa.inspect(model)

    def test_new_table_is_a_gap(self):
        new = self.made_up('Lease', 'host')
        self.assertOneSays('Lease', gaps.of_models(mappers() + [new], RELEASE))

    def test_new_user_id_is_a_gap(self):
        kept = [
            mapper
            for mapper in mappers()
            if mapper.class_ is not database.models.Worker
        ]
        new = self.made_up('Worker', 'user_id')
        self.assertOneSays(
            'Worker has a user_id', gaps.of_models(kept + [new], RELEASE)
        )

    def test_new_reference_is_a_gap(self):
        kept = [
            mapper
            for mapper in mappers()
            if mapper.class_ is not database.models.Cluster
        ]
        new = self.made_up('Cluster', 'volume_id')
        self.assertOneSays(
            'Cluster.volume_id', gaps.of_models(kept + [new], RELEASE)
        )

    def test_table_that_is_gone_is_a_gap(self):
        left = [
            mapper
            for mapper in mappers()
            if mapper.class_ is not database.models.Worker
        ]
        self.assertOneIsStale('Worker', gaps.of_models(left, RELEASE))

    def test_new_and_lost_route_are_gaps(self):
        known = {
            f'{method} {path}'
            for table in census.ROUTES
            for path, methods in table.items()
            for method in methods.split()
        }
        self.assertOneSays(
            'GET /leases', gaps.of_routes(known | {'GET /leases'}, RELEASE)
        )
        self.assertOneIsStale(
            'GET /limits', gaps.of_routes(known - {'GET /limits'}, RELEASE)
        )

    def test_new_and_lost_action_are_gaps(self):
        known = collections.defaultdict(set)
        for table in census.ACTIONS:
            for path, names in table.items():
                known[path].update(names.split())
        path = '/volumes/{id}/action'
        for change, told, expect in (
            ({'os-lend'}, f'{path} os-lend', self.assertOneSays),
            ({'os-extend'}, f'{path} os-extend', self.assertOneIsStale),
        ):
            found = {**known, path: known[path] ^ change}
            expect(told, gaps.of_actions(found, RELEASE))

    def test_new_and_lost_policy_are_gaps(self):
        known = {name for table in census.POLICIES for name in table.split()}
        self.assertOneSays(
            'volume:lend', gaps.of_policies(known | {'volume:lend'}, RELEASE)
        )
        self.assertOneIsStale(
            'volume:get', gaps.of_policies(known - {'volume:get'}, RELEASE)
        )

    def test_new_and_lost_extension_are_gaps(self):
        known = set(census.EXTENSIONS.split())
        self.assertOneSays(
            'os-lease', gaps.of_extensions(known | {'os-lease'}, RELEASE)
        )
        self.assertOneIsStale(
            'backups', gaps.of_extensions(known - {'backups'}, RELEASE)
        )

    def test_new_name_is_a_gap(self):
        for kind in census.NAMES:
            self.assertOneSays(
                'lent_to', gaps.of_names(kind, ['name', 'lent_to'])
            )

    def test_new_microversion_is_a_gap(self):
        minor = int(census.MICROVERSION.partition('.')[2])
        sentences = list(gaps.of_microversions(minor + 2))
        self.assertEqual(2, len(sentences))
        self.assertOneSays(f'3.{minor + 1}', sentences[:1])
        self.assertIn('REST API version history', sentences[0])
