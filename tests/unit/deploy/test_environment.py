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
    def conf(self, text, **variables):
        """Return options, read from a file and some variables."""
        folder = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(folder, 'nova.conf')
        path.write_text(text)
        for name, value in variables.items():
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        conf = cfg.ConfigOpts()
        opts.register(conf)
        policy_opts.set_defaults(conf)
        conf.register_opt(cfg.ListOpt('service_plugins'))
        conf([], default_config_files=[str(path)])
        return conf

    def contradictions(self, text, **variables):
        """Return the sentences for a file and some variables."""
        conf = self.conf(text, **variables)
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

    def test_option_of_the_services_own_is_compared(self):
        [said] = self.contradictions(
            '[DEFAULT]\nservice_plugins = router\n',
            OS_DEFAULT__SERVICE_PLUGINS='router,user_isolation',
            OS_DEFAULT__NO_SUCH_OPTION='x',
            OS_NO_SUCH_GROUP__X='x',
        )
        self.assertIn(
            'makes [DEFAULT] service_plugins router, user_isolation, and '
            'nova.conf makes it router: ',
            said,
        )

    def test_variables_count_again_afterwards(self):
        conf = self.conf('', OS_CLOUD_SECURITY__MODE='off')
        list(environment.contradictions(conf, apis.NOVA))
        self.assertEqual('off', conf.cloud_security.mode)

    def test_file_alone_is_fine(self):
        self.assertEqual(
            [], self.contradictions('[cloud_security]\nmode = off\n')
        )


class TestFilesOfAProgram(testtools.TestCase):
    """Files that oslo.config reads for a program with a certain name."""

    def setUp(self):
        super().setUp()
        self.home = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.useFixture(fixtures.EnvironmentVariable('HOME', str(self.home)))
        self.folder = self.home / '.cinder'
        (self.folder / 'cinder-api.conf.d').mkdir(parents=True)
        (self.folder / 'cinder.conf').write_text('')

    def unread(self, *arguments):
        conf = cfg.ConfigOpts()
        conf([*arguments], project='cinder', prog='cloud-security-status')
        return list(environment.unread(conf, apis.CINDER))

    def test_file_and_folder_are_told(self):
        (self.folder / 'cinder-api.conf').write_text('')
        (self.folder / 'cinder-api.conf.d' / '99.conf').write_text('')
        file, folder = self.unread()
        self.assertIn(f'{self.folder}/cinder-api.conf was not looked', file)
        self.assertIn(f'{self.folder}/cinder-api.conf.d was not', folder)

    def test_empty_folder_is_fine(self):
        self.assertEqual([], self.unread())

    def test_who_names_files_knows_them(self):
        (self.folder / 'cinder-api.conf').write_text('')
        named = f'--config-file={self.folder}/cinder.conf'
        other = f'--config-file={self.folder}/cinder-api.conf'
        self.assertEqual([], self.unread(named, other))
