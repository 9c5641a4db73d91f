# SPDX-License-Identifier: Apache-2.0
"""Security groups, their rules and RBAC policies."""

import uuid

from tests.functional.network import cloud


class Groups(cloud.Cloud):
    def populate(self):
        super().populate()
        self.alices_group = self.group(self.alice)
        self.alices_rule = self.rule(self.alice, self.alices_group)

    def default_group(self, account):
        """Return the default group of the project."""
        _, body = account.get('security-groups?name=default')
        [group] = body['security_groups']
        return group

    def assertSameAsUnknown(self, account, method, path, body=None, id_=None):
        """Compare the response about an ID with that about an unknown one."""
        id_ = id_ or self.alices_group['id']
        found = account.ask(method, path % id_, body and body(id_))
        expected = account.ask(
            method, path % cloud.UNKNOWN, body and body(cloud.UNKNOWN)
        )
        self.assertEqual(
            str(expected).replace(cloud.UNKNOWN, '?'),
            str(found).replace(id_, '?'),
        )
        self.assertLess(399, found[0])


class TestGroups(Groups):
    def test_group_of_somebody_else_is_not_found(self):
        for account in (self.bob, self.dan):
            self.assertSameAsUnknown(account, 'GET', 'security-groups/%s')
            self.assertNotIn(
                self.alices_group['id'], account.ids('security-groups')
            )
        self.assertSameAsUnknown(self.bob, 'DELETE', 'security-groups/%s')
        self.assertSameAsUnknown(
            self.bob,
            'PUT',
            'security-groups/%s',
            lambda _: {'security_group': {'name': 'x'}},
        )

    def test_group_is_its_owners(self):
        path = f'security-groups/{self.alices_group["id"]}'
        self.assertEqual(200, self.alice.get(path)[0])
        self.assertEqual(200, self.carol.get(path)[0])
        self.assertEqual(204, self.alice.delete(path)[0])

    def test_rules_of_several_groups_are_as_with_an_unknown_one(self):
        own = self.group(self.bob)['id']
        for groups in (('%s', own), (own, '%s'), ('%s', str(uuid.uuid4()))):
            self.assertSameAsUnknown(
                self.bob,
                'POST',
                'security-group-rules%.0s',
                lambda id_, groups=groups: {
                    'security_group_rules': [
                        {
                            'security_group_id': one.replace('%s', id_),
                            'direction': 'ingress',
                            'protocol': 'udp',
                        }
                        for one in groups
                    ]
                },
            )

    def test_group_of_somebody_else_is_on_no_port(self):
        self.assertSameAsUnknown(
            self.bob,
            'POST',
            'ports%.0s',
            lambda id_: {
                'port': {
                    'network_id': self.network['id'],
                    'security_groups': [id_],
                }
            },
        )

    def test_group_of_somebody_else_is_no_remote_group(self):
        bobs_group = self.group(self.bob)
        self.assertSameAsUnknown(
            self.bob,
            'POST',
            'security-group-rules%.0s',
            lambda id_: {
                'security_group_rule': {
                    'security_group_id': bobs_group['id'],
                    'direction': 'ingress',
                    'remote_group_id': id_,
                }
            },
        )

    def test_tags_of_a_hidden_group_are_not_found(self):
        for method, path, body in (
            ('GET', 'tags', None),
            ('GET', 'tags/t', None),
            ('PUT', 'tags/t', lambda _: {}),
            ('PUT', 'tags', lambda _: {'tags': ['t']}),
            ('DELETE', 'tags', None),
            ('DELETE', 'tags/t', None),
        ):
            self.assertSameAsUnknown(
                self.bob, method, f'security-groups/%s/{path}', body
            )


class TestRules(Groups):
    def test_rule_of_a_hidden_group_is_not_found(self):
        for account in (self.bob, self.dan):
            self.assertSameAsUnknown(
                account,
                'GET',
                'security-group-rules/%s',
                id_=self.alices_rule['id'],
            )
            self.assertNotIn(
                self.alices_rule['id'], account.ids('security-group-rules')
            )
            path = f'security-group-rules?id={self.alices_rule["id"]}'
            self.assertEqual(set(), account.ids(path))
            path = (
                'security-group-rules?security_group_id='
                + self.alices_group['id']
            )
            self.assertEqual(set(), account.ids(path))
        self.assertSameAsUnknown(
            self.bob,
            'DELETE',
            'security-group-rules/%s',
            id_=self.alices_rule['id'],
        )

    def test_rule_is_its_owners(self):
        for account in (self.alice, self.carol, self.root):
            self.assertIn(
                self.alices_rule['id'], account.ids('security-group-rules')
            )
        path = f'security-group-rules/{self.alices_rule["id"]}'
        self.assertEqual(200, self.alice.get(path)[0])
        self.assertEqual(204, self.alice.delete(path)[0])

    def test_first_list_has_the_rules_of_the_default_group(self):
        for is_default in (True, False):
            self.root.make(
                'default-security-group-rules',
                'default_security_group_rule',
                direction='egress',
                used_in_default_sg=is_default,
                used_in_non_default_sg=not is_default,
            )
        pia = self.account('pia', project_id='a' * 32)
        self.assertEqual(1, len(pia.ids('security-group-rules')))

    def test_rule_goes_into_no_hidden_group(self):
        self.assertSameAsUnknown(
            self.bob,
            'POST',
            'security-group-rules%.0s',
            lambda id_: {
                'security_group_rule': {
                    'security_group_id': id_,
                    'direction': 'ingress',
                }
            },
        )


class TestDefaultGroup(Groups):
    def test_default_group_is_everybodys_to_read_and_use(self):
        default = self.default_group(self.alice)
        for account in (self.bob, self.dan):
            self.assertIn(default['id'], account.ids('security-groups'))
        self.port(self.bob, security_groups=[default['id']])

    def test_default_group_is_the_managers_to_change(self):
        default = self.default_group(self.alice)
        rule = self.rule(self.carol, default, protocol='udp')
        body = {
            'security_group_rule': {
                'security_group_id': default['id'],
                'direction': 'ingress',
                'protocol': 'tcp',
            }
        }
        for account, status in ((self.bob, 403), (self.carol, 201)):
            found = account.post('security-group-rules', body)
            self.assertEqual(status, found[0], found)
        bulk = {'security_group_rules': [body['security_group_rule']]}
        self.assertEqual(403, self.bob.post('security-group-rules', bulk)[0])
        path = f'security-groups/{default["id"]}'
        change = {'security_group': {'description': 'x'}}
        self.assertEqual(403, self.bob.put(path, change)[0])
        self.assertEqual(403, self.bob.put(f'{path}/tags/t')[0])
        self.assertEqual(200, self.bob.get(f'{path}/tags')[0])
        path = f'security-group-rules/{rule["id"]}'
        self.assertEqual(403, self.bob.delete(path)[0])
        self.assertEqual(204, self.carol.delete(path)[0])

    def test_default_group_in_capitals_is_the_managers_to_change(self):
        default = self.default_group(self.alice)['id'].upper()
        body = {'security_group_id': default, 'direction': 'ingress'}
        path = f'security-groups/{default}'
        for found in (
            self.bob.post(
                'security-group-rules', {'security_group_rule': body}
            ),
            self.bob.post(
                'security-group-rules', {'security_group_rules': [body]}
            ),
            self.bob.put(path, {'security_group': {'description': 'x'}}),
            self.bob.put(f'{path}/tags/t'),
        ):
            self.assertEqual(403, found[0], found)

    def test_rules_of_a_group_in_capitals_are_its_rules(self):
        group = self.group(self.alice)
        rule = self.rule(self.alice, group)
        path = 'security-group-rules?security_group_id={}'
        found = [
            account.ids(path.format(spelling))
            for account in (self.alice, self.bob)
            for spelling in (group['id'], group['id'].upper())
        ]
        self.assertEqual([{rule['id']}, {rule['id']}, set(), set()], found)


class TestPolicies(Groups):
    def share(self, account, group_id=None, project_id=cloud.PROJECT):
        return account.post(
            'rbac-policies',
            {
                'rbac_policy': {
                    'object_type': 'security_group',
                    'object_id': group_id or self.alices_group['id'],
                    'action': 'access_as_shared',
                    'target_tenant': project_id,
                }
            },
        )

    def test_hidden_group_cannot_be_shared(self):
        status, body = self.share(self.bob)
        self.assertEqual((status, body), self.share(self.bob, cloud.UNKNOWN))
        self.assertEqual(400, status)
        self.assertEqual(set(), self.root.ids('rbac-policies'))

    def test_default_group_is_the_managers_to_share(self):
        default = self.default_group(self.alice)['id']
        status, body = self.share(self.carol, default, cloud.OTHER_PROJECT)
        self.assertEqual(201, status)
        policy_id = body['rbac_policy']['id']
        path = f'rbac-policies/{policy_id}'
        change = {'rbac_policy': {'target_tenant': '4' * 32}}
        for found in (
            self.share(self.bob, default, '5' * 32),
            self.share(self.bob, default.upper(), '5' * 32),
            self.bob.put(path, change),
            self.bob.put(f'rbac-policies/{policy_id.upper()}', change),
            self.bob.delete(path),
        ):
            self.assertEqual(403, found[0], found)
        self.assertEqual({policy_id}, self.root.ids('rbac-policies'))
        self.assertEqual(200, self.carol.put(path, change)[0])
        self.assertEqual(204, self.carol.delete(path)[0])

    def test_policy_of_a_hidden_group_is_not_found(self):
        status, body = self.share(self.alice, project_id=cloud.OTHER_PROJECT)
        self.assertEqual(201, status)
        policy_id = body['rbac_policy']['id']
        self.assertEqual({policy_id}, self.alice.ids('rbac-policies'))
        # Neutron remembers the type of a policy that somebody looked at.
        path = f'rbac-policies/{policy_id}'
        self.assertEqual(200, self.alice.get(path)[0])
        for method, change in (
            ('GET', None),
            ('PUT', lambda _: {'rbac_policy': {'target_tenant': '4' * 32}}),
            ('DELETE', None),
        ):
            self.assertSameAsUnknown(
                self.bob, method, 'rbac-policies/%s', change, id_=policy_id
            )
        self.assertEqual(set(), self.bob.ids('rbac-policies'))
        path = f'security-groups/{self.alices_group["id"]}'
        self.assertEqual(200, self.eve.get(path)[0])
        self.assertEqual(404, self.bob.get(path)[0])


class TestGroupsWithoutThePlugin(Groups):
    plugins = cloud.PLUGINS

    def test_group_of_somebody_else_is_open(self):
        path = f'security-groups/{self.alices_group["id"]}'
        self.assertEqual(200, self.bob.get(path)[0])
        self.assertEqual(201, self.bob.put(f'{path}/tags/t')[0])
        self.assertIn(
            self.alices_rule['id'], self.bob.ids('security-group-rules')
        )
        status, _ = TestPolicies.share(self, self.bob)
        self.assertEqual(201, status)
        default = self.default_group(self.bob)
        self.rule(self.bob, default, protocol='tcp')
        self.assertEqual(204, self.bob.delete(path)[0])
