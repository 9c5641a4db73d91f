# SPDX-License-Identifier: Apache-2.0
"""The check kind isolation holds inside the filter, and for no other word."""

from oslo_config import cfg
from oslo_policy import policy
import testtools

from cloud_security.policy import checks
from cloud_security.visibility import scope as scopes

ISOLATED = scopes.Scope(owner_id='bob')


class TestIsolationCheck(testtools.TestCase):
    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        conf([])
        self.enforcer = policy.Enforcer(conf, use_conf=False)

    def holds(self, match):
        check = checks.IsolationCheck('isolation', match)
        return check({}, {'roles': ['admin']}, self.enforcer)

    def test_enforced_outside_of_the_filter_is_false(self):
        self.assertIs(False, self.holds('enforced'))

    def test_enforced_in_any_scope_is_true(self):
        for scope in (ISOLATED, scopes.EVERYBODY, scopes.Scope()):
            with scopes.on_this_thread(scope):
                self.assertIs(True, self.holds('enforced'), scope)
        self.assertIs(False, self.holds('enforced'))

    def test_legacy_defaults_follow_the_option(self):
        for is_new in (True, False):
            self.enforcer.conf.set_override(
                'enforce_new_defaults', is_new, 'oslo_policy'
            )
            self.assertIs(not is_new, self.holds('legacy_defaults'))

    def test_another_word_in_a_scope_is_false(self):
        self.enforcer.conf.set_override(
            'enforce_new_defaults', False, 'oslo_policy'
        )
        with scopes.on_this_thread(scopes.EVERYBODY):
            for match in (
                '',
                'enforce',
                'Enforced',
                'enforced ',
                'legacy_default',
                'zzz',
                '%(enforced)s',
            ):
                self.assertIs(False, self.holds(match), match)


class TestAnswers(testtools.TestCase):
    """Answers of a service that has no filter of ours."""

    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        conf([])
        self.enforcer = policy.Enforcer(conf, use_conf=False)
        self.addCleanup(checks._answers.clear)

    def holds(self, match):
        check = checks.IsolationCheck('isolation', match)
        return check({'a': 1}, {'b': 2}, self.enforcer)

    def test_service_answers_with_target_and_credentials(self):
        asked = []

        def answer(*args):
            asked.append(args)
            return True

        checks.answer('enforced', answer)
        self.assertIs(True, self.holds('enforced'))
        self.assertEqual([({'a': 1}, {'b': 2})], asked)

    def test_service_that_says_no_is_believed_in_any_scope(self):
        checks.answer('enforced', lambda target, creds: False)
        with scopes.on_this_thread(scopes.EVERYBODY):
            self.assertIs(False, self.holds('enforced'))

    def test_service_answers_no_other_word(self):
        checks.answer('enforced', lambda target, creds: True)
        self.assertIs(False, self.holds('enforce'))


class TestDefaults(testtools.TestCase):
    """``isolation:default:`` and a rule that a file replaces."""

    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        conf([])
        self.enforcer = policy.Enforcer(
            conf, use_conf=False, default_rule='default'
        )
        # Off by default in oslo.policy before 4.4.
        conf.set_override('enforce_new_defaults', True, 'oslo_policy')
        self.enforcer.register_default(
            policy.RuleDefault(
                'show',
                'role:reader and project_id:%(project_id)s',
                deprecated_rule=policy.DeprecatedRule(
                    'show',
                    'role:old',
                    deprecated_reason='tests',
                    deprecated_since='1',
                ),
            )
        )
        self.enforcer.set_rules(
            policy.Rules.from_dict({'show': '!', 'default': 'role:any'}),
            overwrite=True,
            use_conf=False,
        )

    def holds(self, match, role, project_id='p'):
        check = checks.IsolationCheck('isolation', match)
        creds = {'roles': [role], 'project_id': 'p'}
        return check({'project_id': project_id}, creds, self.enforcer)

    def test_default_of_a_rule_decides(self):
        self.assertIs(True, self.holds('default:show', 'reader'))
        self.assertIs(False, self.holds('default:show', 'reader', 'other'))
        self.assertIs(False, self.holds('default:show', 'old'))

    def test_old_default_decides_where_the_option_says_so(self):
        self.enforcer.conf.set_override(
            'enforce_new_defaults', False, 'oslo_policy'
        )
        self.assertIs(True, self.holds('default:show', 'old'))
        self.assertIs(False, self.holds('default:show', 'none'))

    def test_rule_that_is_not_registered_has_the_default_rule(self):
        self.assertIs(True, self.holds('default:nothing', 'any'))
        self.assertIs(False, self.holds('default:nothing', 'reader'))

    def test_no_rule_is_false(self):
        for match in ('default', 'default:'):
            self.assertIs(False, self.holds(match, 'any'))
