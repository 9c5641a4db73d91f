# SPDX-License-Identifier: Apache-2.0
"""``purge`` as an operator types it."""

import json

import fixtures

from cloud_security.cmd import purge
from cloud_security.trace import tables
from tests.unit.trace import database
from tests.unit.trace import trace_fixture

ONE, TWO = map(database.server_id, (1, 2))
DAY = database.DAY


class TestPurge(trace_fixture.Commands):
    def setUp(self):
        super().setUp()
        self.port(ONE, 500 * DAY, 400 * DAY)
        self.port(ONE, 500 * DAY, 20 * DAY)
        self.port(ONE, 500 * DAY)

    def purge(self, *arguments):
        return self.run_command(purge.Purge, *arguments)

    def count(self):
        return len(self.rows(tables.HISTORY))

    def test_retention_is_the_option(self):
        code, out, err = self.purge()
        self.assertEqual((0, ''), (code, err))
        self.assertIn('1 intervals and 0 owners of servers went', out)
        self.assertEqual(2, self.count())
        self.configure('x', '[cloud_security_trace]\nretention_days = 10')
        self.purge()
        self.assertEqual(1, self.count())

    def test_log_has_how_many_and_who(self):
        log = self.useFixture(fixtures.FakeLogger())
        self.port(TWO, 500 * DAY)
        self.purge('--keep-server', TWO.upper())
        [line] = [
            line
            for line in log.output.splitlines()
            if line.startswith('cloud_security.purged ')
        ]
        record = json.loads(line.partition(' ')[2])
        self.assertEqual(1, record['intervals'])
        self.assertEqual([TWO], record['kept_servers'])
        self.assertTrue(record['by'])

    def test_bound_is_a_time_of_the_operators(self):
        for text, count in (
            ((self.now - 30 * DAY).isoformat(), 2),
            ((self.now - 10 * DAY).strftime('%Y-%m-%dT%H:%M:%SZ'), 1),
        ):
            self.assertEqual(0, self.purge('--before', text)[0])
            self.assertEqual(count, self.count())
        for text in ('yesterday', '9999-12-31T23:59:59-01:00'):
            code, out, err = self.purge('--before', text)
            self.assertEqual((2, ''), (code, out))
            self.assertIn('is no time', err)

    def test_dry_run_and_kept_server_delete_nothing(self):
        for arguments in (('--dry-run',), ('--keep-server', ONE)):
            self.assertEqual(0, self.purge(*arguments)[0])
            self.assertEqual(3, self.count())

    def test_servers_of_the_option_are_kept(self):
        self.configure('x', f'[cloud_security_trace]\nkept_servers = {ONE}')
        self.assertEqual(0, self.purge()[0])
        self.assertEqual(3, self.count())

    def test_unknown_kept_server_keeps_everything(self):
        for option, arguments in (
            ('', ('--keep-server', 'web-1')),
            ('', ('--keep-server', ONE[:-1], '--dry-run')),
            (f'kept_servers = {ONE},{TWO}', ()),
        ):
            self.configure('x', f'[cloud_security_trace]\n{option}')
            code, out, err = self.purge(*arguments)
            self.assertEqual((2, ''), (code, out), err)
            self.assertIn('The history has no server', err)
            self.assertEqual(3, self.count())

    def test_all_is_meant_and_comes_after_disable(self):
        for plugins, arguments, code, word in (
            ('router', ('--all',), 1, '--yes'),
            ('cloud_security_trace', ('--all', '--yes'), 1, 'disable'),
            ('router', ('--all', '--before', '2026-01-01'), 2, '--before'),
            ('router', ('--all', '--dry-run'), 2, '--dry-run'),
        ):
            self.configure(plugins)
            found, out, err = self.purge(*arguments)
            self.assertEqual((code, ''), (found, out), err)
            self.assertIn(word, err)
            self.assertEqual(3, self.count())
        self.configure('router')
        code, out, err = self.purge('--all', '--yes')
        self.assertEqual((0, ''), (code, err))
        self.assertIn('3 intervals', out)
        self.assertEqual(0, self.count())
