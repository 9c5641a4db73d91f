# SPDX-License-Identifier: Apache-2.0
"""The rules in force are those that the policy files hold now."""

import os

import fixtures
from oslo_config import cfg
from oslo_policy import opts
from oslo_policy import policy
import testtools

from cloud_security.policy import enforcer

RULE = 'cloud_security:isolated'
#: Seconds by which a file is older than the one that it replaces.
OLDER = 3600


class TestRulesInForce(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.root = self.useFixture(fixtures.TempDir()).path
        conf = cfg.ConfigOpts()
        conf(['--config-file', self.write('nova.conf', '')])
        opts.set_defaults(conf, policy_file='policy.yaml')
        os.mkdir(self.path('policy.d'))
        found = policy.Enforcer(conf)
        found.register_default(
            policy.RuleDefault('context_is_admin', 'role:admin')
        )
        self.rules = enforcer.RulesInForce(lambda: found)

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text, age=0):
        path = self.path(name)
        with open(path, 'w') as stream:
            stream.write(text)
        changed = os.stat(path).st_mtime - age
        os.utime(path, (changed, changed))
        return path

    def is_isolated(self):
        return enforcer.holds(self.rules.read(), RULE, {}, {'roles': []})

    def assert_read_again(self, replace):
        self.assertFalse(self.is_isolated())
        replace()
        self.assertTrue(self.is_isolated())

    def test_main_file_replaced_by_an_older_one_is_read(self):
        self.write('policy.yaml', f'{RULE}: "!"')

        def replace():
            older = self.write('older', f'{RULE}: "@"', OLDER)
            os.replace(older, self.path('policy.yaml'))

        self.assert_read_again(replace)

    def test_file_of_a_directory_copied_with_an_older_time_is_read(self):
        self.write('policy.d/1.yaml', f'{RULE}: "!"')
        self.assert_read_again(
            lambda: self.write('policy.d/1.yaml', f'{RULE}: "@"', OLDER)
        )

    def test_directory_replaced_by_an_older_one_is_read(self):
        self.write('policy.d/1.yaml', f'{RULE}: "!"')
        os.mkdir(self.path('older'))
        self.write('older/1.yaml', f'{RULE}: "@"', OLDER)
        os.utime(self.path('older'), (0, 0))

        def replace():
            os.rename(self.path('policy.d'), self.path('newer'))
            os.rename(self.path('older'), self.path('policy.d'))

        self.assert_read_again(replace)

    def test_link_to_an_older_file_is_read(self):
        self.write('older', f'{RULE}: "@"', OLDER)
        self.write('newer', f'{RULE}: "!"')
        os.symlink(self.path('newer'), self.path('policy.yaml'))

        def replace():
            os.remove(self.path('policy.yaml'))
            os.symlink(self.path('older'), self.path('policy.yaml'))

        self.assert_read_again(replace)

    def test_file_written_in_place_with_its_old_time_is_read(self):
        path = self.write('policy.yaml', f'{RULE}: "!"')
        before = os.stat(path)

        def replace():
            self.write('policy.yaml', f'{RULE}: "@"')
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

        self.assert_read_again(replace)
