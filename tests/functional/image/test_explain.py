# SPDX-License-Identifier: Apache-2.0
"""explain agrees with what Glance's API responds, for each caller."""

from cloud_security.image import explain
from cloud_security.policy import rules
from tests.functional.image import cloud


class TestExplain(cloud.Cloud):
    def explain(self, account, *arguments):
        return explain.explain(
            account.user_id, account.project_id, account.roles, *arguments
        )

    def test_answers_agree_with_the_api(self):
        private = self.alice.image()
        shared = self.alice.image(visibility='shared')
        seen = set()
        for account in (
            *(self.alice, self.bob, self.dan, self.carol, self.root),
            self.eve,
        ):
            for image_id in (private, shared, cloud.UNKNOWN):
                response = account.call('GET', f'images/{image_id}')
                found = self.explain(account, image_id)
                self.assertEqual(str(response.status_code), found.answer)
                if image_id == private and found.answer == '200':
                    seen.add(account.user_id)
        self.assertEqual({'alice', 'carol', 'root'}, seen)

    def test_owners_are_named(self):
        private = self.alice.image()
        for image_id, owner in (
            (private, 'alice'),
            (cloud.UNKNOWN, 'there is no such image'),
            (
                self.alice.image(visibility='shared'),
                'everybody who may see it: it is shared',
            ),
        ):
            found = self.explain(self.bob, image_id)
            self.assertEqual(owner, found.owner)
            self.assertEqual('own images only', found.sees)
        self.root.patch(
            f'images/{private}', {'op': 'remove', 'path': '/user_id'}
        )
        found = self.explain(self.bob, private)
        self.assertEqual('the project: it names no user', found.owner)
        self.assertEqual('200', found.answer)

    def test_rules_and_their_results_are_named(self):
        self.assertEqual(
            {
                rules.EXEMPT: False,
                rules.ISOLATED: True,
                rules.SEE_PROJECT: False,
            },
            self.explain(self.bob).rules,
        )
