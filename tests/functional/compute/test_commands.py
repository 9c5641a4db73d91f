# SPDX-License-Identifier: Apache-2.0
"""The commands of oslo with our entry points and our drop-in."""

import os
import subprocess
import sys

import fixtures
from nova import policies
import testtools

from tests.functional.compute import cloud


class TestCommands(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path

    def run_command(self, name, *arguments):
        """Run a command of this environment and return what it prints."""
        command = os.path.join(os.path.dirname(sys.executable), name)
        done = subprocess.run(
            (command,) + arguments,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def test_a_sample_of_the_rules(self):
        text = self.run_command(
            'oslopolicy-sample-generator', '--namespace', 'cloud_security'
        )
        for rule in ('exempt', 'isolated', 'see_project', 'change_project'):
            self.assertIn(f'"cloud_security:{rule}"', text)

    def test_a_sample_of_the_options(self):
        text = self.run_command(
            'oslo-config-generator', '--namespace', 'cloud_security'
        )
        self.assertIn('[cloud_security]', text)
        self.assertIn('#mode = enforce', text)

    def test_the_drop_in_is_valid_for_nova(self):
        # Nova's enforcer reads nova's own default places, ~/.nova first.
        self.useFixture(fixtures.EnvironmentVariable('HOME', self.folder))
        etc = os.path.join(self.folder, '.nova')
        os.makedirs(os.path.join(etc, 'policy.d'))
        known = {rule.name for rule in policies.list_rules()}
        with open(cloud.DROP_IN) as drop_in:
            lines = drop_in.readlines()
        with open(os.path.join(etc, 'policy.d', '50.yaml'), 'w') as stream:
            # Nova up to 31 has no managers, and does not mind the rule.
            stream.writelines(
                line
                for line in lines
                if 'project_manager_api' in known
                or not line.startswith('"project_manager_api"')
            )
        for name, text in (
            ('nova.conf', f'[oslo_policy]\npolicy_file={etc}/policy.yaml\n'),
            ('policy.yaml', '"os_compute_api:servers:show": "@"\n'),
        ):
            with open(os.path.join(etc, name), 'w') as stream:
                stream.write(text)
        self.run_command('oslopolicy-validator', '--namespace', 'nova')
        with open(os.path.join(etc, 'policy.d', 'x.yaml'), 'w') as stream:
            stream.write('"os_compute_api:servers:show": "rule:missing"\n')
        self.assertRaises(
            AssertionError,
            self.run_command,
            'oslopolicy-validator',
            '--namespace',
            'nova',
        )
