# SPDX-License-Identifier: Apache-2.0
"""Findings of cloud-security-status on Neutron's files, planted one by one.

With Neutron in this Python the rules are Neutron's, and a few like them
otherwise.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import types

import fixtures
from oslo_policy import policy
import testtools

from cloud_security.deploy import apis
from cloud_security.deploy import neutron_rules
from cloud_security.deploy import plugin_checks
from cloud_security.deploy import plugin_config
from cloud_security.deploy import plugin_rules
from cloud_security.deploy import unchecked
from cloud_security.policy import rules
from tests.unit.deploy import checkout

HAS_NEUTRON = importlib.util.find_spec('neutron') is not None
DROP_IN = checkout.FOLDER / apis.NEUTRON.rules_file
OURS = 'user_isolation'
OF_NEUTRON = (
    policy.RuleDefault('context_is_admin', 'role:admin'),
    policy.RuleDefault('get_network', '@'),
    *(
        policy.RuleDefault(name, 'role:member and project_id:%(project_id)s')
        for name in sorted(neutron_rules.DROPPED_IN)
    ),
)
Code = plugin_checks.checks.Code


class Status(testtools.TestCase):
    """Neutron's configuration and policy files, in a folder."""

    def setUp(self):
        super().setUp()
        if not HAS_NEUTRON:
            self.replace(
                'plugin_rules._defaults',
                lambda: (*OF_NEUTRON, *rules.list_rules()),
            )
            self.replace('plugin_checks.metadata.version', lambda name: '29.0')
        # Nobody runs Neutron's API here, and everybody may read the files.
        self.replace('file_access.service_user', lambda *args: None)
        self.replace('policy_files.closed_to_others', lambda paths: [])
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: None
            )
        )
        plugin_rules._enforcer.cache_clear()
        self.addCleanup(plugin_rules._enforcer.cache_clear)
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.conf = self.folder / 'neutron.conf'
        self.links = self.folder / 'policy.d'
        self.links.mkdir()
        self.link = self.links / apis.NEUTRON.link
        self.link.symlink_to(DROP_IN)
        self.configure(f'service_plugins = router,{OURS}')

    def replace(self, name, value):
        self.useFixture(
            fixtures.MonkeyPatch(f'cloud_security.deploy.{name}', value)
        )

    def configure(self, text, more=''):
        self.conf.write_text(f'[DEFAULT]\n{text}\n{more}\n')

    def operator_writes(self, found):
        """Let the operator write rules; return the file."""
        path = self.links / '90-operator.yaml'
        path.write_text(json.dumps(found))
        return path

    def findings(self, *arguments):
        """Return ``{name of a check: (code, what it says)}`` of findings."""
        arguments = arguments or (f'--config-file={self.conf}',)
        plugin_config.parse(['x', *arguments])
        plugin_rules._enforcer.cache_clear()
        found = plugin_checks.Checks()
        return {
            name: (result.code, result.details)
            for name, check in plugin_checks.Checks._upgrade_checks
            for result in [check(found)]
            if result.code > Code.SUCCESS
        }

    def assert_found(self, check, code, *words, found=None):
        """Expect one finding, which names what was found."""
        found = self.findings() if found is None else found
        self.assertEqual([check], list(found), found)
        self.assertEqual(code, found[check][0])
        for word in words:
            self.assertIn(word, found[check][1])


class TestPlugin(Status):
    def test_clean_installation_has_no_finding(self):
        self.assertEqual({}, self.findings())

    def test_check_that_did_not_look_is_no_success(self):
        plugin_config.parse(['x', f'--config-file={self.conf}'])
        result = plugin_checks.Checks().check_roles()
        self.assertEqual(unchecked.Code.UNCHECKED, result.code)

    def test_list_without_the_plugin_is_named_with_its_file(self):
        for text, said in (
            ('service_plugins = router,qos', 'is router,qos and lacks'),
            ('', 'is empty and lacks'),
            ('service_plugins = my_user_isolation', 'lacks user_isolation'),
            (
                f'service_plugins = {OURS}\nservice_plugins = qos',
                'is qos and lacks',
            ),
        ):
            self.configure(text)
            self.assert_found(
                'Plugin in neutron.conf', Code.FAILURE, said, str(self.conf)
            )

    def test_class_path_is_as_good_as_the_name(self):
        [name] = apis.NEUTRON.others
        self.configure(f'service_plugins = {name}')
        self.assertEqual({}, self.findings())

    def test_list_of_a_later_file_is_named(self):
        later = self.folder / 'later.conf'
        later.write_text('[DEFAULT]\nservice_plugins = qos\n')
        names = [f'--config-file={path}' for path in (self.conf, later)]
        self.assert_found(
            'Plugin in neutron.conf',
            Code.FAILURE,
            f'service_plugins in {later} is qos',
            found=self.findings(*names),
        )
        self.assertEqual({}, self.findings(*reversed(names)))

    def test_name_of_another_plugin_is_found(self):
        for entries, said in (
            ([], 'is no name among'),
            ([('x.y:Z', OURS)], 'is x.y.Z among'),
        ):
            found = [
                types.SimpleNamespace(value=value, name=name)
                for value, name in entries
            ]
            self.replace(
                'plugin_checks.metadata.entry_points',
                lambda found=found: {'neutron.service_plugins': found},
            )
            self.assert_found('Plugin in neutron.conf', Code.FAILURE, said)

    def test_file_that_an_upgrade_left_is_a_warning(self):
        pathlib.Path(f'{self.conf}.rpmnew').touch()
        self.assert_found('Plugin in neutron.conf', Code.WARNING, '.rpmnew')

    def test_release_that_was_not_tested_is_a_warning(self):
        self.replace('plugin_checks.metadata.version', lambda name: '40.0')
        self.assert_found(
            "Neutron's release", Code.WARNING, 'this is Neutron 40.0'
        )

    def test_modes_are_judged_as_of_the_other_services(self):
        for mode, code in (
            ('off', Code.FAILURE),
            ('monitor', Code.WARNING),
            ('nonsense', Code.FAILURE),
        ):
            self.configure(
                f'service_plugins = {OURS}', f'[cloud_security]\nmode = {mode}'
            )
            self.assert_found('Mode', code)

    def test_old_defaults_are_a_warning(self):
        self.configure(
            f'service_plugins = {OURS}',
            '[oslo_policy]\nenforce_new_defaults = false',
        )
        self.assert_found('Policy defaults', Code.WARNING, 'Neutron lets')


class TestRules(Status):
    def test_missing_drop_in_is_a_failure(self):
        self.link.unlink()
        self.assert_found(
            'Policy files', Code.FAILURE, 'a lost plugin would go unnoticed'
        )

    def test_rule_that_lets_members_past_a_lost_plugin_is_named(self):
        for rule in (
            '@',
            'role:member and project_id:%(project_id)s',
            'rule:context_is_admin or project_id:%(network:project_id)s',
            'isolation:default:get_port',
        ):
            path = self.operator_writes({'get_port': rule})
            self.assert_found(
                'Policy files',
                Code.FAILURE,
                f'{path}, line 1: get_port lets ',
                'past a lost plugin',
                'isolation:enforced',
            )

    def test_rule_that_keeps_the_check_is_no_finding(self):
        for rule in (
            'role:member and isolation:enforced',
            'rule:context_is_admin',
            'role:service and isolation:default:get_port',
        ):
            self.operator_writes({'get_port': rule})
            self.assertEqual({}, self.findings())

    def test_rules_about_what_the_project_shares_are_free(self):
        self.operator_writes({'get_network': '@'})
        self.assertEqual({}, self.findings())

    def test_rules_of_ours_are_judged_as_of_the_other_services(self):
        self.operator_writes({rules.ISOLATED: '!'})
        self.assert_found(
            'Rules of cloud_security', Code.FAILURE, 'nobody is isolated'
        )
        self.operator_writes({'cloud_security:isolatd': '@'})
        self.assert_found('Policy files', Code.FAILURE, 'there is no rule')

    def test_file_that_cannot_be_read_is_two_findings(self):
        (self.links / 'x.yaml').write_text('- [')
        found = self.findings()
        self.assertEqual(
            ['Policy files', 'Rules of cloud_security', 'Roles'], list(found)
        )


@testtools.skipUnless(HAS_NEUTRON, 'This Python has no Neutron.')
class TestWithNeutron(Status):
    def test_fields_are_written_as_neutron_reads_them(self):
        self.operator_writes({'get_port': 'field:networks:shared=True'})
        self.assert_found(
            'Policy files',
            Code.FAILURE,
            '"field:networks:shared=True and isolation:enforced"',
        )

    def test_rules_of_the_drop_in_are_neutrons(self):
        known = set()
        for rule in plugin_rules._defaults():
            known |= {rule.name}
            if rule.deprecated_rule:
                known.add(rule.deprecated_rule.name)
        lacking = neutron_rules.DROPPED_IN - known
        self.assertLessEqual(lacking, neutron_rules.LATE)

    def status(self):
        """Run the command; oslo.config takes its options once a process."""
        os.chmod(self.folder, 0o755)
        return subprocess.run(
            [
                *(sys.executable, '-W', 'ignore', '-c'),
                'import sys; from cloud_security.cmd import status; '
                'sys.exit(status.main())',
                *('--service', 'network'),
                *(f'--config-file={self.conf}', 'upgrade', 'check'),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_command_looks_at_neutron(self):
        done = self.status()
        # Its files are in order; there is no database of Neutron's here.
        self.assertEqual(2, done.returncode, done.stderr)
        self.assertEqual(1, done.stdout.count('Result: Failure'))
        self.assertNotIn('IP history', done.stdout)
        for name, _ in plugin_checks.Checks._upgrade_checks:
            self.assertIn(f'Check: {name} ', done.stdout)

    def test_command_looks_at_the_history_where_it_is_kept(self):
        self.configure(f'service_plugins = {OURS},{apis.TRACE.plugin}')
        done = self.status()
        self.assertEqual(2, done.returncode, done.stderr)
        self.assertIn('Check: IP history ', done.stdout)
        self.assertEqual(2, done.stdout.count('Result: Failure'))
