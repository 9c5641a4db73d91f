# SPDX-License-Identifier: Apache-2.0
"""Failures of the recorder's, killed processes, edits without Neutron."""

import datetime
import os
import random
import signal
import subprocess
import sys
import time
from unittest import mock

import fixtures
from neutron.db import models_v2
from neutron_lib.db import model_base
import sqlalchemy as sa
from sqlalchemy import orm

from cloud_security.trace import checking
from cloud_security.trace import columns
from cloud_security.trace import gaps
from cloud_security.trace import history
from cloud_security.trace import intervals
from cloud_security.trace import plugin
from cloud_security.trace import repairing
from cloud_security.trace import tables
from cloud_security.trace import touched_rows
from cloud_security.trace import writing
from tests.functional.trace import cloud
from tests.functional.trace import oracle

HISTORY = tables.HISTORY


class Faults(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.external = self.external_network()
        repairing.import_all(self.engine)

    def differing(self):
        return {
            (one.kind, one.problem)
            for one in checking.compare(self.engine).rows
        }

    def repair(self):
        number, _ = repairing.repair(
            self.engine, checking.compare(self.engine)
        )
        return number

    def gaps(self):
        """Return ``[(reason, it is open)]`` without that of the import."""
        return self.sql(
            'select reason, end_at is null from cloud_security_ip_gaps'
            " where reason != 'before' order by id"
        )

    def execute(self, text, **values):
        with self.engine.begin() as connection:
            connection.execute(sa.text(text), values)

    def rows(self, port):
        with self.engine.connect() as connection:
            return connection.execute(
                sa.select(HISTORY)
                .where(HISTORY.c.port_id == port['id'])
                .order_by(HISTORY.c.id)
            ).all()


class TestRecorder(Faults):
    is_strict = False

    def test_failure_leaves_neutron_alone_and_is_a_gap(self):
        with mock.patch.object(
            writing, 'begin', side_effect=RuntimeError('no luck')
        ):
            port = self.port(self.alice)
        self.assertEqual([], self.rows(port))
        self.assertEqual([('failure', True)], self.gaps())
        self.assertEqual(
            {('port', 'missing'), ('fixed', 'missing')}, self.differing()
        )
        self.assertEqual(2, self.repair())
        self.assertEqual(set(), self.differing())
        self.assertEqual(
            [('failure', False), ('difference', False)], self.gaps()
        )
        for row in self.rows(port):
            self.assertLess(row.begin_after, row.begin_at)

    def test_lost_transaction_is_no_success(self):
        # InnoDB takes back all of a transaction that is in a deadlock.
        def lose(connection, *_args):
            connection.connection.dbapi_connection.rollback()
            raise RuntimeError('no luck')

        before = self.root.ids('ports')
        with mock.patch.object(writing, 'begin', lose):
            status, _ = self.alice.post(
                'ports', {'port': {'network_id': self.network['id']}}
            )
        self.assertEqual(500, status)
        self.assertEqual(before, self.root.ids('ports'))
        self.assertEqual(set(), self.differing())

    def test_interval_that_the_transaction_does_not_see_is_ended(self):
        port = self.port(self.alice, **self.bound())
        floating = self.floating_ip(self.alice, port_id=port['id'])
        other = self.port(self.alice, **self.bound())
        hidden = mock.patch.object(
            writing, '_seen', side_effect=lambda connection, names: {}
        )
        for target in (other['id'], None):
            with hidden:
                status, body = self.alice.put(
                    f'floatingips/{floating["id"]}',
                    {'floatingip': {'port_id': target}},
                )
            self.assertEqual(200, status, body)
            self.assertEqual(set(), self.differing())
        self.assertEqual([], self.gaps())

    def test_interval_that_another_has_ended_is_ended_once(self):
        port = self.port(self.alice, **self.bound())
        floating = self.floating_ip(self.alice, port_id=port['id'])
        with mock.patch.object(
            writing, '_seen', side_effect=lambda _, names: {names[0]: -1}
        ):
            self.alice.put(
                f'floatingips/{floating["id"]}',
                {'floatingip': {'port_id': None}},
            )
        self.assertEqual(set(), self.differing())

    def test_clock_that_goes_back_ends_nothing_before_it_begins(self):
        port = self.port(self.alice)
        self.execute(
            'update cloud_security_ip_history set begin_at = :later'
            ' where port_id = :id',
            later='2100-01-01 00:00:00.000000',
            id=port['id'],
        )
        self.assertEqual(204, self.alice.delete(f'ports/{port["id"]}')[0])
        rows = self.rows(port)
        self.assertEqual(2, len(rows))
        for row in rows:
            self.assertEqual(row.begin_at, row.end_at)

    def test_new_row_with_an_open_interval_is_recorded(self):
        port = self.port(self.alice)
        fixed = port['fixed_ips'][0]
        for text in (
            'delete from ipamallocations where ip_address = :address',
            'delete from ipallocations where ip_address = :address',
        ):
            self.execute(text, address=fixed['ip_address'])
        other = self.port(self.bob, fixed_ips=[fixed])
        self.assertEqual([('difference', False)], self.gaps())
        self.assertEqual(set(), self.differing())
        [before] = [row for row in self.rows(port) if row.kind == 'fixed']
        [after] = [row for row in self.rows(other) if row.kind == 'fixed']
        self.assertEqual(before.end_at, after.begin_at)

    def test_history_names_users_and_requests(self):
        port = self.port(self.alice)
        floating = self.floating_ip(self.bob, port_id=port['id'])
        self.carol.put(
            f'floatingips/{floating["id"]}', {'floatingip': {'port_id': None}}
        )
        rows = {row.kind: row for row in self.rows(port)}
        self.assertEqual('alice', rows['port'].begin_user_id)
        self.assertEqual('alice', rows['fixed'].begin_user_id)
        self.assertEqual('bob', rows['floating'].begin_user_id)
        self.assertEqual('carol', rows['floating'].end_user_id)
        ids = {
            rows['port'].begin_request_id,
            rows['floating'].begin_request_id,
            rows['floating'].end_request_id,
        }
        self.assertEqual(3, len(ids))
        for one in ids:
            self.assertStartsWith('req-', one)
        # Neutron makes the port of a floating IP itself, for whoever asks.
        [own] = self.sql(
            'select begin_user_id from cloud_security_ip_history'
            " where kind = 'port' and device_id = :id",
            id=floating['id'],
        )
        self.assertEqual(('bob',), own)

    def assertStartsWith(self, beginning, text):
        self.assertEqual(beginning, text[: len(beginning)])

    def test_rolled_back_transaction_is_forgotten(self):
        port = self.port(self.alice)
        other = self.port(self.alice)
        address = '10.0.8.8'

        def allocation():
            return models_v2.IPAllocation(
                port_id=port['id'],
                ip_address=address,
                subnet_id=self.subnet['id'],
                network_id=self.network['id'],
            )

        with orm.Session(self.engine) as session:
            session.add(allocation())
            session.flush()
            session.rollback()
            with orm.Session(self.engine) as second, second.begin():
                second.add(allocation())
            row = (
                session.query(models_v2.IPAllocation)
                .filter_by(ip_address=address)
                .one()
            )
            row.port_id = other['id']
            session.commit()
        self.assertEqual([], self.gaps())
        self.assertEqual(set(), self.differing())

    def test_changes_of_nothing_write_nothing(self):
        port = self.port(self.alice)
        before = self.rows(port)
        self.alice.put(f'ports/{port["id"]}', {'port': {'name': 'other'}})
        self.alice.put(
            f'ports/{port["id"]}', {'port': {'device_id': port['device_id']}}
        )
        self.assertEqual(before, self.rows(port))


class TestStrictRecorder(Faults):
    def test_failure_refuses_the_request(self):
        before = self.root.ids('ports')
        with mock.patch.object(
            writing, 'begin', side_effect=RuntimeError('no luck')
        ):
            status, _ = self.alice.post(
                'ports', {'port': {'network_id': self.network['id']}}
            )
        self.assertEqual(500, status)
        self.assertEqual(before, self.root.ids('ports'))
        self.assertEqual(set(), self.differing())


class TestEdits(Faults):
    """Plain SQL: the check finds each edit, and the repair mends it."""

    def test_each_edit_is_found(self):
        port = self.port(
            self.alice,
            **self.bound(),
            allowed_address_pairs=[{'ip_address': '192.0.2.1'}],
        )
        other = self.port(self.alice)
        floating = self.floating_ip(self.alice, port_id=port['id'])
        address = other['fixed_ips'][0]
        forwarding = self.floating_ip(self.alice)
        self.alice.make(
            f'floatingips/{forwarding["id"]}/port_forwardings',
            'port_forwarding',
            protocol='tcp',
            external_port=80,
            internal_port=80,
            internal_port_id=other['id'],
            internal_ip_address=address['ip_address'],
        )
        self.assertEqual(set(), self.differing())
        for text, kind, problem in (
            (
                "update ports set device_id = 'x' where id = :port",
                'port',
                'different',
            ),
            (
                'update portsecuritybindings set port_security_enabled = '
                'false where port_id = :port',
                'port',
                'different',
            ),
            (
                'update ipallocations set port_id = :port where port_id = '
                ':other',
                'fixed',
                'different',
            ),
            (
                'delete from ipallocations where ip_address = :address',
                'fixed',
                'left over',
            ),
            (
                'insert into ipallocations (port_id, ip_address, subnet_id, '
                "network_id) values (:other, '10.0.7.7', :subnet, :network)",
                'fixed',
                'missing',
            ),
            (
                'update floatingips set fixed_port_id = :other where id = '
                ':floating',
                'floating',
                'different',
            ),
            (
                'update floatingips set fixed_port_id = null where id = '
                ':floating',
                'floating',
                'left over',
            ),
            (
                'update portforwardings set external_port_end = 81',
                'forward',
                'different',
            ),
            ('delete from portforwardings', 'forward', 'left over'),
            (
                "update allowedaddresspairs set ip_address = '192.0.2.2'",
                'pair',
                'left over',
            ),
            (
                'update routers set enable_snat = false where id = :router',
                'snat',
                'left over',
            ),
            (
                'update routers set enable_snat = true where id = :router',
                'snat',
                'missing',
            ),
            ('delete from floatingips where id = :floating', None, None),
        ):
            self.execute(
                text,
                **{
                    name: value
                    for name, value in {
                        'port': port['id'],
                        'other': other['id'],
                        'address': address['ip_address'],
                        'subnet': self.subnet['id'],
                        'network': self.network['id'],
                        'floating': floating['id'],
                        'router': self.router['id'],
                    }.items()
                    if f':{name}' in text
                },
            )
            found = self.differing()
            if kind:
                self.assertIn((kind, problem), found, text)
            else:
                self.assertEqual(set(), found)
            self.repair()
            self.assertEqual(set(), self.differing(), text)
            self.assertEqual([], oracle.Oracle(self).look(), text)
        self.assertEqual({('difference', False)}, {*self.gaps()})


class TestImport(cloud.Cloud):
    """Neutron has run without the plugin before."""

    def test_import_opens_what_is_there(self):
        self.external = self.external_network()
        port = self.port(self.alice, **self.bound())
        self.floating_ip(self.alice, port_id=port['id'])
        with self.engine.begin() as connection:
            connection.execute(HISTORY.delete())
        # The recorder sees changes before the import.
        self.root.put(f'ports/{port["id"]}', {'port': {'device_id': 'new'}})
        number = repairing.import_all(self.engine)
        self.assertLess(8, number)
        self.assertEqual([], oracle.Oracle(self).look())
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(HISTORY).where(HISTORY.c.end_at.is_(None))
            ).all()
        exact = {row.open_key for row in rows if row.begin_after is None}
        self.assertEqual({f'port:{port["id"]}'}, exact)
        self.assertEqual(0, repairing.import_all(self.engine))
        self.assertEqual(
            [('before', 0)],
            [
                (reason, int(is_open))
                for reason, is_open in self.sql(
                    'select reason, end_at is null from cloud_security_ip_gaps'
                )
            ],
        )

    def test_import_waits_for_a_start(self):
        with self.engine.begin() as connection:
            connection.execute(tables.CHECKS.delete())
        self.assertRaises(
            repairing.Unimported, repairing.import_all, self.engine
        )
        self.assertEqual([], self.sql('select * from cloud_security_ip_gaps'))

    def test_row_of_unknown_age_is_not_exact(self):
        port = self.port(self.alice)
        with self.engine.begin() as connection:
            connection.execute(HISTORY.delete())
            connection.execute(
                sa.text('update standardattributes set created_at = null')
            )
        repairing.import_all(self.engine)
        span = intervals.EVER
        with self.engine.connect() as connection:
            [one] = history.of_address(
                connection, port['fixed_ips'][0]['ip_address'], span
            )
        self.assertFalse(columns.is_exact(one))


class TestInterruptedImport(cloud.Cloud):
    def test_import_goes_on_until_it_ends(self):
        self.port(self.alice)
        with self.engine.begin() as connection:
            connection.execute(HISTORY.delete())
        with mock.patch.object(
            writing, 'begin', side_effect=KeyboardInterrupt
        ):
            self.assertRaises(
                KeyboardInterrupt, repairing.import_all, self.engine
            )
        self.assertRaises(
            repairing.Unimported, repairing.check_import, self.engine
        )
        self.assertLess(0, repairing.import_all(self.engine))
        repairing.check_import(self.engine)
        [(end,)] = self.sql(
            "select end_at from cloud_security_ip_gaps where reason = 'before'"
        )
        with self.engine.connect() as connection:
            last = connection.execute(
                sa.select(sa.func.max(HISTORY.c.begin_at))
            ).scalar()
        self.assertLessEqual(oracle.moment(last), oracle.moment(end))


class TestGaps(Faults):
    def open_gap(self, reason, detail, begin_at):
        with self.engine.begin() as connection:
            gaps.note(connection, reason, detail, begin_at)

    def test_gap_without_the_plugin_ends_when_neutron_starts_there(self):
        checking.note_off(self.engine)
        checking.note_off(self.engine)
        self.assertEqual([('off', True)], self.gaps())
        # Neutron has started here, but not since.
        self.execute(
            'update cloud_security_ip_gaps set begin_at = '
            "'2036-01-01 00:00:00.000000' where reason = 'off'"
        )
        self.repair()
        self.assertEqual([('off', True)], self.gaps())
        self.execute(
            'update cloud_security_ip_gaps set begin_at = '
            "'2016-01-01 00:00:00.000000' where reason = 'off'"
        )
        self.open_gap('off', 'another', datetime.datetime(2016, 1, 1))
        self.repair()
        self.assertEqual([('off', False), ('off', True)], self.gaps())

    def test_gap_that_begins_during_the_check_goes_on(self):
        found = checking.compare(self.engine)
        self.open_gap('failure', '', found.at + datetime.timedelta(seconds=1))
        self.open_gap('failure', '', found.at - datetime.timedelta(seconds=1))
        number, stays = repairing.repair(self.engine, found)
        self.assertEqual(0, number)
        self.assertEqual(['failure'], [gap.reason for gap in stays])
        self.assertEqual([('failure', True), ('failure', False)], self.gaps())
        [(checked,)] = self.sql(
            "select at from cloud_security_ip_checks where name = 'check'"
        )
        self.assertEqual(oracle.moment(found.at), oracle.moment(checked))

    def test_end_that_nobody_saw_is_between_the_checks(self):
        port = self.port(self.alice)
        self.repair()
        [(checked,)] = self.sql(
            "select at from cloud_security_ip_checks where name = 'check'"
        )
        self.execute(
            "update ports set device_id = 'x' where id = :port",
            port=port['id'],
        )
        self.repair()
        before, after = [row for row in self.rows(port) if row.kind == 'port']
        self.assertEqual(oracle.moment(checked), str(before.end_after)[:26])
        self.assertEqual(before.end_at, after.begin_at)
        self.assertLess(after.begin_after, after.begin_at)

    def test_gap_is_noted_in_any_words(self):
        for words in ('\N{PILE OF POO}', '\ud800', 'a\0b', 'x' * 999):
            self.open_gap('failure', words, tables.utc_now())
        self.assertEqual(4, len(self.gaps()))


class TestBulk(Faults):
    """Statements that change many rows."""

    is_strict = False

    def send(self, statement, *parameters):
        with orm.Session(self.engine) as session, session.begin():
            session.execute(statement, *parameters)

    def devices(self):
        return {
            row.port_id: (row.device_id, row.begin_at)
            for row in self.sql_rows()
        }

    def sql_rows(self):
        with self.engine.connect() as connection:
            return connection.execute(
                sa.select(HISTORY).where(
                    HISTORY.c.kind == 'port', HISTORY.c.end_at.is_(None)
                )
            ).all()

    def test_each_form_is_recorded_and_nothing_else(self):
        port = models_v2.Port
        table = port.__table__
        first, second = (self.port(self.alice)['id'] for _ in range(2))
        before = self.devices()
        quiet = {'synchronize_session': False}
        self.send(
            sa.update(port)
            .where(port.id == first)
            .values(device_id='a')
            .execution_options(**quiet)
        )
        self.send(
            table.update()
            .where(table.c.id == sa.bindparam('one'))
            .values(device_id='b'),
            [{'one': second}],
        )
        self.assertEqual(set(), self.differing())
        after = self.devices()
        self.assertEqual('a', after.pop(first)[0])
        self.assertEqual('b', after.pop(second)[0])
        del before[first], before[second]
        self.assertEqual(before, after)

    def test_failure_of_the_recorder_is_a_gap(self):
        port = self.port(self.alice)
        with mock.patch.object(
            touched_rows, '_meant', side_effect=RuntimeError('no luck')
        ):
            self.send(
                sa.update(models_v2.Port)
                .where(models_v2.Port.id == port['id'])
                .values(device_id='a')
                .execution_options(synchronize_session=False)
            )
        self.assertEqual([('failure', True)], self.gaps())
        self.assertEqual({('port', 'different')}, self.differing())

    def test_table_of_another_database_is_left_alone(self):
        other = sa.create_engine('sqlite://')
        self.addCleanup(other.dispose)
        table = sa.Table('ports', sa.MetaData(), sa.Column('id', sa.Integer))
        table.create(other)
        with orm.Session(other) as session, session.begin():
            session.execute(table.delete())
        self.assertEqual([], self.gaps())


class TestStart(Faults):
    def test_table_that_is_missing_or_changed_is_noticed(self):
        for table in tables.METADATA.sorted_tables:
            table.drop(self.engine)
            error = self.assertRaises(plugin.UnfitStart, plugin.TracePlugin)
            self.assertIn(table.name, str(error))
            self.assertIn('neutron-db-manage', str(error))
            self.execute(f'create table {table.name} (id integer)')
            error = self.assertRaises(plugin.UnfitStart, plugin.TracePlugin)
            self.assertIn(table.name, str(error))
            table.drop(self.engine)
            table.create(self.engine)


class TestKilled(fixtures.TestWithFixtures):
    """A process that dies leaves no difference."""

    TIMES = int(os.environ.get('TRACE_KILLS', '2'))

    def test_killed_neutron_leaves_no_difference(self):
        for _ in range(self.TIMES):
            if cloud.URL:
                url = self.useFixture(cloud.OwnDatabase()).url
            else:
                folder = self.useFixture(fixtures.TempDir()).path
                url = f'sqlite:///{folder}/neutron.db'
            engine = sa.create_engine(url)
            self.addCleanup(engine.dispose)
            model_base.BASEV2.metadata.create_all(engine)
            tables.METADATA.create_all(engine)
            self.run_and_kill(engine, url)
            self.assertEqual([], checking.compare(engine).rows)

    def run_and_kill(self, engine, url):
        """Run Neutron until it has written, and kill it at random."""
        child = subprocess.Popen(
            [
                *(sys.executable, '-W', 'ignore', '-m', 'testtools.run'),
                'tests.functional.trace.endless',
            ],
            env={**os.environ, 'TRACE_DATABASE': url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        query = sa.select(sa.func.max(HISTORY.c.id))
        while True:
            self.assertIsNone(child.poll())
            time.sleep(0.5)
            with engine.connect() as connection:
                if (connection.execute(query).scalar() or 0) > 50:
                    break
        time.sleep(random.random() * 3)
        child.send_signal(signal.SIGKILL)
        child.wait()
