# SPDX-License-Identifier: Apache-2.0
"""Callers for whom a rule holds."""

import collections
from random import Random

from oslo_policy import _parser
import testtools

from cloud_security.policy import witness
from tests.unit.policy import random_rules

BASE = {
    'context_is_admin': 'role:admin',
    'member': 'role:member and project_id:%(project_id)s and '
    'isolation:enforced',
    'open': 'role:member and project_id:%(project_id)s',
    'exempt': 'rule:context_is_admin or role:service',
}


def callers(text, target=witness.OURS, legacy=False, **rules):
    """Return callers, as text, that are no admins and not exempt."""
    texts = {**BASE, **rules}
    parsed = {name: _parser.parse_rule(text) for name, text in texts.items()}
    search = witness.Search(parsed, legacy)
    goals = [
        witness.Goal(_parser.parse_rule(text), True, target),
        witness.Goal(_parser.parse_rule('rule:context_is_admin'), False),
        witness.Goal(_parser.parse_rule('rule:exempt'), False),
    ]
    return [str(caller) for caller in search.callers(*goals)]


class TestWitness(testtools.TestCase):
    def test_roles_and_attributes_come_from_the_rules(self):
        for text, found in (
            ('role:helpdesk', ['role:helpdesk']),
            ('role:A or role:b', ['role:a', 'role:b']),
            ('rule:member or (role:x and role:y)', ['role:x and role:y']),
            ('rule:open and not role:reader', ['role:member']),
            ('user_domain_id:d and role:x', ['role:x and user_domain_id:d']),
            ('user_id:bob', ['user_id:bob']),
            ('@', ['']),
            ('not role:x', ['']),
            ('http://policy/', ['http://policy/']),
            ('not (role:x or not role:y)', ['role:y']),
            ("'6f':%(project_id)s", ['project_id:6f']),
            ('roles:lead', ['role:lead']),
            ('is_admin:False and role:x', ['role:x']),
            ('user_id:bob and role:x', ['role:x and user_id:bob']),
            ('user_domain_id:None', ['user_domain_id:None']),
            # A member's own request has no service token.
            ('service_user_id:None and role:x', ['role:x']),
            ('service_roles:None', ['service_roles:None']),
            # A caller can pass two checks of one kind at once.
            (
                'isolation:default:a and isolation:default:b',
                ['isolation:default:a and isolation:default:b'],
            ),
            ('http://a and http://b', ['http://a and http://b']),
            ('system_scope:None', ['']),
            ('None:None', ['']),
            ("'a':a", ['']),
            (
                [['role:x', 'role:y'], ['role:z']],
                ['role:x and role:y', 'role:z'],
            ),
        ):
            self.assertEqual(found, callers(text), text)

    def test_nobody_is_found_where_nobody_can_be(self):
        for text in (
            'rule:member',
            'rule:context_is_admin',
            'role:admin or role:service',
            'is_admin:True',
            'role:x and not role:x',
            'project_id:a and project_id:b',
            'tenant_id:x',
            'system_scope:all and role:x',
            'role:x and isolation:enforced',
            'isolation:legacy_defaults',
            'rule:missing',
            'True:%(project_id)s and !',
            'not @',
            'user_id:%(owner)s',
            'project_id:None',
            'user_id:None',
            "'a':b",
            'isolation:enforced',
        ):
            self.assertEqual([], callers(text), text)

    def test_the_target_decides_about_owners(self):
        rule = 'user_id:%(user_id)s'
        for user, found in (
            ({'user_id': witness.OTHER}, []),
            ({'user_id': witness.OWN}, ['']),
            ({'user_id': witness.ANY}, ['user_id:%(user_id)s']),
            ({}, []),
        ):
            self.assertEqual(found, callers(rule, user))

    def test_legacy_defaults_follow_the_option(self):
        rule = 'isolation:legacy_defaults and rule:open'
        self.assertEqual([], callers(rule))
        self.assertEqual(['role:member'], callers(rule, legacy=True))

    def test_rules_that_refer_to_each_other_come_to_an_end(self):
        rules = {'a': 'rule:b', 'b': 'rule:a or role:x'}
        self.assertEqual(['role:x'], callers('rule:a', **rules))

    def test_hundreds_of_projects_are_no_hindrance(self):
        many = ' or '.join(f'project_id:{n}' for n in range(2000))
        self.assertEqual([''], callers(f'not ({many})'))
        self.assertEqual(2000, len(callers(many)))

    def test_rules_that_are_too_long_may_hold_for_somebody(self):
        part = ' or '.join(f'role:a{n} and role:b{n}' for n in range(9))
        rule = ' and '.join(f'not ({part} or role:x{n})' for n in range(9))
        rule = f'{rule} and role:y and not role:y'
        self.assertEqual(['somebody:'], callers(rule))


class TestAgainstOsloPolicy(testtools.TestCase):
    """Random rules, searched, and evaluated for every caller there can be."""

    def test_a_caller_is_found_if_and_only_if_there_is_one(self):
        random = Random(1)
        outcomes = collections.Counter()
        own = {'project_id': witness.OWN}
        for user in (witness.OWN, witness.OTHER) * 100:
            enforcer = random_rules.enforcer(random)
            search = witness.Search(enforcer.rules, legacy_defaults=False)
            it = witness.Goal(
                enforcer.rules['it'], True, {**own, 'user_id': user}
            )
            callers = list(search.callers(it))
            held = [
                creds
                for creds in random_rules.everybody()
                if enforcer.enforce(
                    'it',
                    {
                        'project_id': 'p',
                        'user_id': creds['user_id']
                        if user == witness.OWN
                        else 'w',
                    },
                    dict(creds),
                )
            ]
            # A literal can be another's ID as well as the caller's own.
            if user == witness.OWN or "'u'" not in str(enforcer.rules):
                self.assertEqual(
                    bool(held), bool(callers), str(enforcer.rules)
                )
            outcomes[bool(callers)] += 1
        self.assertGreater(min(outcomes.values()), 30)
