# SPDX-License-Identifier: Apache-2.0
"""Rules that do not mean what was written are told."""

from oslo_config import cfg
from oslo_policy import policy
import testtools

from cloud_security.policy import inspection
from cloud_security.policy import rules

#: Rules that hold for somebody.
WELL_FORMED = (
    'project_id:6f70656e737461636b20342065766572',
    'not (project_id:a or project_id:b)',
    'project_id:a-b',
    'user_id:bob',
    'user_domain_id:default and project_domain_id:default',
    'domain_id:default or system_scope:all or system:all',
    'is_admin_project:True and is_admin:True',
    'is_admin:False',
    'service_roles:service or roles:member',
    'None:%(project_id)s',
    'True:True',
    "'GET':%(verb)s and '/servers/{id}/action':%(path)s",
    "'':%(action)s",
    "'a':%(project_id)s",
    'project_id:%(project_id)s and service_project_id:%(project_id)s',
    'role:%(project_id)s',
    'http://policy/%(project_id)s',
    'role:100%%',
)
#: Attributes that nothing has: the text, the attribute, and what was meant.
UNKNOWN = (
    ('project_name:atlas', 'project_name', 'project_id'),
    ('project:atlas', 'project', 'project_id'),
    ('tenant_id:atlas', 'tenant_id', 'project_id'),
    ('tenant:atlas', 'tenant', 'project_id'),
    ('projectid:atlas', 'projectid', 'project_id'),
    ('project-id:atlas', 'project-id', 'project_id'),
    ('PROJECT_ID:atlas', 'PROJECT_ID', 'project_id'),
    ('pr\u043eject_id:atlas', 'pr\u043eject_id', 'project_id'),
    ('rol:member', 'rol', 'role'),
    ('Role:member', 'Role', 'role'),
    ('roles.name:member', 'roles.name', ''),
    ('user:bob', 'user', 'user_id'),
    ('group:admins', 'group', ''),
    ('token.project.id:atlas', 'token.project.id', ''),
    ('project_id:%(projct)s', '%(projct)s', 'project_id'),
    ('project_id:%(tenant_id)s', '%(tenant_id)s', 'project_id'),
    ('user_id:%(target.user_id)s', '%(target.user_id)s', 'user_id'),
    ("'lock':%(acton)s", '%(acton)s', 'action'),
    ('role:%(rol)s', '%(rol)s', ''),
)
#: Known attributes, compared with what they never are.
NEVER = (
    'True:%(project_id)s',
    'False:%(user_id)s',
    'True:%(verb)s',
    'None:%(action)s',
    "'get':%(verb)s",
    "'servers':%(path)s",
    '1:%(path)s',
    "'a':b",
    'True:true',
    'project_id:',
    'role:',
    'project_id:"atlas"',
    "project_id:'atlas'",
    'project_id:<id>',
    'project_id:a,b',
    'project_id:*',
    'user_id:%(project_id)s',
    'project_id:%(verb)s',
    'is_admin_project:true',
    'is_admin_project:1',
    'system_scope:All',
    'is_admin:yes',
    'is_admin:1',
    'role:100%',
    'role:a,b',
    'role:a;',
    'role:a|role:b',
    'role:a&b',
    'project_id:%(project_id)d',
    'project_id:%s',
    '123abc:x',
    ':x',
)

#: ``{rule: end of the message about its fault}``
TOLD = {
    'role:100%': 'cannot be decided: after % it has no (attribute)s',
    "x':%(user_id)s": (
        'cannot be decided: Python cannot read what is before the colon'
    ),
    'isolation:enforced': (
        'never holds here: the rules that decide who is isolated are asked '
        'before isolation begins'
    ),
    'isolation:default': (
        'cannot stand here: there is isolation:legacy_defaults, and '
        'isolation:enforced and isolation:default are for other rules'
    ),
    'role:': 'names no role',
    'role:**': 'names no role',
    "role:'a": 'names no role: write it without quotes',
    "role:a'": 'names no role: write it without quotes',
    'role:a,b': "has ',' in it: name each role in a check of its own",
    'system_scope:All': 'never holds: system_scope is None or all',
    "'a':b": 'compares two constants that differ',
    'user_id:': 'compares user_id with nothing',
    "'':%(user_id)s": "never holds: user_id is never ''",
}


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
    def test_rules_that_are_written_well_have_no_fault(self):
        for text in (
            '@',
            '!',
            '',
            'role:member and not role:reader',
            '(role:a or role:b) and !',
            'rule:b',
            'user_id:%(user_id)s',
            "'x':%(action)s",
            *WELL_FORMED,
        ):
            self.assertIsNone(
                inspection.misread(enforcer(a=text, b='role:b'), 'a'), text
            )

    def test_rules_that_oslo_policy_cannot_parse_are_told(self):
        for text in (
            'role:member and',
            'role:a & role:b',
            '(role:a',
            'nonsense',
            'role:a or or role:b',
            '! role:a',
            'not ! role:a',
            'project_id:a, !',
            '(role:a or !',
            'role:a && !',
            '@ !',
            '"!"',
            '! !',
            'not ! and',
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

    def test_rules_that_refer_to_each_other_are_told(self):
        found = enforcer(a='rule:b', b='rule:a or role:x', c='not rule:a')
        self.assertEqual(['a', 'b'], inspection.referred(found, 'a'))
        for name in ('a', 'b', 'c'):
            self.assertIn(
                'refers to itself', inspection.misread(found, name), name
            )

    def test_rules_that_compare_unknown_attributes_are_told(self):
        for text, word, meant in UNKNOWN:
            for rule in (text, f'not {text}', f'role:x and (@ or {text})'):
                told = inspection.misread(enforcer(a=rule), 'a')
                self.assertIsNotNone(told, rule)
                self.assertIn(word, told)
                self.assertIn(text, told)
                self.assertRegex(told, r' has( \(did you mean \w+\?\))?$')
                self.assertNotIn('None', told)
                self.assertIn(f'did you mean {meant}?' if meant else '', told)

    def test_rules_with_values_that_never_occur_are_told(self):
        for text in NEVER:
            self.assertIsNotNone(
                inspection.misread(enforcer(a=f'role:x or {text}'), 'a'), text
            )

    def test_each_fault_has_its_sentence(self):
        for text, told in TOLD.items():
            self.assertEqual(
                f'a asks for {text}, which {told}',
                inspection.misread(enforcer(a=text), 'a'),
            )
        for text in (
            'is_admin:yes',
            '(is_admin:yes)',
            '(@ or (is_admin:yes))',
        ):
            self.assertEqual(
                'a cannot be understood: is_admin:yes is neither '
                'is_admin:True nor is_admin:False',
                inspection.misread(enforcer(a=text), 'a'),
            )
        self.assertEqual(
            'a cannot be understood: role:x and role:y is one check, not '
            'several: a list has each by itself',
            inspection.misread(enforcer(a=[['role:x and role:y']]), 'a'),
        )

    def test_all_faults_are_told_with_the_rules_that_have_them(self):
        found = enforcer(
            a='rule:b',
            b='rule:gone or tenant_id:x',
            c='rule:c or rule:lost or user_id:',
            d='user_id:',
        )
        about_b = (
            'b asks for tenant_id:x, which compares tenant_id, which no token '
            'has (did you mean project_id?)'
        )
        for name, told in {
            'a': [
                ('b', f'{about_b} (by rule:b)'),
                ('b', 'a refers to rule:gone, which is not there'),
            ],
            'b': [
                ('b', about_b),
                ('b', 'b refers to rule:gone, which is not there'),
            ],
            'c': [
                ('c', 'c refers to itself, so that it cannot be decided'),
                ('c', 'c refers to rule:lost, which is not there'),
            ],
            'd': [
                (
                    'd',
                    'd asks for user_id:, which compares user_id with nothing',
                )
            ],
        }.items():
            self.assertEqual(
                told, [*map(tuple, inspection.faults(found, name))]
            )

    def test_rules_that_ask_for_roles_only_are_known(self):
        found = enforcer(
            roles='role:a or not (role:b and rule:nobody)',
            nobody='!',
            all='@',
            project='role:a and project_id:%(project_id)s',
            user='user_id:bob',
            target='role:%(user_id)s',
            through='role:a or rule:user',
            elsewhere='http://policy/',
        )
        self.assertEqual(
            {'roles', 'nobody', 'all'},
            {
                name
                for name in found.rules
                if inspection.asks_roles_only(found, name)
            },
        )

    def test_a_fault_is_found_through_others_and_in_the_old_form(self):
        for mine in ('rule:b', [['rule:b']], ['role:x', ['@', 'rule:b']]):
            told = inspection.misread(enforcer(a=mine, b='tenant_id:x'), 'a')
            self.assertIn('b asks for tenant_id:x', told)
        for text in (
            [['tenant_id:x']],
            [['role:x and role:y']],
            ['role: x'],
            [[]],
        ):
            self.assertIsNotNone(inspection.misread(enforcer(a=text), 'a'))

    def test_values_that_are_no_rules_are_told(self):
        for value in (None, False, 0, 0.0, {}, [[1]], [None], [{'role': 'x'}]):
            found = enforcer(a=value, b='rule:a')
            for name in ('a', 'b'):
                told = inspection.misread(found, name)
                self.assertIn(
                    f'a is {value!r}, which is no rule: write "!" or "@"', told
                )
        # The advice "!" would isolate nobody.
        found = enforcer(**{rules.ISOLATED: None})
        self.assertEqual(
            f'{rules.ISOLATED} is None, which is no rule: write "@"',
            inspection.misread(found, rules.ISOLATED),
        )

    def test_the_filter_is_never_asked_for_by_rules_that_decide_about_it(self):
        for text in ('isolation:enforced', 'isolation:enforce'):
            for rule in (text, f'not {text}', 'rule:b'):
                found = enforcer(a=rule, b=f'role:member and {text}')
                self.assertIn(text, inspection.misread(found, 'a'))
        found = enforcer(a='isolation:legacy_defaults')
        self.assertIsNone(inspection.misread(found, 'a'))

    def test_rule_that_leads_to_one_for_the_filter_is_told(self):
        found = enforcer(
            a='rule:b', b='rule:c or role:x', c='isolation:enforced'
        )
        [fault] = inspection.faults(found, 'a')
        self.assertEqual('b', fault.rule)
        self.assertEqual(
            'b refers to rule:c, which asks for isolation:enforced and never '
            'holds here: name roles there',
            fault.text,
        )

    def test_problems_are_told_once_for_all_rules(self):
        found = enforcer(
            a='rule:mine', b='role:x or rule:mine', c='@', mine='projectid:x'
        )
        [problem] = inspection.problems(found, ['a', 'b', 'c'])
        self.assertTrue(problem.startswith('mine asks for projectid:x, which'))

    def test_compared_attributes_are_found_through_others(self):
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
