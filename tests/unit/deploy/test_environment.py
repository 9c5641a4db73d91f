# SPDX-License-Identifier: Apache-2.0
"""Options that a command has from its environment."""

import pathlib

import fixtures
from oslo_config import cfg
from oslo_policy import opts as policy_opts
import testtools

from cloud_security import opts
from cloud_security.deploy import apis
from cloud_security.deploy import environment


class TestEnvironment(testtools.TestCase):
    def contradictions(self, text, **variables):
        """Return the sentences for a file and some variables."""
        folder = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(folder, 'nova.conf')
        path.write_text(text)
        for name, value in variables.items():
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        conf = cfg.ConfigOpts()
        opts.register(conf)
        policy_opts.set_defaults(conf)
        conf([], default_config_files=[str(path)])
        return list(environment.contradictions(conf, apis.NOVA))

    def test_mode_of_the_environment_is_not_that_of_the_file(self):
        for text, there in (
            ('[cloud_security]\nmode = off\n', 'off'),
            ('', 'enforce'),
        ):
            [said] = self.contradictions(
                text, OS_CLOUD_SECURITY__MODE='monitor'
            )
            self.assertIn(
                'OS_CLOUD_SECURITY__MODE, in the environment of this command, '
                'makes [cloud_security] mode monitor, and nova.conf makes it '
                f'{there}: ',
                said,
            )

    def test_folders_of_rules_are_compared(self):
        [said] = self.contradictions(
            '[oslo_policy]\npolicy_dirs = a\npolicy_dirs = b\n',
            OS_OSLO_POLICY__POLICY_DIRS='/x',
        )
        self.assertIn('nova.conf makes it a, b: unset it here', said)

    def test_variable_that_says_what_the_file_says_is_fine(self):
        self.assertEqual(
            [],
            self.contradictions(
                '[cloud_security]\nmode = monitor\n',
                OS_CLOUD_SECURITY__MODE='monitor',
            ),
        )

    def test_file_alone_is_fine(self):
        self.assertEqual(
            [], self.contradictions('[cloud_security]\nmode = off\n')
        )
