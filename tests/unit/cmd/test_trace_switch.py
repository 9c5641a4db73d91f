# SPDX-License-Identifier: Apache-2.0
"""enable and disable of the history's plugin: files, tables and the gap."""

import os
import pathlib

from cloud_security.cmd import disable_trace
from cloud_security.cmd import enable_trace
from cloud_security.deploy import apis
from cloud_security.deploy import file_changes
from cloud_security.deploy import plugin_list
from cloud_security.trace import tables
from tests.unit.trace import trace_fixture

OURS = apis.TRACE.plugin
OTHER = apis.NEUTRON.plugin
UPGRADE = 'neutron-db-manage --subproject cloud_security upgrade heads'


class Switch(trace_fixture.Commands):
    def setUp(self):
        super().setUp()
        self.migrate()
        self.configure('router')
        self.before = self.conf.read_text()
        self.backup = pathlib.Path(f'{self.conf}{file_changes.BACKUP}')

    def enable(self, *arguments):
        return self.run_command(enable_trace.EnableTrace, *arguments)

    def disable(self, *arguments):
        return self.run_command(disable_trace.DisableTrace, *arguments)

    def plugins(self, path=None):
        text = (path or self.conf).read_text()
        return plugin_list.PluginList(text, apis.TRACE).parts

    def gaps(self):
        return [
            (row['reason'], row['end_at']) for row in self.rows(tables.GAPS)
        ]


class TestEnable(Switch):
    def test_plugin_is_appended_and_the_rest_is_told(self):
        code, out, err = self.enable()
        self.assertEqual((0, ''), (code, err))
        self.assertEqual(['router', OURS], self.plugins())
        self.assertEqual(self.before, self.backup.read_text())
        self.assertIn(f'+service_plugins = router,{OURS}\n', out)
        self.assertIn("Restart Neutron's API", out)
        self.assertIn('cloud-security-trace import', out)
        self.assertFalse((self.folder / 'policy.d').exists())
        self.assertIn('already', self.enable()[1])

    def test_missing_tables_are_refused_before_the_first_change(self):
        with self.engine.begin() as connection:
            connection.exec_driver_sql(
                'DROP TABLE alembic_version_cloud_security'
            )
        for arguments in ((), ('--dry-run',)):
            code, out, err = self.enable(*arguments)
            self.assertEqual((1, ''), (code, out))
            self.assertIn('would not start', err)
            self.assertIn(UPGRADE, err)
        self.assertEqual(self.before, self.conf.read_text())

    def test_silent_database_is_told_and_no_obstacle(self):
        self.url = 'sqlite:////no/where'
        self.configure('router')
        code, out, err = self.enable()
        self.assertEqual(0, code)
        self.assertIn('tables are there was not looked at', err)
        self.assertEqual(['router', OURS], self.plugins())

    def test_dry_run_shows_the_edit_and_changes_nothing(self):
        code, out, err = self.enable('--dry-run')
        self.assertEqual((0, ''), (code, err))
        self.assertIn(f'+service_plugins = router,{OURS}\n', out)
        self.assertEqual(self.before, self.conf.read_text())

    def test_image_has_its_files_below_its_root(self):
        root = self.folder / 'image'
        conf = root / 'etc/neutron/neutron.conf'
        conf.parent.mkdir(parents=True)
        conf.write_text('[DEFAULT]\n')
        self.run_command(
            enable_trace.EnableTrace, '--root', str(root), alone=True
        )
        self.assertEqual([OURS], self.plugins(conf))
        self.assertEqual(self.before, self.conf.read_text())
        code, out, err = self.run_command(
            disable_trace.DisableTrace, '--root', str(root), alone=True
        )
        self.assertEqual(0, code, err)
        self.assertIn('an image has no database', err)
        self.assertEqual('[DEFAULT]\n', conf.read_text())
        self.assertEqual([], self.gaps())

    def test_copy_that_is_kept_has_neither_plugin(self):
        self.configure(f'router,{OTHER}')
        self.enable()
        self.assertEqual(['router', OTHER, OURS], self.plugins())
        self.assertEqual(self.before, self.backup.read_text())


class TestDisable(Switch):
    def test_disable_gives_back_every_byte_and_notes_the_gap(self):
        os.chmod(self.conf, 0o640)
        self.enable()
        code, out, err = self.disable()
        self.assertEqual((0, ''), (code, err))
        self.assertIn("Restart Neutron's API", out)
        self.assertEqual(self.before, self.conf.read_text())
        self.assertEqual([('off', None)], self.gaps())
        self.assertLessEqual(self.now, self.rows(tables.GAPS)[0]['begin_at'])
        self.assertIn('already', self.disable()[1])

    def test_gap_is_noted_once_for_several_hosts(self):
        for _ in range(2):
            self.enable()
            self.disable()
        self.assertEqual([('off', None)], self.gaps())

    def test_silent_database_is_told_and_no_obstacle(self):
        self.url = 'sqlite:////no/where'
        self.configure(f'router,{OURS}')
        code, out, err = self.disable()
        self.assertEqual(0, code)
        self.assertIn('was not noted', err)
        self.assertIn('unable to open', err)
        self.assertEqual(['router'], self.plugins())

    def test_dry_run_notes_and_changes_nothing(self):
        self.enable()
        before = self.conf.read_text()
        code, out, err = self.disable('--dry-run')
        self.assertEqual((0, ''), (code, err))
        self.assertIn('+service_plugins = router\n', out)
        self.assertEqual(before, self.conf.read_text())
        self.assertEqual([], self.gaps())

    def test_other_plugin_stays(self):
        self.configure(f'router,{OURS},{OTHER}')
        self.disable()
        self.assertEqual(['router', OTHER], self.plugins())
