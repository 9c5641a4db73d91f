# SPDX-License-Identifier: Apache-2.0
"""Four rules decide whose rows a caller may see."""

from oslo_config import cfg
from oslo_context import context as oslo_context
from oslo_policy import policy
import testtools

from cloud_security.policy import decision
from cloud_security.policy import enforcer
from cloud_security.policy import operation as operations
from cloud_security.policy import rules
from cloud_security.visibility import scope as scopes

SHOW = operations.Operation('GET', '/servers/{id}', {}, 'an ID')
LIST = operations.Operation('GET', '/servers', {})
ACT = operations.Operation(
    'POST', '/servers/{id}/action', {}, 'an ID', lambda: 'reboot'
)
#: The zero value of a scope, but for the caller.
OWN = scopes.Scope(owner_id='bob', project_id='atlas')


class TestDecide(testtools.TestCase):
    def decide(
        self,
        operation,
        *roles,
        user_id='bob',
        project_id='atlas',
        **overrides,
    ):
        conf = cfg.ConfigOpts()
        conf([])
        found = policy.Enforcer(conf, use_conf=False)
        found.register_default(
            policy.RuleDefault('context_is_admin', 'role:admin')
        )
        for rule in rules.RULES:
            name = rule.name.partition(':')[2]
            found.register_default(
                policy.RuleDefault(
                    rule.name, overrides.get(name, rule.check_str)
                )
            )
        for rule in found.registered_rules.values():
            found.rules[rule.name] = rule.check
        context = oslo_context.RequestContext(
            user_id=user_id, project_id=project_id, roles=list(roles)
        )
        return decision.decide(
            enforcer.RulesInForce(lambda: found).read(), context, operation
        )

    def assert_own(self, found):
        self.assertEqual('bob', found.scope.owner_id)
        self.assertFalse(found.scope.is_everybody)
        self.assertFalse(found.overrides)

    def assert_everybody(self, found, overrides=True):
        self.assertEqual(scopes.EVERYBODY, found.scope)
        self.assertIs(overrides, found.overrides)

    def test_member_in_a_list_sees_own_rows(self):
        found = self.decide(LIST, 'member')
        self.assert_own(found)
        self.assertEqual(OWN, found.scope)
        self.assertEqual(
            {
                rules.EXEMPT: False,
                rules.ISOLATED: True,
                rules.SEE_PROJECT: False,
            },
            found.consulted,
        )

    def test_caller_without_a_project_sees_own_rows(self):
        found = self.decide(LIST, 'member', project_id=None)
        self.assertEqual(scopes.Scope(owner_id='bob'), found.scope)

    def test_request_that_names_no_route_sees_own_rows(self):
        self.assertEqual(OWN, self.decide(None, 'member').scope)

    def test_member_below_one_resource_sees_what_that_needs(self):
        found = self.decide(SHOW, 'member')
        self.assert_own(found)
        self.assertTrue(found.scope.reaches_needed)

    def test_admin_and_service_are_exempt(self):
        for role in ('admin', 'service'):
            found = self.decide(ACT, role)
            self.assert_everybody(found)
            self.assertEqual({rules.EXEMPT: True}, found.consulted)

    def test_caller_of_a_project_that_is_not_isolated_overrides_nothing(self):
        found = self.decide(ACT, 'member', isolated='project_id:babel')
        self.assert_everybody(found, overrides=False)

    def test_caller_without_a_user_is_an_error(self):
        for user_id in (None, ''):
            self.assertRaises(
                scopes.ScopeError, self.decide, LIST, 'member', user_id=user_id
            )

    def test_manager_reads_and_changes_the_rows_of_all(self):
        for operation in (SHOW, LIST, ACT, None):
            self.assert_everybody(self.decide(operation, 'manager'))

    def test_observer_reads_the_rows_of_all_and_changes_own_ones(self):
        opened = {'see_project': 'role:observer'}
        for operation in (SHOW, LIST):
            self.assert_everybody(self.decide(operation, 'observer', **opened))
        for operation in (ACT, None):
            self.assert_own(self.decide(operation, 'observer', **opened))

    def test_right_to_change_without_the_right_to_see_opens_nothing(self):
        opened = {'change_project': '@'}
        for operation in (SHOW, LIST, ACT):
            self.assert_own(self.decide(operation, 'member', **opened))

    def test_rules_can_ask_for_the_operation_and_its_action(self):
        opened = {
            'see_project': '@',
            'change_project': "'reboot':%(action)s and 'POST':%(verb)s and "
            "'/servers/{id}/action':%(path)s",
        }
        self.assert_everybody(self.decide(ACT, 'member', **opened))
        for operation in (
            operations.Operation(
                'POST', '/servers/{id}/action', {}, 'an ID', lambda: 'delete'
            ),
            operations.Operation(
                'PUT', '/servers/{id}/action', {}, 'an ID', lambda: 'reboot'
            ),
            operations.Operation(
                'POST', '/servers/{id}', {}, 'an ID', lambda: 'reboot'
            ),
            None,
        ):
            self.assert_own(self.decide(operation, 'member', **opened))

    def test_target_is_the_own_project_and_user(self):
        for rule in ('project_id:%(project_id)s', 'user_id:%(user_id)s'):
            self.assert_everybody(self.decide(LIST, 'member', exempt=rule))

    def test_rule_that_cannot_be_decided_is_an_error(self):
        for text in ('projectid:atlas', 'rule:missing', 'role:a and', '! !'):
            for name in ('exempt', 'isolated', 'see_project'):
                self.assertRaises(
                    scopes.ScopeError,
                    self.decide,
                    LIST,
                    'member',
                    **{name: text},
                )
