# SPDX-License-Identifier: Apache-2.0
"""Findings of ``cloud-security-trace status``, planted one by one."""

import json

from cloud_security.cmd import trace_status
from cloud_security.trace import checks
from cloud_security.trace import tables
from tests.unit.trace import database
from tests.unit.trace import trace_fixture

ONE, TWO = map(database.server_id, (1, 2))
HOUR = database.HOUR
DAY = database.DAY
NAMES = [name for name, _ in checks.Checks._upgrade_checks]


class TestStatus(trace_fixture.Commands):
    def setUp(self):
        super().setUp()
        self.migrate()
        self.insert(tables.CHECKS, name='check', at=self.now - HOUR / 2)
        self.insert(tables.GAPS, reason='before', end_at=self.now - DAY)

    def status(self):
        """Return the exit code, and ``{name: (result, details)}``."""
        code, out, err = self.run_command(trace_status.TraceStatus, '--json')
        self.assertEqual('', err)
        found = json.loads(out)['checks']
        self.assertEqual(NAMES, [one['check'] for one in found])
        return code, {
            one['check']: (one['result'], one['details'] or '')
            for one in found
        }

    def assert_found(self, name, code, *words):
        """Expect one finding and no other one, and the same in short."""
        exit_code, found = self.status()
        self.assertEqual(code, exit_code)
        self.assertEqual(code, found[name][0])
        for word in words:
            self.assertIn(word, found[name][1])
        self.assertEqual(
            [name], [one for one, (result, _) in found.items() if result > 0]
        )
        short = checks.summary(self.load())
        self.assertEqual((code, found[name][1]), (short.code, short.details))

    def test_all_is_well(self):
        code, found = self.status()
        self.assertEqual(0, code)
        self.assertEqual({(0, '')}, {*found.values()})
        code, out, err = self.run_command(trace_status.TraceStatus)
        self.assertEqual(0, code)
        self.assertIn('Check: Retention', out)
        short = checks.summary(self.load())
        self.assertEqual((0, None), (short.code, short.details))

    def test_plugin_that_is_not_loaded_is_a_failure(self):
        self.configure('router,user_isolation')
        self.assert_found(
            'Plugin in neutron.conf', 2, 'cloud-security-trace enable'
        )

    def test_tables_at_an_older_revision_are_a_failure(self):
        with self.engine.begin() as connection:
            connection.exec_driver_sql(
                'DELETE FROM alembic_version_cloud_security'
            )
        self.assert_found('Tables', 2, 'neutron-db-manage')

    def test_silent_database_is_a_failure(self):
        for url, why in (
            ('sqlite:////no/where', 'unable to open'),
            ('nonsense', 'is no URL'),
            ('', 'no [database] connection'),
        ):
            self.url = url
            self.configure('cloud_security_trace')
            self.assert_found('Tables', 2, why, 'does not answer')
            self.assertEqual(-1, self.status()[1]['Gaps'][0])

    def test_missing_import_is_a_failure(self):
        for change in (
            tables.GAPS.update().values(end_at=None),
            tables.GAPS.delete(),
        ):
            self.assertEqual(0, self.status()[1]['Import'][0])
            with self.engine.begin() as connection:
                connection.execute(change)
            code, found = self.status()
            self.assertEqual(2, code)
            self.assertIn('cloud-security-trace import', found['Import'][1])
            with self.engine.begin() as connection:
                connection.execute(
                    tables.GAPS.update().values(end_at=tables.utc_now())
                )

    def test_old_check_is_a_warning(self):
        with self.engine.begin() as connection:
            connection.execute(
                tables.CHECKS.update().values(at=self.now - 2 * HOUR)
            )
        self.assert_found('Last check', 1, 'since 20')
        with self.engine.begin() as connection:
            connection.execute(tables.CHECKS.update().values(name='sync'))
        self.assert_found('Last check', 1, 'agree ever')

    def test_gap_that_goes_on_is_a_failure(self):
        for reason in ('failure', 'difference', 'off'):
            with self.engine.begin() as connection:
                connection.execute(
                    tables.GAPS.delete().where(tables.GAPS.c.end_at.is_(None))
                )
            self.insert(tables.GAPS, reason=reason, begin_at=self.now)
            self.assert_found('Gaps', 2, f'({reason}: no details)')

    def test_gap_that_ended_is_none(self):
        self.insert(
            tables.GAPS,
            reason='off',
            begin_at=self.now - DAY,
            end_at=self.now - HOUR,
        )
        self.assertEqual(0, self.status()[0])

    def test_servers_without_owner_for_an_hour_are_a_warning(self):
        self.port(ONE, HOUR / 2)
        self.assertEqual(0, self.status()[0])
        self.port(TWO, 2 * HOUR)
        self.assert_found('Owners of servers', 1, 'owners of 1 servers')

    def test_overdue_purge_is_a_warning(self):
        self.insert(
            tables.OWNERS,
            server_id=ONE,
            begin_at=self.now,
            source='sync',
            open_key=ONE,
        )
        self.port(ONE, 500 * DAY, 365.5 * DAY)
        self.assertEqual(0, self.status()[0])
        self.port(ONE, 500 * DAY, 367 * DAY)
        self.assert_found('Retention', 1, '1 intervals', '365 days')
