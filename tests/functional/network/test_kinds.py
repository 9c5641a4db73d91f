# SPDX-License-Identifier: Apache-2.0
"""Each kind of thing of another member is as an unknown one."""

from neutron.objects import securitygroup
from neutron_lib import context as contexts

from tests.functional.network import cloud
from tests.functional.network import things


class TestKinds(cloud.Cloud):
    def assertAsUnknown(self, method, path, id_, body=None):
        """Compare the response about an ID with that about an unknown one."""
        found, expected = (
            self.bob.ask(method, path.format(one), body and body(one))
            for one in (id_, cloud.UNKNOWN)
        )
        self.assertEqual(
            str(expected).replace(cloud.UNKNOWN, '?'),
            str(found).replace(id_, '?'),
        )
        self.assertEqual(404, found[0])

    def test_floating_ip_is_not_found(self):
        self.external = self.external_network()
        fip = self.floating_ip(self.alice)
        self.assertAsUnknown('GET', 'floatingips/{}', fip['id'])
        self.assertAsUnknown('DELETE', 'floatingips/{}', fip['id'])
        self.assertEqual(set(), self.bob.ids('floatingips'))
        self.assertEqual({fip['id']}, self.alice.ids('floatingips'))

    def test_trunk_is_not_found(self):
        trunk = self.alice.make(
            'trunks', 'trunk', port_id=self.port(self.alice)['id']
        )
        self.assertAsUnknown('GET', 'trunks/{}', trunk['id'])
        self.assertAsUnknown('GET', 'trunks/{}/get_subports', trunk['id'])
        self.assertEqual(set(), self.bob.ids('trunks'))
        self.assertEqual({trunk['id']}, self.alice.ids('trunks'))

    def test_local_ip_is_not_found(self):
        made = self.alice.make(
            'local-ips', 'local_ip', local_port_id=self.port(self.alice)['id']
        )
        path = f'local_ips/{made["id"]}'
        port = self.port(self.alice)
        self.assertEqual(
            201,
            self.alice.post(
                f'{path}/port_associations',
                {'port_association': {'fixed_port_id': port['id']}},
            )[0],
        )
        self.assertAsUnknown('GET', 'local-ips/{}', made['id'])
        self.assertAsUnknown('DELETE', 'local-ips/{}', made['id'])
        own = self.port(self.bob)['id']
        self.assertAsUnknown(
            'POST',
            'local_ips/{}/port_associations',
            made['id'],
            lambda _: {'port_association': {'fixed_port_id': own}},
        )
        for query in ('', f'?local_port_id={made["local_port_id"]}'):
            self.assertEqual(set(), self.bob.ids(f'local-ips{query}'))
        self.assertEqual({made['id']}, self.alice.ids('local-ips'))
        # A local IP of the project, with a port of a member behind it.
        shared = self.root.make(
            'local-ips',
            'local_ip',
            network_id=self.network['id'],
            project_id=cloud.PROJECT,
        )
        path = f'local_ips/{shared["id"]}/port_associations'
        self.alice.post(
            path, {'port_association': {'fixed_port_id': port['id']}}
        )
        self.assertEqual(200, self.bob.get(f'local-ips/{shared["id"]}')[0])
        for method in ('GET', 'DELETE'):
            self.assertAsUnknown(method, f'{path}/{{}}', port['id'])
        self.assertEqual({'port_associations': []}, self.bob.get(path)[1])
        self.assertEqual(200, self.alice.get(f'{path}/{port["id"]}')[0])

    def test_subport_goes_into_no_trunk(self):
        subport = self.port(self.alice)
        self.alice.make(
            'trunks',
            'trunk',
            port_id=self.port(self.alice)['id'],
            sub_ports=[{'port_id': subport['id'], **things.SUBPORT}],
        )
        self.assertAsUnknown(
            'POST',
            'trunks',
            subport['id'],
            lambda id_: {'trunk': {'port_id': id_}},
        )

    def test_rule_is_read_with_its_group_alone(self):
        rule = self.rule(self.alice, self.group(self.alice))
        for account, is_read in ((self.alice, True), (self.bob, False)):
            context = contexts.Context(
                user_id=account.user_id,
                project_id=cloud.PROJECT,
                roles=list(cloud.MEMBER),
            )
            found = securitygroup.SecurityGroupRule.get_object(
                context, id=rule['id']
            )
            self.assertEqual(is_read, found is not None)

    def address_group(self):
        return self.alice.make(
            'address-groups', 'address_group', addresses=['192.0.2.0/24']
        )

    def test_address_group_is_not_found(self):
        group = self.address_group()
        self.assertAsUnknown('GET', 'address-groups/{}', group['id'])
        self.assertEqual(set(), self.bob.ids('address-groups'))
        self.assertEqual({group['id']}, self.alice.ids('address-groups'))

    def test_address_group_in_use_is_not_found(self):
        group = self.address_group()
        self.rule(
            self.alice,
            self.group(self.alice),
            remote_address_group_id=group['id'],
        )
        self.assertAsUnknown('DELETE', 'address-groups/{}', group['id'])

    def test_policy_of_an_address_group_is_not_found(self):
        policy = self.alice.make(
            'rbac-policies',
            'rbac_policy',
            object_type='address_group',
            object_id=self.address_group()['id'],
            action='access_as_shared',
            target_tenant=cloud.OTHER_PROJECT,
        )
        self.assertAsUnknown('GET', 'rbac-policies/{}', policy['id'])
        self.assertEqual(set(), self.bob.ids('rbac-policies'))

    def test_group_in_use_is_not_found(self):
        group = self.group(self.alice)
        self.port(self.alice, security_groups=[group['id']])
        self.assertAsUnknown('DELETE', 'security-groups/{}', group['id'])

    def test_port_with_a_floating_ip_is_forwarded_to_by_nobody(self):
        self.external = self.external_network()
        port = self.port(self.alice)
        self.floating_ip(self.alice, port_id=port['id'])
        own = self.floating_ip(self.bob)
        self.assertAsUnknown(
            'POST',
            f'floatingips/{own["id"]}/port_forwardings',
            port['id'],
            lambda id_: {
                'port_forwarding': {
                    **things.forwarding(port, 80, 8080),
                    'internal_port_id': id_,
                }
            },
        )

    def test_floating_ip_is_not_found_before_its_forwarding_is_checked(self):
        self.external = self.external_network()
        hidden = self.floating_ip(self.alice)
        port = self.port(self.bob)
        self.floating_ip(self.bob, port_id=port['id'])
        self.assertAsUnknown(
            'POST',
            'floatingips/{}/port_forwardings',
            hidden['id'],
            lambda _: {'port_forwarding': things.forwarding(port, 80, 8080)},
        )

    def test_hidden_forwarding_keeps_its_port_number(self):
        """On a port of the project, which both may see."""
        self.external = self.external_network()
        port = self.root.make(
            'ports',
            'port',
            network_id=self.network['id'],
            project_id=cloud.PROJECT,
        )
        answers = []
        for member in (self.alice, self.bob):
            fip = self.floating_ip(member)
            path = f'floatingips/{fip["id"]}/port_forwardings'
            new = things.forwarding(port, 80, 8080)
            if member is self.bob:
                # No number of it is another's, for the database.
                del new['internal_port'], new['external_port']
                new.update(
                    internal_port_range='79:81',
                    external_port_range='8079:8081',
                )
            answers.append(member.post(path, {'port_forwarding': new}))
            if member is self.bob:
                self.assertEqual({'port_forwardings': []}, member.get(path)[1])
        self.assertEqual([201, 400], [status for status, _ in answers])
        self.assertNotIn('80:80', str(answers[1][1]))
        self.assertIn('port collision', str(answers[1][1]))

    def test_forwarding_behind_an_own_floating_ip_is_not_found(self):
        """Neutron 24 looks at the ID of the forwarding alone."""
        self.external = self.external_network()
        hidden = self.floating_ip(self.alice)
        forwarding = self.alice.make(
            f'floatingips/{hidden["id"]}/port_forwardings',
            'port_forwarding',
            **things.forwarding(self.port(self.alice), 80, 8080),
        )
        own = self.floating_ip(self.bob)
        path = f'floatingips/{own["id"]}/port_forwardings/{{}}'
        change = {'port_forwarding': {'external_port': 8081}}
        for method, body in (('GET', None), ('PUT', change), ('DELETE', None)):
            self.assertAsUnknown(
                method, path, forwarding['id'], lambda _, body=body: body
            )
        self.assertEqual(
            8080,
            self.alice.get(
                f'floatingips/{hidden["id"]}/port_forwardings/'
                f'{forwarding["id"]}'
            )[1]['port_forwarding']['external_port'],
        )
