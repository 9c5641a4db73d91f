# SPDX-License-Identifier: Apache-2.0
"""Tables of Cinder's rules, against the Cinder that is installed."""

from cinder import policies
import testtools

from cloud_security.deploy import apis
from cloud_security.volume import policy_operations
from cloud_security.volume import policy_targets

KNOWN = {rule.name for rule in policies.list_rules()}
OWNER = frozenset({'project_id', 'user_id'})


class TestTables(testtools.TestCase):
    def test_rules_that_tables_name_exist(self):
        operations = policy_operations.OPERATIONS
        for names in (
            operations.without_owners,
            operations.disturbed,
            apis.CINDER.base_rules,
        ):
            self.assertEqual(set(), set(names) - KNOWN)

    def test_rule_is_in_one_table(self):
        operations = policy_operations.OPERATIONS
        both = set(operations.without_owners) & {*operations.disturbed}
        self.assertEqual(set(), both)

    def test_rule_on_a_volume_is_given_its_owner(self):
        passed = policy_targets.passed()
        for name in ('volume:delete', 'volume:get_snapshot', 'backup:get'):
            self.assertEqual({OWNER}, passed[name], name)

    def test_rule_on_what_names_no_user_is_given_the_callers_ids(self):
        passed = policy_targets.passed()
        for name in (
            'message:get',
            'volume:attachment_complete',
            'volume:attachment_delete',
            'volume:create',
            'volume:get_all',
        ):
            self.assertEqual({None}, passed[name], name)

    def test_targets_are_known_rules(self):
        passed = policy_targets.passed()
        self.assertLess(100, len(passed))
        self.assertEqual(set(), passed.keys() - KNOWN)
