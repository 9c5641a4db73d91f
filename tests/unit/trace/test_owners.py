# SPDX-License-Identifier: Apache-2.0
"""Owners of servers in the history: begun, corrected and changed."""

import sqlalchemy as sa

from cloud_security.trace import check_times
from cloud_security.trace import coverage
from cloud_security.trace import intervals
from cloud_security.trace import known_owners
from cloud_security.trace import owners
from cloud_security.trace import tables
from tests.unit.trace import database

ONE, TWO = map(database.server_id, (1, 2))
COLUMNS = ('server_id', 'user_id', 'open_key', 'source')


class Owners(database.Database):
    def server(self, server_id=ONE, user_id='alice', **more):
        return owners.Server(
            server_id,
            user_id,
            user_id.title(),
            'atlas',
            'web',
            self.now - database.DAY,
        )._replace(**more)

    def read(self):
        with self.engine.connect() as connection:
            return known_owners.read(connection)

    def begin(self, *servers):
        with self.engine.begin() as connection:
            return owners.begin(connection, servers)

    def correct(self, kept, *servers):
        with self.engine.begin() as connection:
            return owners.correct(connection, servers, kept)

    def change(self, user_id='bob', server_id=ONE, **more):
        with self.engine.begin() as connection:
            owners.changed(
                connection,
                server_id,
                user_id,
                None,
                'atlas',
                owners.SET_OWNER,
                **more,
            )


class TestUnresolved(Owners):
    def test_servers_of_ports_without_owner_are_found_also_deleted_ones(self):
        self.port(ONE, begin_ago=3 * database.HOUR)
        self.port(ONE, begin_ago=2 * database.HOUR)
        self.port(TWO, end_ago=database.HOUR)
        self.assertEqual(
            {
                ONE: self.now - 3 * database.HOUR,
                TWO: self.now - database.HOUR,
            },
            self.read().unresolved,
        )
        self.begin(self.server())
        self.assertEqual({TWO}, {*self.read().unresolved})

    def test_devices_that_are_no_servers_are_left_out(self):
        self.port(ONE, device_owner='network:dhcp')
        for device in ('', 'x', f'{ONE}/../x', ONE.upper() + 'A', 255 * 'x'):
            self.port(device)
        self.assertEqual({}, self.read().unresolved)


class TestBegin(Owners):
    def test_owner_begins_when_the_server_was_created(self):
        self.assertEqual(1, self.begin(self.server()))
        [row] = self.rows(tables.OWNERS)
        row.pop('id')
        self.assertEqual(
            {
                'server_id': ONE,
                'user_id': 'alice',
                'user_name': 'Alice',
                'project_id': 'atlas',
                'server_name': 'web',
                'begin_after': None,
                'begin_at': self.now - database.DAY,
                'end_at': None,
                'source': 'sync',
                'open_key': ONE,
            },
            row,
        )

    def test_name_that_a_database_may_not_store_hinders_nobody(self):
        self.begin(self.server(name='\U0001f600a\x00' + 300 * '\xfc'))
        [(name,)] = self.owners('server_name')
        self.assertEqual('\ufffda\ufffd' + 252 * '\xfc', name)

    def test_owner_that_another_process_wrote_stays(self):
        self.begin(self.server())
        self.assertEqual(
            1, self.begin(self.server(user_id='bob'), self.server(TWO))
        )
        self.assertEqual(
            [(ONE, 'alice'), (TWO, 'alice')], self.owners(*COLUMNS[:2])
        )


class TestForgotten(Owners):
    def setUp(self):
        super().setUp()
        begin = self.now - 3 * database.HOUR
        self.port(ONE, begin_ago=3 * database.HOUR)
        with self.engine.begin() as connection:
            owners.forget(connection, {ONE: begin})
        self.assertEqual({}, self.read().unresolved)
        self.assertEqual({ONE}, self.read().forgotten)

    def test_owner_whom_nova_tells_later_takes_its_place(self):
        self.assertEqual(1, self.begin(self.server()))
        self.assertEqual([(ONE, 'alice')], self.owners(*COLUMNS[:2]))
        self.assertEqual(set(), self.read().forgotten)

    def test_former_owner_takes_its_place(self):
        self.change('bob', former_id='alice')
        self.assertEqual(
            [(ONE, 'alice'), (ONE, 'bob')], self.owners(*COLUMNS[:2])
        )
        [(first,), _] = self.owners('begin_at')
        self.assertEqual(self.now - 3 * database.HOUR, first)

    def test_look_up_says_that_the_owner_is_not_known(self):
        with self.engine.connect() as connection:
            found = coverage.of_owners(connection, intervals.EVER)
        self.assertIn(coverage.REASONS['ownerless'], str(found.gaps[-1]))


class TestCorrect(Owners):
    def test_other_owner_begins_after_the_last_sync(self):
        self.begin(self.server())
        at = self.now - database.HOUR
        with self.engine.begin() as connection:
            check_times.note(
                connection, check_times.SYNC, self.now - 2 * database.HOUR
            )
            check_times.note(connection, check_times.SYNC, at)
        self.assertEqual(
            1, self.correct(self.read(), self.server(user_id='bob'))
        )
        before, after = self.rows(tables.OWNERS)
        self.assertEqual('alice', before['user_id'])
        self.assertIsNone(before['open_key'])
        self.assertEqual(before['end_at'], after['begin_at'])
        self.assertLessEqual(self.now, after['begin_at'])
        self.assertEqual(at, after['begin_after'])
        self.assertEqual(('bob', ONE), (after['user_id'], after['open_key']))

    def test_other_owner_without_a_sync_begins_after_the_former_one(self):
        self.begin(self.server())
        self.correct(self.read(), self.server(user_id='bob'))
        self.assertEqual(
            self.now - database.DAY,
            self.rows(tables.OWNERS)[1]['begin_after'],
        )

    def test_same_owner_stays(self):
        self.begin(self.server())
        self.assertEqual(0, self.correct(self.read(), self.server()))
        self.assertEqual(1, len(self.owners('id')))

    def test_owner_who_was_set_while_nova_was_asked_stays(self):
        self.begin(self.server())
        kept = self.read()._replace(at=self.now - database.HOUR)
        self.change()
        self.assertEqual(0, self.correct(kept, self.server(user_id='alice')))
        self.assertEqual('bob', self.owners('user_id')[-1][0])


class TestChanged(Owners):
    def test_new_owner_begins_where_the_former_one_ends(self):
        self.begin(self.server())
        self.change()
        before, after = self.rows(tables.OWNERS)
        self.assertEqual(before['end_at'], after['begin_at'])
        self.assertIsNone(after['begin_after'])
        self.assertEqual('web', after['server_name'])
        self.assertEqual(
            [
                (ONE, 'alice', None, 'sync'),
                (ONE, 'bob', ONE, 'set-owner'),
            ],
            self.owners(*COLUMNS),
        )

    def test_owner_that_the_history_has_changes_nothing(self):
        self.change()
        self.change()
        self.assertEqual(1, len(self.owners('id')))

    def test_former_owner_gets_the_time_since_the_first_port(self):
        self.port(ONE, begin_ago=2 * database.HOUR)
        self.change(former_id='alice')
        before, after = self.rows(tables.OWNERS)
        self.assertEqual(
            ('alice', self.now - 2 * database.HOUR),
            (before['user_id'], before['begin_at']),
        )
        self.assertEqual(before['end_at'], after['begin_at'])

    def test_former_owner_of_a_server_without_ports_is_left_out(self):
        self.change(former_id='alice')
        self.assertEqual([('bob',)], self.owners('user_id'))

    def test_later_sync_finds_what_could_not_be_written(self):
        self.begin(self.server())
        with self.engine.begin() as connection:
            connection.execute(
                sa.text(f'ALTER TABLE {tables.OWNERS.name} RENAME TO x')
            )
        self.assertRaises(sa.exc.SQLAlchemyError, self.change)
        with self.engine.begin() as connection:
            connection.execute(
                sa.text(f'ALTER TABLE x RENAME TO {tables.OWNERS.name}')
            )
        self.correct(self.read(), self.server(user_id='bob'))
        self.assertIsNotNone(self.rows(tables.OWNERS)[1]['begin_after'])
