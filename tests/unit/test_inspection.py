"""Whether rules mean what was written."""

from oslo_config import cfg
from oslo_policy import policy
import testtools

from cloud_security.policy import inspection


def enforcer(**rules):
    """Return an enforcer whose rules are registered, as defaults are."""
    conf = cfg.ConfigOpts()
    conf([])
    found = policy.Enforcer(conf, use_conf=False)
    for name, text in rules.items():
        found.register_default(policy.RuleDefault(name, text))
        found.rules[name] = found.registered_rules[name].check
    return found


class TestInspection(testtools.TestCase):
    def test_what_is_written_well_is_read(self):
        for text in (
            '@',
            '!',
            '',
            'role:member and not role:reader',
            '(role:a or role:b) and !',
            'rule:b',
            'user_id:%(user_id)s',
            "'x':%(action)s",
        ):
            self.assertIsNone(
                inspection.misread(enforcer(a=text, b='role:b'), 'a'), text
            )

    def test_what_oslo_policy_takes_for_false_is_told(self):
        for text in (
            'role:member and',
            'role:a & role:b',
            '(role:a',
            'nonsense',
            'role:a or or role:b',
        ):
            self.assertEqual(
                f'a cannot be understood: {text}',
                inspection.misread(enforcer(a=text), 'a'),
            )

    def test_a_rule_that_is_not_there_is_told(self):
        self.assertEqual(
            'a refers to rule:missing, which is not there',
            inspection.misread(
                enforcer(a='rule:b', b='not rule:missing or role:x'), 'a'
            ),
        )

    def test_rules_that_refer_to_each_other_come_to_an_end(self):
        found = enforcer(a='rule:b', b='rule:a or role:x')
        self.assertEqual(['a', 'b'], inspection.referred(found, 'a'))
        self.assertIsNone(inspection.misread(found, 'a'))

    def test_what_a_rule_compares_is_found_through_others(self):
        found = enforcer(
            a='rule:b or role:x',
            b='not (project_id:%(project_id)s and user_id:%(user_id)s)',
            c='role:user_id',
        )
        self.assertTrue(inspection.mentions(found, 'a', {'%(user_id)s'}))
        self.assertFalse(inspection.mentions(found, 'c', {'%(user_id)s'}))

    def test_checks_are_those_of_which_one_consists(self):
        found = enforcer(a='role:x and (role:y or not role:z)')
        self.assertEqual(
            {'x', 'y', 'z'},
            {
                check.match
                for check in inspection.checks(found.rules['a'])
                if hasattr(check, 'match')
            },
        )
