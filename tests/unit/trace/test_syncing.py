# SPDX-License-Identifier: Apache-2.0
"""``sync`` asks a Nova over HTTP for the owners of servers."""

import datetime
from unittest import mock

import fixtures

from cloud_security import keystone
from cloud_security.cmd import sync_owners
from cloud_security.trace import check_times
from cloud_security.trace import tables
from tests.unit.trace import database
from tests.unit.trace import fake_nova
from tests.unit.trace import trace_fixture

ONE, TWO, THREE = map(database.server_id, (1, 2, 3))
NOON = datetime.datetime(2026, 1, 1, 12)


class Sync(trace_fixture.Commands):
    def setUp(self):
        super().setUp()
        self.nova = self.useFixture(fake_nova.FakeNova())
        for name in keystone.VARIABLES:
            self.useFixture(fixtures.EnvironmentVariable(name))
        for name, value in fake_nova.ACCOUNT.items():
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        self.useFixture(
            fixtures.EnvironmentVariable('OS_AUTH_URL', f'{self.nova.url}/v3')
        )

    def sync(self):
        return self.run_command(sync_owners.SyncOwners)

    def assert_synced(self, new, changed, unknown):
        code, out, err = self.sync()
        self.assertEqual((0, ''), (code, err), out)
        self.assertEqual(
            f'Owners of servers: {new} new, {changed} changed, {unknown} that '
            'Nova does not know.\n',
            out,
        )

    def assert_fails(self, *words):
        before = self.rows(tables.OWNERS)
        code, out, err = self.sync()
        self.assertEqual((1, ''), (code, out), err)
        self.assertEqual(1, err.count('\n'), err)
        for word in words:
            self.assertIn(word, err)
        self.assertEqual(before, self.rows(tables.OWNERS))
        self.assertEqual([], self.rows(tables.CHECKS))


class TestSync(Sync):
    def test_owner_is_written_with_the_time_of_the_creation(self):
        self.port(ONE)
        self.nova.add(ONE)
        self.nova.add(TWO)
        self.assert_synced(1, 0, 0)
        self.assertEqual(
            [(ONE, 'alice', 'Alice', 'atlas', 'of-alice', NOON, None)],
            self.owners(
                'server_id',
                'user_id',
                'user_name',
                'project_id',
                'server_name',
                'begin_at',
                'begin_after',
            ),
        )
        self.assert_synced(0, 0, 0)

    def test_deleted_server_is_found_until_nova_forgets_it(self):
        self.port(ONE, end_ago=0 * database.HOUR)
        self.port(TWO, database.HOUR / 2)
        self.nova.add(ONE, deleted=True)
        self.assert_synced(1, 0, 1)
        self.assertEqual([(ONE,)], self.owners('server_id'))

    def test_server_that_nova_has_forgotten_is_asked_for_once(self):
        ids = list(map(database.server_id, range(30)))
        for one in ids:
            self.port(one, 2 * database.HOUR)
        self.assert_synced(0, 0, 30)
        self.assertEqual(
            [(one, None) for one in ids], self.owners('server_id', 'user_id')
        )
        before = len(self.nova.requests)
        self.assert_synced(0, 0, 0)
        self.assertEqual(before + 1, len(self.nova.requests))
        # Its cell did not respond, perhaps.
        self.nova.add(ids[0])
        self.nova.servers[ids[0]]['updated'] = '2099-01-01T00:00:00Z'
        self.assert_synced(1, 0, 0)
        self.assertIn(
            (ids[0], 'alice', NOON),
            self.owners('server_id', 'user_id', 'begin_at'),
        )
        self.assertEqual(30, len(self.rows(tables.OWNERS)))

    def test_servers_are_read_in_pages_and_not_one_by_one(self):
        self.nova.page = 10
        ids = list(map(database.server_id, range(95)))
        for number, one in enumerate(ids):
            self.port(one)
            self.nova.add(one, deleted=number >= 50)
            self.nova.servers[one]['updated'] = '2099-01-01T00:00:00Z'
        self.assert_synced(95, 0, 0)
        self.assertEqual(5 + 5, len(self.nova.requests))

    def test_next_sync_asks_for_what_changed_and_an_hour_later_for_all(self):
        self.assert_synced(0, 0, 0)
        self.assertNotIn('changes-since', self.nova.requests[-1][1])
        self.assert_synced(0, 0, 0)
        since = self.nova.requests[-1][1]['changes-since']
        self.assertLess(since, self.now.isoformat())
        with self.engine.begin() as connection:
            check_times.note(
                connection, check_times.SYNC, self.now - 2 * database.HOUR
            )
        self.assert_synced(0, 0, 0)
        self.assertNotIn('changes-since', self.nova.requests[-1][1])

    def test_many_old_servers_are_found_in_a_list_between_two_hours(self):
        self.assert_synced(0, 0, 0)
        for one in map(database.server_id, range(30)):
            self.port(one)
            self.nova.add(one)
        del self.nova.requests[:]
        self.assert_synced(30, 0, 0)
        self.assertEqual(2, len(self.nova.requests))

    def test_other_owner_begins_now(self):
        self.port(ONE)
        self.nova.add(ONE)
        self.assert_synced(1, 0, 0)
        [check] = self.rows(tables.CHECKS)
        self.nova.add(ONE, 'bob', updated='2099-01-01T00:00:00Z')
        self.assert_synced(0, 1, 0)
        before, after = self.rows(tables.OWNERS)
        self.assertEqual(
            ('bob', 'Bob', check['at']),
            (after['user_id'], after['user_name'], after['begin_after']),
        )
        self.assertEqual(before['end_at'], after['begin_at'])

    def test_user_who_is_gone_has_no_name(self):
        self.port(ONE)
        self.nova.add(ONE, 'carol')
        self.assert_synced(1, 0, 0)
        self.assertEqual(
            [('carol', None)], self.owners('user_id', 'user_name')
        )

    def test_names_are_not_kept_where_they_must_not_be(self):
        self.configure('router', '[cloud_security_trace]\nkeep_names = false')
        self.nova.keystone_status = 403
        self.port(ONE)
        self.nova.add(ONE)
        self.assert_synced(1, 0, 0)
        self.assertEqual(
            [('alice', None)], self.owners('user_id', 'user_name')
        )

    def test_terminal_is_told_how_far_it_is(self):
        for one in map(database.server_id, range(100)):
            self.nova.add(one)
        with mock.patch.object(trace_fixture.Stream, 'is_terminal', True):
            code, out, err = self.sync()
        self.assertIn('\r100 servers read\r', err)


class TestFailure(Sync):
    def setUp(self):
        super().setUp()
        self.port(ONE)
        self.nova.add(ONE)

    def test_nova_that_does_not_tell_is_an_error_and_no_absence(self):
        for status in (401, 403, 404, 500, 503):
            self.nova.status = status
            self.assert_fails('Nova does not tell', str(status))

    def test_keystone_that_tells_no_name_is_an_error(self):
        self.nova.keystone_status = 403
        self.assert_fails('Keystone does not tell')

    def test_database_that_does_not_answer_is_an_error(self):
        self.url = 'sqlite:////no/where'
        self.configure('router')
        self.assert_fails('unable to open')

    def test_account_that_nobody_names_is_an_error(self):
        self.useFixture(fixtures.EnvironmentVariable('OS_AUTH_URL'))
        self.useFixture(fixtures.EnvironmentVariable('OS_USERNAME'))
        self.assert_fails('[nova] in neutron.conf', 'auth_type')


class TestNovaSection(Sync):
    def setUp(self):
        super().setUp()
        for name in fake_nova.ACCOUNT:
            self.useFixture(fixtures.EnvironmentVariable(name))
        self.useFixture(fixtures.EnvironmentVariable('OS_AUTH_URL'))
        self.port(ONE)
        self.nova.add(ONE)

    def section(self, more=''):
        self.configure(
            'router',
            f'[nova]\nauth_type = password\nauth_url = {self.nova.url}/v3\n'
            'username = neutron\npassword = secret\nproject_name = service\n'
            f'user_domain_name = Default\nproject_domain_name = Default\n'
            f'{more}',
        )

    def test_account_that_notifies_nova_asks(self):
        self.section()
        self.assert_synced(1, 0, 0)
        self.assertEqual([('Alice',)], self.owners('user_name'))

    def test_region_and_interface_are_those_of_neutron(self):
        self.section('region_name = two\nendpoint_type = internal\n')
        self.assert_synced(1, 0, 0)
        self.section('region_name = three\n')
        code, out, err = self.sync()
        self.assertEqual((1, ''), (code, out), err)
