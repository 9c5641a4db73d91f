# SPDX-License-Identifier: Apache-2.0
"""The rules in force are those that the policy files hold now."""

import os

import fixtures
from oslo_config import cfg
from oslo_policy import opts
from oslo_policy import policy
import testtools

from cloud_security.policy import enforcer
from cloud_security.visibility import scope as scopes

RULE = 'cloud_security:isolated'
ALICE = {'user_id': 'alice', 'project_id': 'p'}
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
        self.found = policy.Enforcer(conf)
        self.found.register_default(
            policy.RuleDefault('context_is_admin', 'role:admin')
        )
        self.rules = enforcer.RulesInForce(lambda: self.found)

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text, age=0):
        path = self.path(name)
        with open(path, 'w') as stream:
            stream.write(text)
        changed = os.stat(path).st_mtime - age
        os.utime(path, (changed, changed))
        return path

    def is_isolated(self, *roles, **target):
        return enforcer.holds(
            self.rules.read(), RULE, target, {'roles': [*roles], **ALICE}
        )

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

    def test_files_that_nobody_changed_are_read_once(self):
        self.assertIs(self.rules.read(), self.rules.read())

    def test_rule_that_is_registered_later_is_read(self):
        self.assertNotIn('later', self.rules.read().rules)
        self.found.register_default(policy.RuleDefault('later', 'role:a'))
        self.assertIn('later', self.rules.read().rules)
        before = self.rules.read()
        self.found.registered_rules = dict(self.found.registered_rules)
        self.assertIsNot(before, self.rules.read())

    def test_broken_file_is_an_error_until_somebody_mends_it(self):
        self.write('policy.yaml', f'{RULE}: "@"')
        self.assertTrue(self.is_isolated())
        self.write('policy.yaml', '{')
        for _ in range(2):
            self.assertRaises(ValueError, self.rules.read)
        self.write('policy.yaml', f'{RULE}: "!"')
        self.assertFalse(self.is_isolated())

    def test_rule_about_the_target_is_decided_for_each(self):
        self.write('policy.yaml', f'{RULE}: "user_id:%(user_id)s"')
        self.assertTrue(self.is_isolated(user_id='alice'))
        self.assertFalse(self.is_isolated(user_id='bob'))
        self.assertTrue(self.is_isolated(user_id='alice'))

    def test_rule_about_roles_is_decided_once_for_equal_roles(self):
        self.write('policy.yaml', f'{RULE}: "role:a"')
        snapshot = self.rules.read()
        asked = []
        authorize = snapshot.authorize
        snapshot.authorize = lambda *args: (
            asked.append(args),
            authorize(*args),
        )[1]
        for _ in range(2):
            self.assertTrue(self.is_isolated('a'))
            self.assertFalse(self.is_isolated('b'))
        self.assertEqual(2, len(asked))

    def test_rule_that_cannot_be_decided_is_an_error(self):
        self.write('policy.yaml', f'{RULE}: "role:a or rule:gone"')
        error = self.assertRaises(scopes.ScopeError, self.is_isolated)
        self.assertIn('Mend the policy files: ', str(error))
        self.assertIn('rule:gone', str(error))
        self.write('policy.yaml', f'{RULE}: "user_id:%(user_id)s"')
        error = self.assertRaises(scopes.ScopeError, self.decide_badly)
        self.assertIn(f'{RULE} cannot be decided (no target)', str(error))
        del self.found.registered_rules['context_is_admin']
        snapshot = self.rules.read()
        snapshot.rules = {}
        error = self.assertRaises(
            scopes.ScopeError, enforcer.holds, snapshot, RULE, {}, {}
        )
        self.assertIn('lost rules', str(error))
        self.assertIn('see what oslo.policy logs', str(error))

    def decide_badly(self):
        snapshot = self.rules.read()

        def authorize(*args):
            raise ValueError('no target')

        snapshot.authorize = authorize
        return enforcer.holds(snapshot, RULE, {}, {'roles': [], **ALICE})

    def test_enforcer_without_files_has_the_defaults(self):
        self.found = policy.Enforcer(self.found.conf, use_conf=False)
        found = self.rules.read()
        self.assertIs(self.found, found)
        default = found.registered_rules[RULE].check
        self.assertEqual(str(default), str(found.rules[RULE]))

    def test_reader_reads_what_the_services_own_enforcer_reads(self):
        path = self.write('own.yaml', f'{RULE}: "@"\nother: "role:x"')
        self.found = policy.Enforcer(
            self.found.conf, policy_file=path, default_rule='other'
        )
        found = self.rules.read()
        self.assertTrue(self.is_isolated())
        self.assertEqual('other', found.default_rule)
        self.assertTrue(found.suppress_default_change_warnings)
        self.assertTrue(found.suppress_deprecation_warnings)
