# SPDX-License-Identifier: Apache-2.0
"""Purges of the history: all that is due goes, and nothing else."""

import fixtures

from cloud_security.trace import owners
from cloud_security.trace import retention
from cloud_security.trace import tables
from tests.unit.trace import database

ONE, TWO, THREE = map(database.server_id, (1, 2, 3))
DAY = database.DAY


class Purge(database.Database):
    def setUp(self):
        super().setUp()
        self.end = self.now - 10 * DAY

    def purge(self, *kept, dry_run=False):
        return retention.purge(self.engine, self.end, kept, dry_run)

    def fixed(self, port_id, begin_ago, end_ago):
        self.insert(
            tables.HISTORY,
            kind='fixed',
            port_id=port_id,
            address='10.0.0.5',
            begin_at=self.now - begin_ago,
            end_at=end_ago and self.now - end_ago,
        )

    def owner(self, server_id, begin_ago=30 * DAY, end_ago=None):
        self.insert(
            tables.OWNERS,
            server_id=server_id,
            user_id='alice',
            begin_at=self.now - begin_ago,
            end_at=end_ago and self.now - end_ago,
            source=owners.SYNC,
            open_key=None if end_ago else server_id,
        )

    def gaps(self):
        return [
            (row['reason'], row['begin_at'], row['end_at'])
            for row in self.rows(tables.GAPS)
        ]


class TestPurge(Purge):
    def test_intervals_that_ended_before_the_bound_go(self):
        for end_ago in (11 * DAY, 10 * DAY, 9 * DAY, None):
            port_id = self.port(ONE, 30 * DAY, end_ago)
            self.fixed(port_id, 30 * DAY, end_ago)
        self.assertEqual((2, 0), self.purge())
        self.assertEqual(
            2 * [self.end] + 2 * [self.now - 9 * DAY] + 2 * [None],
            [row['end_at'] for row in self.rows(tables.HISTORY)],
        )

    def test_each_kind_goes(self):
        for kind in tables.KINDS:
            self.port(ONE, 30 * DAY, 20 * DAY, kind=kind, port_id=None)
        self.assertEqual((len(tables.KINDS), 0), self.purge())
        self.assertEqual([], self.rows(tables.HISTORY))

    def test_statement_deletes_few_rows(self):
        self.useFixture(
            fixtures.MonkeyPatch('cloud_security.trace.retention.ROWS', 2)
        )
        for _ in range(5):
            self.port(ONE, 30 * DAY, 20 * DAY)
        self.assertEqual((5, 0), self.purge())
        self.assertEqual([], self.rows(tables.HISTORY))

    def test_gap_is_there_before_the_first_row_goes(self):
        self.port(ONE, 30 * DAY, 20 * DAY)

        def delete(*args):
            raise OSError('killed')

        with fixtures.MonkeyPatch(
            'cloud_security.trace.retention._delete', delete
        ):
            self.assertRaises(OSError, self.purge)
        self.assertEqual(1, len(self.rows(tables.HISTORY)))
        self.assertEqual([('purged', None, self.end)], self.gaps())

    def test_gap_is_one_row_that_moves_forward_alone(self):
        for days in (10, 20, 5):
            self.end = self.now - days * DAY
            self.port(ONE, 40 * DAY, (days + 1) * DAY)
            self.purge()
            self.assertEqual(
                [('purged', None, self.now - min(days, 10) * DAY)],
                self.gaps(),
            )

    def test_purge_of_nothing_notes_no_gap(self):
        self.port(ONE)
        self.assertEqual((0, 0), self.purge())
        self.assertEqual([], self.gaps())

    def test_dry_run_tells_the_same_and_changes_nothing(self):
        self.port(ONE, 30 * DAY, 20 * DAY)
        self.owner(ONE)
        self.assertEqual((1, 1), self.purge(dry_run=True))
        self.assertEqual([], self.gaps())
        self.assertEqual((1, 1), self.purge())

    def test_bound_is_in_the_past(self):
        with self.engine.connect() as connection:
            for before, expected in (
                (self.end, self.end),
                (self.now + DAY, None),
                (None, None),
            ):
                found = retention.bound(connection, 10, before)
                if expected:
                    self.assertEqual(expected, found)
                self.assertLess(found, self.now + database.HOUR)
            self.assertLessEqual(self.end, found)


class TestOwners(Purge):
    def test_owner_goes_with_the_last_interval_of_the_server(self):
        for server_id, end_ago in ((ONE, 20 * DAY), (TWO, 9 * DAY)):
            self.port(server_id, 30 * DAY, 25 * DAY)
            self.port(server_id, 25 * DAY, end_ago)
            self.owner(server_id)
        self.port(THREE, 30 * DAY)
        self.owner(THREE)
        self.assertEqual((3, 1), self.purge())
        self.assertEqual([(TWO,), (THREE,)], self.owners('server_id'))

    def test_former_owner_goes_and_the_present_one_stays(self):
        self.port(ONE, 30 * DAY)
        self.owner(ONE, 30 * DAY, 20 * DAY)
        self.owner(ONE, 20 * DAY, 9 * DAY)
        self.owner(ONE, 9 * DAY)
        self.assertEqual((0, 1), self.purge())
        self.assertEqual(2, len(self.owners('id')))

    def test_owner_of_a_server_without_ports_yet_stays(self):
        self.owner(ONE, DAY)
        self.assertEqual((0, 0), self.purge())


class TestKeptServer(Purge):
    def test_all_of_the_server_stays(self):
        for server_id in (ONE, TWO):
            port_id = self.port(server_id, 30 * DAY, 20 * DAY)
            self.fixed(port_id, 30 * DAY, 20 * DAY)
            self.owner(server_id, 30 * DAY, 20 * DAY)
        self.port(ONE, 30 * DAY, 20 * DAY, kind='snat', port_id=None)
        self.assertEqual((3, 1), self.purge(ONE))
        self.assertEqual([(ONE,)], self.owners('server_id'))
        self.assertEqual(
            [f'port-{ONE}'[:36]] * 2,
            [row['port_id'] for row in self.rows(tables.HISTORY)],
        )


class TestPurgeAll(Purge):
    def test_rows_go_and_what_is_unknown_stays_unknown(self):
        self.port(ONE)
        self.owner(ONE)
        for reason, end_at in (('before', self.now), ('off', None)):
            self.insert(
                tables.GAPS, reason=reason, begin_at=self.end, end_at=end_at
            )
        self.insert(tables.CHECKS, name='check', at=self.now)
        self.assertEqual((1, 1), retention.purge_all(self.engine))
        for table in (tables.HISTORY, tables.OWNERS, tables.CHECKS):
            self.assertEqual([], self.rows(table))
        off, purged = self.gaps()
        self.assertEqual(('off', self.end, None), off)
        self.assertEqual(('purged', None), purged[:2])
        self.assertLessEqual(self.now, purged[2])
