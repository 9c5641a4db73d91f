# SPDX-License-Identifier: Apache-2.0
"""explain agrees with what Cinder's API responds, for each caller."""

from oslo_utils.fixture import uuidsentinel

from cloud_security.policy import rules
from cloud_security.volume import explain
from tests.functional.volume import cloud

ACCOUNTS = {
    'alice': cloud.MEMBER,
    'bob': cloud.MEMBER,
    'dan': ('reader',),
    'carol': ('manager',) + cloud.MEMBER,
    'root': ('admin', 'manager') + cloud.MEMBER,
    'nova_user': ('service',) + cloud.MEMBER,
    'eve': cloud.MEMBER,
}


class TestExplain(cloud.Cloud):
    def explain(self, name, *arguments):
        account = getattr(self, name)
        return explain.explain(
            account.user_id, account.project_id, ACCOUNTS[name], *arguments
        )

    def test_answers_agree_with_the_api(self):
        volumes = {
            'alices': self.volume(self.alice),
            'unknown': uuidsentinel.unknown,
        }
        answers = {}
        for name in ACCOUNTS:
            for which, volume_id in volumes.items():
                answer = getattr(self, name).call(
                    'GET', f'volumes/{volume_id}'
                )
                found = self.explain(name, volume_id, 'os-extend')
                self.assertEqual(
                    str(answer.status_code), found.answer, (name, which)
                )
                answers[name, which] = found.answer
        self.assertEqual(
            {'alice', 'carol', 'root', 'nova_user'},
            {
                name
                for (name, which), answer in answers.items()
                if (which, answer) == ('alices', '200')
            },
        )
        self.assertEqual(
            ('alice', '200', 'as in stock Cinder', 'own volumes only'),
            (
                self.explain('alice', volumes['alices']).owner,
                self.explain('alice', volumes['alices']).answer,
                self.explain('alice', volumes['alices']).acts,
                self.explain('alice', volumes['alices']).sees,
            ),
        )
        self.assertEqual(
            ('there is no such volume', '404'),
            (
                self.explain('root', volumes['unknown']).owner,
                self.explain('root', volumes['unknown']).acts,
            ),
        )

    def test_rules_and_their_results_are_named(self):
        self.assertEqual(
            {
                rules.EXEMPT: False,
                rules.ISOLATED: True,
                rules.SEE_PROJECT: False,
            },
            self.explain('bob').rules,
        )
        self.assertEqual('as in stock Cinder', self.explain('carol').changes)
        self.assertIsNone(self.explain('carol').answer)

    def test_rule_that_asks_for_an_action_decides_about_it(self):
        volume_id = self.volume(self.alice)
        self.operator_writes({rules.CHANGE_PROJECT: "'os-extend':%(action)s"})
        for action, acts in (
            ('os-extend', 'as in stock Cinder'),
            ('os-retype', '404'),
        ):
            found = self.explain('carol', volume_id, action)
            self.assertEqual(acts, found.acts, action)
            self.assertTrue(found.asks)
            self.assertEqual('200', found.answer)
