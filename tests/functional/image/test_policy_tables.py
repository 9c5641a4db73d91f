# SPDX-License-Identifier: Apache-2.0
"""Tables of Glance's rules, against the Glance that is installed."""

from glance import policies
import testtools

from cloud_security.deploy import apis
from cloud_security.image import policy_operations
from cloud_security.image import policy_targets

KNOWN = {rule.name for rule in policies.list_rules()}
#: Rules that Glance 28 has not got.
LATE = apis.GLANCE.late_rules | {
    *('cache_clean', 'cache_prune', 'list_cached_nodes'),
}


class TestTables(testtools.TestCase):
    def test_rules_that_tables_name_exist(self):
        operations = policy_operations.OPERATIONS
        for names in (
            operations.without_owners,
            operations.disturbed,
            apis.GLANCE.base_rules,
        ):
            self.assertEqual(set(), set(names) - KNOWN - LATE)

    def test_rule_is_in_one_table(self):
        operations = policy_operations.OPERATIONS
        both = set(operations.without_owners) & {*operations.disturbed}
        self.assertEqual(set(), both)

    def test_every_rule_for_members_asks_for_the_filter(self):
        for rule in policies.list_rules():
            check = str(rule.check_str)
            if 'role:member' in check or 'role:reader' in check:
                self.assertIn(
                    rule.name,
                    apis.GLANCE.base_rules | policy_operations.WITHOUT_OWNERS,
                )

    def test_rule_on_an_image_is_given_its_properties(self):
        passed = policy_targets.passed()
        for name in ('delete_image', 'get_image', 'add_member'):
            [names] = passed[name]
            self.assertLessEqual({'user_id', 'project_id'}, names, name)
        for name in ('get_images', 'tasks_api_access'):
            [names] = passed[name]
            self.assertNotIn('user_id', names, name)

    def test_targets_are_known_rules(self):
        passed = policy_targets.passed()
        self.assertLess(30, len(passed))
        self.assertEqual(set(), passed.keys() - KNOWN)
