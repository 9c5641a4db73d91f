# SPDX-License-Identifier: Apache-2.0
"""Ports and floating IPs of the project, of which another member makes use."""

from neutron_lib.callbacks import events
from neutron_lib.callbacks import registry
from neutron_lib.callbacks import resources

from tests.functional.network import cloud
from tests.functional.network import things


class Shared(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.external = self.external_network()
        self.shared = self.port_of_the_project()

    def port_of_the_project(self, **values):
        return self.port(self.root, project_id=cloud.PROJECT, **values)

    def forward(self, account, fip, port, **values):
        """Return status and body of a new forwarding."""
        return account.post(
            f'floatingips/{fip["id"]}/port_forwardings',
            {
                'port_forwarding': {
                    **things.forwarding(port, 80, 8080),
                    **values,
                }
            },
        )

    def forwarding(self, account, fip, port, **values):
        """Make a forwarding; return its path."""
        status, body = self.forward(account, fip, port, **values)
        self.assertEqual(201, status, body)
        id_ = body['port_forwarding']['id']
        return f'floatingips/{fip["id"]}/port_forwardings/{id_}'

    def assertUnknown(self, *answers):
        self.assertEqual({404}, {status for status, _ in answers})


class TestPorts(Shared):
    def test_address_of_a_hidden_floating_ip_stays(self):
        self.floating_ip(self.alice, port_id=self.shared['id'])
        path = f'ports/{self.shared["id"]}'
        change = {'port': {'fixed_ips': [{'ip_address': '10.0.3.3'}]}}
        status, body = self.bob.put(path, change)
        self.assertEqual(400, status, body)
        self.assertEqual(
            self.shared['fixed_ips'],
            self.bob.get(path)[1]['port']['fixed_ips'],
        )

    def test_refusal_of_a_forwarding_names_no_hidden_floating_ip(self):
        hidden = self.floating_ip(self.alice, port_id=self.shared['id'])
        own = self.floating_ip(self.bob)
        path = self.forwarding(self.bob, own, self.port(self.bob))
        target = {'internal_port_id': self.shared['id']}
        for status, body in (
            self.forward(self.bob, own, self.shared, external_port=8081),
            self.bob.put(path, {'port_forwarding': target}),
        ):
            self.assertEqual(409, status, body)
            self.assertNotIn(hidden['id'], str(body))
            self.assertNotIn(hidden['floating_ip_address'], str(body))

    def test_second_address_with_a_hidden_floating_ip_is_refused(self):
        both = self.port_of_the_project(
            fixed_ips=[{'subnet_id': self.subnet['id']}] * 2
        )
        first, second = (one['ip_address'] for one in both['fixed_ips'])
        own, _ = (
            self.floating_ip(
                account, port_id=both['id'], fixed_ip_address=address
            )
            for account, address in ((self.bob, first), (self.alice, second))
        )
        status, body = self.bob.put(
            f'floatingips/{own["id"]}',
            {
                'floatingip': {
                    'port_id': both['id'],
                    'fixed_ip_address': second,
                }
            },
        )
        self.assertEqual(409, status, body)
        self.assertEqual('FloatingIPPortAlreadyAssociated', _type(body))

    def test_protocol_of_a_hidden_forwarding_is_refused(self):
        self.forwarding(self.alice, self.floating_ip(self.alice), self.shared)
        own = self.floating_ip(self.bob)
        path = self.forwarding(self.bob, own, self.shared, protocol='udp')
        change = {'port_forwarding': {'protocol': 'tcp'}}
        self.assertEqual(400, self.bob.put(path, change)[0])


class TestFloatingIPs(Shared):
    def test_port_of_a_hidden_floating_ip_is_not_found(self):
        """It stands on the external network, which can be the project's."""
        external = self.public_network(
            'ext2', '198.51.100.0/24', project_id=cloud.PROJECT
        )
        fip = self.floating_ip(self.alice, floating_network_id=external['id'])
        query = 'ports?device_owner=network:floatingip'
        [port_id] = self.alice.ids(query)
        for account in (self.bob, self.dan):
            self.assertEqual(set(), account.ids(query))
        self.assertUnknown(
            self.bob.get(f'ports/{port_id}'),
            self.bob.delete(f'ports/{port_id}'),
        )
        self.assertEqual(409, self.alice.delete(f'ports/{port_id}')[0])
        self.assertEqual(200, self.alice.get(f'floatingips/{fip["id"]}')[0])

    def test_floating_ip_of_the_project_belongs_to_its_user(self):
        fip = self.floating_ip(self.root, project_id=cloud.PROJECT)
        path = f'floatingips/{fip["id"]}'
        self.assertEqual(200, self.bob.get(path)[0])
        port = self.port(self.alice)
        self.alice.put(path, {'floatingip': {'port_id': port['id']}})
        self.assertUnknown(
            self.bob.get(path),
            self.bob.put(path, {'floatingip': {'port_id': None}}),
        )
        self.assertEqual(set(), self.bob.ids('floatingips'))
        for account in (self.alice, self.carol):
            self.assertEqual(200, account.get(path)[0])
        self.alice.put(path, {'floatingip': {'port_id': None}})
        self.assertEqual(200, self.bob.get(path)[0])

    def test_floating_ip_of_the_project_belongs_to_who_forwards_it(self):
        fip = self.floating_ip(self.root, project_id=cloud.PROJECT)
        path = f'floatingips/{fip["id"]}'
        forwarding = self.forwarding(self.alice, fip, self.port(self.alice))
        self.assertUnknown(
            self.bob.get(path),
            self.bob.get(forwarding),
            self.bob.delete(forwarding),
        )
        self.assertEqual(204, self.alice.delete(forwarding)[0])
        self.assertEqual(200, self.bob.get(path)[0])


class TestLocalIPs(Shared):
    def test_local_ip_on_a_network_is_its_makers(self):
        one = self.alice.make(
            'local-ips', 'local_ip', network_id=self.network['id']
        )
        path = f'local-ips/{one["id"]}'
        self.assertUnknown(
            self.bob.get(path),
            self.bob.put(path, {'local_ip': {'name': 'x'}}),
            self.bob.delete(path),
            self.bob.get(f'ports/{one["local_port_id"]}'),
        )
        self.assertEqual(
            set(), self.bob.ids('ports?device_owner=network:local_ip')
        )
        self.assertEqual(204, self.alice.delete(path)[0])

    def test_local_ip_of_an_admin_is_the_projects(self):
        one = self.root.make(
            'local-ips',
            'local_ip',
            network_id=self.network['id'],
            project_id=cloud.PROJECT,
        )
        self.assertEqual(204, self.bob.delete(f'local-ips/{one["id"]}')[0])

    def test_associations_of_a_hidden_local_ip_are_not_found(self):
        one = self.alice.make(
            'local-ips', 'local_ip', local_port_id=self.port(self.alice)['id']
        )
        path = f'local_ips/{one["id"]}/port_associations'
        body = {'port_association': {'fixed_port_id': self.shared['id']}}
        self.assertEqual(201, self.alice.post(path, body)[0])
        self.assertEqual({'port_associations': []}, self.bob.get(path)[1])
        self.assertUnknown(
            self.bob.get(f'{path}/{self.shared["id"]}'),
            self.bob.delete(f'{path}/{self.shared["id"]}'),
        )


class TestGroups(cloud.Cloud):
    def test_driver_finds_hidden_rules_that_name_a_deleted_group(self):
        """As OVN's does since Neutron 28, which has an entry for each."""
        group = self.group(self.bob)
        self.rule(
            self.carol, self.group(self.carol), remote_group_id=group['id']
        )
        found = []

        def look(resource, event, trigger, payload=None):
            found.extend(
                self.core().get_security_group_rules(
                    payload.context, {'remote_group_id': [group['id']]}
                )
            )

        registry.subscribe(
            look, resources.SECURITY_GROUP, events.PRECOMMIT_DELETE
        )
        self.addCleanup(
            registry.unsubscribe,
            look,
            resources.SECURITY_GROUP,
            events.PRECOMMIT_DELETE,
        )
        path = f'security-groups/{group["id"]}'
        self.assertEqual(404, self.alice.delete(path)[0])
        self.assertEqual([], found)
        self.assertEqual(204, self.bob.delete(path)[0])
        self.assertEqual(1, len(found))


def _type(body):
    return body['NeutronError']['type']
