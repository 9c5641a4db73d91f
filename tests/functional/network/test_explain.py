# SPDX-License-Identifier: Apache-2.0
"""explain agrees with what Neutron's API responds, for each caller."""

from cloud_security.network import adoption
from cloud_security.network import database
from cloud_security.network import explain
from cloud_security.network import holdings
from cloud_security.network import models
from cloud_security.policy import rules
from tests.functional.network import cloud

IN_STOCK = 'as in stock Neutron'


class TestExplain(cloud.Cloud):
    def explain(self, account, *arguments):
        return explain.explain(
            account.user_id,
            account.project_id,
            account.headers['X-Roles'].split(','),
            *arguments,
        )

    def test_answers_agree_with_the_api(self):
        self.external = self.external_network()
        things = {
            'ports': self.port(self.alice),
            'floatingips': self.floating_ip(self.alice),
            'security-groups': self.group(self.alice),
            'address-groups': self.alice.make(
                'address-groups', 'address_group', addresses=['192.0.2.0/24']
            ),
        }
        for account, is_allowed in (
            (self.alice, True),
            (self.bob, False),
            (self.dan, False),
            (self.carol, True),
            (self.root, True),
        ):
            for folder, thing in things.items():
                status, _ = account.get(f'{folder}/{thing["id"]}')
                found = self.explain(account, thing['id'])
                self.assertEqual(200 if is_allowed else 404, status)
                self.assertEqual(
                    IN_STOCK if is_allowed else '404', found.answer
                )
                self.assertEqual(found.answer, found.acts)
                self.assertEqual('alice', found.owner)
            found = self.explain(account, cloud.UNKNOWN)
            self.assertEqual('404', found.answer)
            self.assertIn('there is no such', found.owner)

    def test_things_without_an_owner_are_named(self):
        _, body = self.alice.get('security-groups?name=default')
        [default] = body['security_groups']
        found = self.explain(self.bob, default['id'])
        self.assertEqual(('the project', IN_STOCK), found[5:7])
        self.assertEqual(IN_STOCK, found.answer)
        port = self.port(self.alice)
        adoption.give(holdings.thing(port['id']), None, 'operator')
        self.assertEqual(
            'the project', self.explain(self.bob, port['id']).owner
        )
        with database.writing() as session:
            session.query(models.PortOwner).filter_by(
                resource_id=port['id']
            ).delete()
        found = self.explain(self.bob, port['id'])
        self.assertEqual('nobody yet: no isolated caller sees it', found.owner)
        self.assertEqual('404', found.answer)

    def test_rules_and_their_results_are_named(self):
        found = self.explain(self.bob)
        self.assertEqual(
            {
                rules.EXEMPT: False,
                rules.ISOLATED: True,
                rules.SEE_PROJECT: False,
            },
            found.rules,
        )
        self.assertIn('own ports, floating IPs', found.sees)
        self.assertEqual(IN_STOCK, self.explain(self.carol).changes)
