# SPDX-License-Identifier: Apache-2.0
"""enable and disable on hosts of Nova, of Cinder, and of both."""

import shlex
import shutil

import fixtures

from cloud_security.deploy import file_changes
from tests.unit.cmd import hosts
from tests.unit.cmd.hosts import FRESH

NOTHING = 'It is enabled already; nothing was changed.\n'


class TestBoth(hosts.Host):
    def test_enable_without_a_service_does_both(self):
        code, out, err = self.manage('enable', '--offline')
        self.assertEqual((0, ''), (code, err))
        for key, name in (('compute', 'Nova'), ('volume', 'Cinder')):
            self.assert_state(key, True, True)
            self.assertIn(f"{name}: Start {name}'s API when it has", out)
        code, out, err = self.manage('enable')
        self.assertEqual(f'Nova: {NOTHING}Cinder: {NOTHING}', out)

    def test_disable_gives_back_every_byte_of_both(self):
        self.manage('enable', '--offline')
        code, out, err = self.manage('disable')
        self.assertEqual((0, ''), (code, err))
        self.assertIn("Nova: Restart Nova's API", out)
        self.assertIn("Cinder: Restart Cinder's API", out)
        for key, fresh in FRESH.items():
            self.assertEqual(fresh, self.paste(key).read_bytes())
            self.assert_state(key, False, False)

    def test_named_service_alone_is_changed(self):
        code, out, err = self.manage(
            'enable', '--offline', '--service', 'volume'
        )
        self.assertEqual((0, ''), (code, err))
        self.assertIn("Start Cinder's API when it has these files.\n", out)
        self.assertNotIn('Nova', out)
        self.assert_state('volume', True, True)
        self.assert_state('compute', False, False)
        self.manage('enable', '--offline')
        self.manage('disable', '--service', 'compute')
        self.assert_state('volume', True, True)
        self.assert_state('compute', False, False)

    def test_each_next_step_is_that_of_its_service(self):
        code, out, err = self.manage('enable')
        self.assertEqual((0, ''), (code, err))
        for key in FRESH:
            self.assert_state(key, True, False)
        advice = [
            words.partition(', which')[0]
            for words in out.split('run cloud-security-manage ')[1:]
        ]
        self.assertEqual(
            [
                'enable --restarted --service compute',
                'enable --restarted --service volume',
            ],
            advice,
        )
        self.manage(*shlex.split(advice[1]))
        self.assert_state('volume', True, True)
        # Nova's API may run without the filter yet.
        self.assert_state('compute', True, False)

    def test_one_command_restarts_once_for_both(self):
        seen = self.root / 'seen'
        code, out, err = self.manage(
            'enable', '--restart', f'echo restarted >>{seen}'
        )
        self.assertEqual((0, ''), (code, err))
        self.assertEqual('restarted\n', seen.read_text())
        for key in FRESH:
            self.assert_state(key, True, True)

    def test_restart_that_fails_is_undone_for_all(self):
        code, out, err = self.manage('enable', '--restart', 'exit 3')
        self.assertEqual(1, code)
        self.assertEqual(1, err.count('\n'))
        self.assertEqual(2, out.count('# exit 3\n'))
        for key, fresh in FRESH.items():
            self.assert_state(key, False, False)
            self.assertEqual(fresh, self.paste(key).read_bytes())

    def test_restart_that_fails_keeps_a_filter_that_was_there(self):
        self.manage('enable', '--service', 'compute')
        code, out, err = self.manage('enable', '--restart', 'exit 3')
        self.assertEqual(1, code)
        self.assertIn('enable --restarted --service compute', err)
        self.assert_state('compute', True, False)
        self.assert_state('volume', False, False)

    def test_step_that_fails_undoes_those_of_other_services(self):
        self.manage('enable')
        broken = self.root / 'etc/volume/policy.d'
        make = file_changes.Link.do

        def fails(link):
            if link.path.startswith(str(broken)):
                raise file_changes.Refused(f'{link.path} cannot be written.')
            make(link)

        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.file_changes.Link.do', fails
            )
        )
        code, out, err = self.manage('enable', '--restarted')
        self.assertEqual(1, code)
        self.assertIn(f'{broken}', err)
        self.assertNotIn('It is enabled', out)
        for key in FRESH:
            self.assert_state(key, True, False)

    def test_edit_that_fails_undoes_those_of_other_services(self):
        edit = file_changes.Edit.do

        def fails(step):
            if step.path == str(self.paste('volume')):
                raise file_changes.Refused(f'{step.path} cannot be written.')
            edit(step)

        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.file_changes.Edit.do', fails
            )
        )
        for arguments in ((), ('--offline',), ('--restart', 'true')):
            code, out, err = self.manage('enable', *arguments)
            self.assertEqual(1, code)
            self.assertEqual(
                FRESH['compute'], self.paste('compute').read_bytes()
            )
            self.assert_state('compute', False, False)

    def test_fault_of_one_service_changes_no_file_of_the_other(self):
        self.paste('volume').write_text('[app:x]\nkey = value\n')
        for arguments in (('enable',), ('enable', '--offline')):
            code, out, err = self.manage(*arguments)
            self.assertEqual((1, ''), (code, out))
            self.assertIn(str(self.paste('volume')), err)
            self.assert_state('compute', False, False)

    def test_restarted_before_any_enable_links_no_rules_of_any(self):
        self.manage('enable', '--service', 'compute')
        code, out, err = self.manage('enable', '--restarted')
        self.assertEqual((1, ''), (code, out))
        self.assertIn(f'{self.paste("volume")} has not got the filter', err)
        self.assert_state('compute', True, False)

    def test_named_paste_tells_whose_it_is(self):
        for key in FRESH:
            other = self.root / f'{key}.ini'
            other.write_bytes(FRESH[key])
            code, out, err = self.manage(
                'enable', '--offline', '--paste', str(other)
            )
            self.assertEqual((0, ''), (code, err))
            self.assertIn(
                f'cloud_security.{key}.middleware', other.read_text()
            )
            self.assert_state('compute', False, False)
            self.assert_state('volume', False, False)

    def test_configuration_of_nobody_named_asks_for_the_service(self):
        conf = self.root / 'x.conf'
        conf.write_text('')
        for arguments in (
            ('--config-file', str(conf)),
            ('--policy-dir', str(self.root)),
        ):
            code, out, err = self.manage('enable', *arguments)
            self.assertEqual((2, ''), (code, out))
            self.assertIn('with --service compute or volume', err)
        code, out, err = self.manage(
            'enable', '--config-file', str(conf), '--service', 'volume'
        )
        self.assertEqual((0, ''), (code, err))


class TestCinderAlone(hosts.Host):
    HAS = ('volume',)

    def test_enable_without_a_service_is_cinders(self):
        code, out, err = self.manage('enable')
        self.assertEqual((0, ''), (code, err))
        self.assertIn("\nRestart Cinder's API on this host", out)
        self.assertIn('openstack-cinder-api', out)
        self.assertIn('enable --restarted, which', out)
        self.assertNotIn('Nova', out)
        self.manage('enable', '--restarted')
        self.assert_state('volume', True, True)
        self.manage('disable')
        self.assertEqual(FRESH['volume'], self.paste('volume').read_bytes())

    def test_paste_that_cinder_conf_names_otherwise_is_refused(self):
        other = self.root / 'other.ini'
        shutil.copy(self.paste('volume'), other)
        conf = self.root / 'etc/volume/cinder.conf'
        conf.write_text(f'[DEFAULT]\napi_paste_config = {other}\n')
        for command in ('enable', 'disable'):
            code, out, err = self.manage(command)
            self.assertEqual((1, ''), (code, out))
            self.assertIn(
                f'api_paste_config in cinder.conf is {other}: name', err
            )
        code, out, err = self.manage(
            'enable',
            '--paste',
            str(other),
            '--config-file',
            str(conf),
        )
        self.assertEqual((0, ''), (code, err))
        self.assertIn('user_isolation', other.read_text())
        conf.write_text('[DEFAULT]\napi_paste_config = api-paste.ini\n')
        self.assertEqual(0, self.manage('enable')[0])

    def test_folder_of_policies_is_the_one_that_cinder_conf_names(self):
        conf = self.root / 'etc/volume/cinder.conf'
        folder = self.root / 'policies'
        conf.write_text(f'[oslo_policy]\npolicy_dirs = {folder}\n')
        code, out, err = self.manage('enable', '--offline')
        self.assertEqual((0, ''), (code, err))
        self.assertTrue((folder / self.apis['volume'].link).is_symlink())


class TestNovaAlone(hosts.Host):
    HAS = ('compute',)

    def test_enable_speaks_of_nova_and_of_no_service(self):
        code, out, err = self.manage('enable')
        self.assertEqual((0, ''), (code, err))
        self.assertIn('enable --restarted, which', out)
        self.assertNotIn('Nova: ', out)
        self.assertNotIn('Cinder', out)

    def test_service_that_is_not_there_is_one_sentence(self):
        code, out, err = self.manage('enable', '--service', 'volume')
        self.assertEqual((1, ''), (code, out))
        self.assertIn(f'There is no {self.paste("volume")}', err)
        self.assertIn("a host of Cinder's API", err)
