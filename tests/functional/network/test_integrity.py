# SPDX-License-Identifier: Apache-2.0
"""Neutron itself still sees what its caller does not see.

Each test is a promise to Neutron itself: addresses, quota, what is in use.
"""

import time
from unittest import mock
import uuid

from neutron.db import l3_extra_gws_db
from neutron.objects import ports
from neutron_lib import context as contexts
from neutron_lib.plugins import constants
from neutron_lib.plugins import directory

from tests.functional.network import cloud
from tests.functional.network import things


class Integrity(cloud.Cloud):
    has_router = False

    def populate(self):
        super().populate()
        if self.has_router:
            self.external = self.external_network()
        self.alices_port = self.port(self.alice, **self.bound())
        self.bobs_port = self.port(self.bob)

    def assertRefused(self, response, type_):
        status, body = response
        self.assertEqual(409, status, body)
        self.assertEqual(type_, body['NeutronError']['type'])

    def addresses(self, account, port):
        _, body = account.get(f'ports/{port["id"]}')
        return [fixed['ip_address'] for fixed in body['port']['fixed_ips']]


class TestAddresses(Integrity):
    # By default, members may not.
    rules = '"update_port:mac_address": "role:member"\n'

    def test_address_of_a_hidden_port_is_taken(self):
        [address] = self.addresses(self.alice, self.alices_port)
        wanted = {'fixed_ips': [{'ip_address': address}]}
        for response in (
            self.bob.post(
                'ports',
                {'port': {'network_id': self.network['id'], **wanted}},
            ),
            self.bob.put(f'ports/{self.bobs_port["id"]}', {'port': wanted}),
        ):
            self.assertRefused(response, 'IpAddressAlreadyAllocated')

    def test_mac_address_of_a_hidden_port_is_taken_at_once(self):
        mac_address = self.alices_port['mac_address']
        body = {
            'network_id': self.network['id'],
            'mac_address': mac_address,
        }
        began = time.monotonic()
        for path, change in (
            ('ports', {'port': body}),
            ('ports', {'ports': [body]}),
        ):
            status, found = self.bob.post(path, change)
            self.assertEqual((409, 'MacAddressInUse'), _kind(status, found))
            self.assertEqual((status, found), self.alice.post(path, change))
        status, found = self.bob.put(
            f'ports/{self.bobs_port["id"]}',
            {'port': {'mac_address': mac_address}},
        )
        self.assertEqual((409, 'MacAddressInUse'), _kind(status, found))
        self.assertGreater(10, time.monotonic() - began)

    def test_address_of_a_hidden_floating_ip_is_taken(self):
        external = self.external = self.external_network()
        taken = self.floating_ip(self.alice)
        self.root.put(
            f'networks/{external["id"]}', {'network': {'shared': True}}
        )
        status, _ = self.root.post(
            'floatingips',
            {
                'floatingip': {
                    'floating_network_id': external['id'],
                    'floating_ip_address': taken['floating_ip_address'],
                    'project_id': cloud.PROJECT,
                }
            },
        )
        self.assertEqual(409, status)

    def test_slaac_subnet_gives_hidden_ports_their_address(self):
        status, body = self.bob.post(
            'subnets',
            {
                'subnet': {
                    'network_id': self.network['id'],
                    'cidr': '2001:db8::/64',
                    'ip_version': 6,
                    'ipv6_ra_mode': 'slaac',
                    'ipv6_address_mode': 'slaac',
                }
            },
        )
        self.assertEqual(201, status, body)
        for account, port in (
            (self.alice, self.alices_port),
            (self.bob, self.bobs_port),
        ):
            self.assertEqual(2, len(self.addresses(account, port)))
        # And the agents hear of it.
        path = f'subnets/{body["subnet"]["id"]}'
        self.assertEqual(204, self.bob.delete(path)[0])
        for account, port in (
            (self.alice, self.alices_port),
            (self.bob, self.bobs_port),
        ):
            self.assertEqual(1, len(self.addresses(account, port)))


class TestDeletions(Integrity):
    has_router = True

    def test_network_with_hidden_ports_is_in_use(self):
        self.assertRefused(
            self.bob.delete(f'networks/{self.network["id"]}'), 'NetworkInUse'
        )

    def test_subnet_with_hidden_ports_is_in_use(self):
        self.assertEqual(
            204, self.bob.delete(f'ports/{self.bobs_port["id"]}')[0]
        )
        self.assertRefused(
            self.bob.delete(f'subnets/{self.subnet["id"]}'), 'SubnetInUse'
        )

    def test_router_interface_that_a_hidden_floating_ip_needs_stays(self):
        self.floating_ip(self.alice, port_id=self.alices_port['id'])
        self.assertRefused(
            self.bob.put(
                f'routers/{self.router["id"]}/remove_router_interface',
                {'subnet_id': self.subnet['id']},
            ),
            'RouterInterfaceInUseByFloatingIP',
        )
        self.assertRefused(
            self.bob.delete(f'routers/{self.router["id"]}'), 'RouterInUse'
        )

    def test_gateway_that_a_hidden_floating_ip_needs_stays(self):
        self.floating_ip(self.alice, port_id=self.alices_port['id'])
        status, body = self.bob.put(
            f'routers/{self.router["id"]}',
            {'router': {'external_gateway_info': {}}},
        )
        self.assertEqual(409, status, body)

    def test_group_on_a_hidden_port_is_in_use(self):
        group = self.group(self.bob)
        status, body = self.carol.put(
            f'ports/{self.alices_port["id"]}',
            {'port': {'security_groups': [group['id']]}},
        )
        self.assertEqual(200, status, body)
        path = f'security-groups/{group["id"]}'
        self.assertRefused(self.bob.delete(path), 'SecurityGroupInUse')
        # Alice reads and changes the port that has it.
        status, _ = self.alice.put(
            f'ports/{self.alices_port["id"]}', {'port': {'name': 'x'}}
        )
        self.assertEqual(200, status)


class TestFloatingIPs(Integrity):
    has_router = True

    def populate(self):
        super().populate()
        self.alices_fip = self.floating_ip(self.alice)
        # A manager lets Bob's port have the address of Alice.
        status, body = self.carol.put(
            f'floatingips/{self.alices_fip["id"]}',
            {'floatingip': {'port_id': self.bobs_port['id']}},
        )
        self.assertEqual(200, status, body)
        self.path = f'ports/{self.bobs_port["id"]}'

    def test_port_with_it_gets_no_second_one(self):
        own = self.floating_ip(self.bob)
        self.assertRefused(
            self.bob.put(
                f'floatingips/{own["id"]}',
                {'floatingip': {'port_id': self.bobs_port['id']}},
            ),
            'FloatingIPPortAlreadyAssociated',
        )

    def test_port_of_the_project_with_a_hidden_one_gets_no_second(self):
        port = self.port(self.root, project_id=cloud.PROJECT)
        self.floating_ip(self.alice, port_id=port['id'])
        own = self.floating_ip(self.bob)
        began = time.monotonic()
        for found in (
            self.bob.post(
                'floatingips',
                {
                    'floatingip': {
                        'floating_network_id': self.external['id'],
                        'port_id': port['id'],
                    }
                },
            ),
            self.bob.put(
                f'floatingips/{own["id"]}',
                {'floatingip': {'port_id': port['id']}},
            ),
        ):
            self.assertRefused(found, 'FloatingIPPortAlreadyAssociated')
        # Neutron tries again for a minute what the database refuses.
        self.assertGreater(20, time.monotonic() - began)

    def far_network(self):
        """Make a network behind a distributed router; return its ID."""
        router = self.root.make(
            'routers',
            'router',
            name='distributed',
            project_id=cloud.PROJECT,
            distributed=True,
            external_gateway_info={'network_id': self.external['id']},
        )
        network = self.root.make(
            'networks', 'network', name='far', project_id=cloud.PROJECT
        )
        subnet = self.root.make(
            'subnets',
            'subnet',
            network_id=network['id'],
            cidr='10.7.0.0/24',
            ip_version=4,
            project_id=cloud.PROJECT,
        )
        self.root.put(
            f'routers/{router["id"]}/add_router_interface',
            {'subnet_id': subnet['id']},
        )
        return network['id']

    def with_floating_ip(self, account, port_id):
        """Return the statuses of an own floating IP for a port, and a new."""
        own = self.floating_ip(account)
        change = {'port_id': port_id}
        new = {'port_id': port_id, 'floating_network_id': self.external['id']}
        return [
            account.put(f'floatingips/{own["id"]}', {'floatingip': change})[0],
            account.post('floatingips', {'floatingip': new})[0],
        ]

    def forward(self, account, port):
        fip = self.floating_ip(account)
        account.make(
            f'floatingips/{fip["id"]}/port_forwardings',
            'port_forwarding',
            **things.forwarding(port, 22, 2222),
        )

    def test_port_that_a_distributed_router_forwards_to_is_not_found(self):
        port = self.port(self.alice, network_id=self.far_network())
        self.forward(self.alice, port)
        for port_id in (port['id'], cloud.UNKNOWN):
            found = self.with_floating_ip(self.bob, port_id)
            self.assertEqual([404, 404], found)

    def test_port_of_the_project_with_a_distributed_forwarding_is_taken(
        self,
    ):
        port = self.port(
            self.root,
            network_id=self.far_network(),
            project_id=cloud.PROJECT,
        )
        self.forward(self.alice, port)
        for account in (self.alice, self.bob):
            found = self.with_floating_ip(account, port['id'])
            self.assertEqual([400, 400], found)

    def test_port_with_it_keeps_its_address(self):
        status, body = self.bob.put(
            self.path, {'port': {'fixed_ips': [{'ip_address': '10.0.3.3'}]}}
        )
        self.assertEqual(400, status, body)

    def test_port_with_it_can_be_deleted(self):
        self.assertEqual(204, self.bob.delete(self.path)[0])
        _, body = self.alice.get(f'floatingips/{self.alices_fip["id"]}')
        self.assertIsNone(body['floatingip']['port_id'])

    def test_port_forwarded_to_can_be_deleted(self):
        fip = self.floating_ip(self.alice)
        port = self.port(self.bob)
        self.carol.make(
            f'floatingips/{fip["id"]}/port_forwardings',
            'port_forwarding',
            **things.forwarding(port, 80, 8080),
        )
        self.assertEqual(200, self.bob.get(f'floatingips/{fip["id"]}')[0])
        self.assertEqual(204, self.bob.delete(f'ports/{port["id"]}')[0])


class TestQuota(Integrity):
    def test_quota_counts_hidden_things(self):
        self.group(self.alice)
        _, body = self.root.get(f'quotas/{cloud.PROJECT}/details.json')
        for name, path in (
            ('port', f'ports?project_id={cloud.PROJECT}'),
            ('security_group', f'security-groups?project_id={cloud.PROJECT}'),
        ):
            used = body['quota'][name]['used']
            self.assertEqual(len(self.root.ids(path)), used, name)
            self.assertLess(1, used)

    def test_quota_of_the_project_ends_for_all(self):
        for name, path, values in (
            ('port', 'ports', {'network_id': self.network['id']}),
            ('security_group', 'security-groups', {'name': 'x'}),
        ):
            used = self.root.ids(f'{path}?project_id={cloud.PROJECT}')
            status, _ = self.root.put(
                f'quotas/{cloud.PROJECT}', {'quota': {name: len(used)}}
            )
            self.assertEqual(200, status)
            self.assertRefused(
                self.bob.post(path, {name: values}), 'OverQuota'
            )

    def test_quota_that_neutron_counts_by_a_list_ends_for_all(self):
        self.assertEqual(
            200,
            self.root.put(
                f'quotas/{cloud.PROJECT}',
                {'quota': {'trunk': 1, 'rbac_policy': 1}},
            )[0],
        )
        for account, statuses in (
            (self.alice, {201}),
            (self.bob, {409}),
        ):
            trunk = {'port_id': self.port(account)['id']}
            policy = {
                'object_type': 'security_group',
                'object_id': self.group(account)['id'],
                'target_tenant': cloud.OTHER_PROJECT,
                'action': 'access_as_shared',
            }
            answers = (
                account.post('trunks', {'trunk': trunk}),
                account.post('rbac-policies', {'rbac_policy': policy}),
            )
            self.assertEqual(statuses, {one[0] for one in answers}, answers)


class TestTrunks(Integrity):
    def test_port_of_a_trunk_stays(self):
        parent, subport = self.port(self.bob), self.port(self.bob)
        self.bob.make(
            'trunks',
            'trunk',
            port_id=parent['id'],
            sub_ports=[{'port_id': subport['id'], **things.SUBPORT}],
        )
        for port in (parent, subport):
            status, _ = self.bob.delete(f'ports/{port["id"]}')
            self.assertEqual(409, status)

    def test_trunk_that_a_manager_made_of_an_own_port_is_seen(self):
        trunk = self.carol.make(
            'trunks', 'trunk', port_id=self.bobs_port['id']
        )
        self.assertEqual(200, self.bob.get(f'trunks/{trunk["id"]}')[0])
        self.assertEqual(404, self.alice.get(f'trunks/{trunk["id"]}')[0])


class TestPolicies(Integrity):
    """Quality of service of a network, for the hidden ports on it."""

    def populate(self):
        super().populate()
        policy = self.root.make('qos/policies', 'policy', name='p')
        self.policy = policy
        self.root.put(
            f'qos/policies/{policy["id"]}', {'policy': {'shared': True}}
        )

    def test_policy_of_a_network_is_checked_for_hidden_ports(self):
        plugin = directory.get_plugin(constants.QOS)
        seen = []

        with mock.patch.object(
            plugin.__class__,
            'validate_policy_for_ports',
            side_effect=lambda context, policy, found: seen.extend(found),
        ):
            status, body = self.bob.put(
                f'networks/{self.network["id"]}',
                {'network': {'qos_policy_id': self.policy['id']}},
            )
        self.assertEqual(200, status, body)
        self.assertIn(self.alices_port['id'], [port.id for port in seen])

    def test_ports_with_a_policy_are_everybodys(self):
        plugin = directory.get_plugin(constants.QOS)
        policy = mock.Mock()
        policy.get_bound_networks.return_value = [self.network['id']]
        policy.get_bound_ports.return_value = []
        found = plugin._get_ports_with_policy(self.context(self.bob), policy)
        self.assertIn(self.alices_port['id'], [port.id for port in found])

    @staticmethod
    def context(account):
        return contexts.Context(
            user_id=account.user_id,
            project_id=account.project_id,
            roles=list(cloud.MEMBER),
            request_id=f'req-{uuid.uuid4()}',
        )


class TestRouters(Integrity):
    """Extra gateways and addresses beside those of a port."""

    has_router = True

    def populate(self):
        super().populate()
        self.fip = self.floating_ip(self.alice, port_id=self.alices_port['id'])

    def setUp(self):
        super().setUp()
        self.l3 = directory.get_plugin(constants.L3)
        self.context = TestPolicies.context(self.bob)

    def test_gateway_that_a_hidden_floating_ip_needs_is_counted(self):
        [gateway] = ports.Port.get_objects(
            contexts.get_admin_context(),
            device_id=self.router['id'],
            device_owner='network:router_gateway',
        )
        # Only the plugin of OVN has extra gateways.
        extra_gateways = l3_extra_gws_db.ExtraGatewaysDbOnlyMixin
        self.assertEqual(
            1,
            extra_gateways._router_extra_gw_port_has_floating_ips(
                None, self.context, self.router['id'], gateway
            ),
        )

    def test_port_behind_a_hidden_floating_ip_is_found(self):
        [address] = self.addresses(self.alice, self.alices_port)
        found = self.l3._get_address_pair_active_port_with_fip(
            self.context, {'admin_state_up': True}, address
        )
        self.assertEqual(self.alices_port['id'], found['id'])


def _kind(status, body):
    return status, body['NeutronError']['type']
