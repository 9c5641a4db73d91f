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
