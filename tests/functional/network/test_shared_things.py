# SPDX-License-Identifier: Apache-2.0
"""Ports and floating IPs of the project, of which another member makes use."""

from neutron_lib import context as contexts
from neutron_lib.callbacks import events
from neutron_lib.callbacks import registry
from neutron_lib.callbacks import resources
from neutron_lib.db import api as db_api

from cloud_security.network import models
from tests.functional.network import cloud
from tests.functional.network import shared


class TestPorts(shared.Shared):
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

    def test_target_of_a_hidden_forwarding_keeps_its_address(self):
        fip = self.floating_ip(self.alice)
        hidden = self.forwarding(self.alice, fip, self.shared)
        path = f'ports/{self.shared["id"]}'
        change = {'port': {'fixed_ips': [{'ip_address': '10.0.3.3'}]}}
        status, body = self.bob.put(path, change)
        self.assertEqual(400, status, body)
        # As with a floating IP.
        self.assertIn('has been associated to a floating ip', str(body))
        for id_ in (fip['id'], hidden.rpartition('/')[2]):
            self.assertNotIn(id_, str(body))
        self.assertEqual(200, self.alice.get(hidden)[0])
        kept = {'fixed_ips': [*self.shared['fixed_ips'], {}]}
        kept['fixed_ips'][1] = {'subnet_id': self.subnet['id']}
        self.assertEqual(200, self.bob.put(path, {'port': kept})[0])
        # Who sees it loses it, as in stock Neutron.
        self.assertEqual(200, self.alice.put(path, change)[0])
        self.assertEqual(404, self.alice.get(hidden)[0])

    def test_target_of_a_hidden_forwarding_is_not_deleted(self):
        fip = self.floating_ip(self.alice)
        hidden = self.forwarding(self.alice, fip, self.shared)
        path = f'ports/{self.shared["id"]}'
        status, body = self.bob.delete(path)
        self.assertEqual(409, status, body)
        for id_ in (fip['id'], hidden.rpartition('/')[2]):
            self.assertNotIn(id_, str(body))
        self.assertEqual(200, self.alice.get(hidden)[0])
        other = self.port_of_the_project()
        self.floating_ip(self.alice, port_id=other['id'])
        expected = self.bob.delete(f'ports/{other["id"]}')
        self.assertEqual(
            str(expected).replace(other['id'], self.shared['id']),
            str((status, body)),
        )
        self.assertEqual(204, self.alice.delete(path)[0])
        self.assertEqual(404, self.alice.get(hidden)[0])

    def test_groups_on_a_port_of_the_project_stay(self):
        """It shows them, and who changes it can name them."""
        path = f'ports/{self.shared["id"]}'
        hidden = self.group(self.alice)
        own = self.group(self.bob)
        elsewhere = self.group(self.alice, name='elsewhere')
        self.port(self.alice, security_groups=[elsewhere['id']])

        def put(account, *groups):
            ids = [group['id'] for group in groups]
            return account.put(path, {'port': {'security_groups': ids}})

        self.assertEqual(200, put(self.alice, hidden)[0])
        self.assertUnknown(put(self.bob, hidden, elsewhere))
        status, body = put(self.bob, hidden, own)
        self.assertEqual(200, status, body)
        self.assertEqual(
            {hidden['id'], own['id']},
            set(self.bob.get(path)[1]['port']['security_groups']),
        )
        group = f'security-groups/{hidden["id"]}'
        self.assertUnknown(
            self.bob.get(group),
            self.bob.put(group, {'security_group': {'name': 'x'}}),
            self.bob.post(
                'ports',
                {
                    'port': {
                        'network_id': self.network['id'],
                        'security_groups': [hidden['id']],
                    }
                },
            ),
        )
        self.assertEqual(200, put(self.bob, own)[0])
        self.assertUnknown(put(self.bob, own, hidden))


class TestNetworks(shared.Shared):
    """External networks of the project."""

    def populate(self):
        super().populate()
        self.own = self.public_network(
            'ext2', '198.51.100.0/24', project_id=cloud.PROJECT
        )
        self.path = f'networks/{self.own["id"]}'

    def on_it(self, account):
        return self.floating_ip(account, floating_network_id=self.own['id'])

    def assertThere(self, account, fip):
        self.assertEqual(200, account.get(f'floatingips/{fip["id"]}')[0])

    def test_network_with_a_hidden_floating_ip_is_in_use(self):
        hidden, bobs = self.on_it(self.alice), self.on_it(self.bob)
        [port_id] = self.alice.ids('ports?device_owner=network:floatingip')
        status, body = self.bob.delete(self.path)
        self.assertEqual(409, status, body)
        self.assertEqual('NetworkInUse', _type(body))
        for id_ in (hidden['id'], port_id):
            self.assertNotIn(id_, str(body))
        self.assertThere(self.alice, hidden)
        self.assertThere(self.bob, bobs)
        # Also where Neutron has another reason.
        port = self.port(self.alice, network_id=self.own['id'])
        self.assertEqual((status, body), self.bob.delete(self.path))
        self.assertThere(self.alice, hidden)
        self.alice.delete(f'ports/{port["id"]}')
        self.alice.delete(f'floatingips/{hidden["id"]}')
        self.assertEqual(204, self.bob.delete(self.path)[0])
        self.assertUnknown(self.bob.get(f'floatingips/{bobs["id"]}'))

    def test_network_with_a_floating_ip_that_another_uses_is_in_use(self):
        fip = self.floating_ip(
            self.root,
            floating_network_id=self.own['id'],
            project_id=cloud.PROJECT,
        )
        router = self.root.make(
            'routers',
            'router',
            project_id=cloud.PROJECT,
            external_gateway_info={'network_id': self.own['id']},
        )
        network = self.root.make(
            'networks', 'network', project_id=cloud.PROJECT
        )
        subnet = self.root.make(
            'subnets',
            'subnet',
            network_id=network['id'],
            cidr='10.9.0.0/24',
            ip_version=4,
            project_id=cloud.PROJECT,
        )
        self.root.put(
            f'routers/{router["id"]}/add_router_interface',
            {'subnet_id': subnet['id']},
        )
        port = self.port(self.alice, network_id=network['id'])
        path = f'floatingips/{fip["id"]}'
        self.assertEqual(
            200,
            self.alice.put(path, {'floatingip': {'port_id': port['id']}})[0],
        )
        status, body = self.bob.delete(self.path)
        self.assertEqual(409, status)
        self.assertNotIn(port['id'], str(body))
        self.assertNotIn('ports', str(body))

    def test_network_is_deleted_by_a_manager_as_in_stock(self):
        hidden = self.on_it(self.alice)
        self.assertEqual(204, self.carol.delete(self.path)[0])
        self.assertUnknown(self.alice.get(f'floatingips/{hidden["id"]}'))

    def test_hidden_floating_ip_outlives_what_else_ends_a_network(self):
        hidden = self.on_it(self.alice)
        [subnet_id] = self.bob.get(self.path)[1]['network']['subnets']
        status, body = self.bob.delete(f'subnets/{subnet_id}')
        self.assertEqual(409, status, body)
        [port_id] = self.alice.ids('ports?device_owner=network:floatingip')
        for id_ in (hidden['id'], port_id):
            self.assertNotIn(id_, str(body))
        self.assertThere(self.alice, hidden)
        external = {'network': {'router:external': False}}
        self.assertEqual(403, self.bob.put(self.path, external)[0])
        self.assertThere(self.alice, hidden)
        for policy_id in self.bob.ids(
            f'rbac-policies?object_id={self.own["id"]}'
        ):
            self.bob.delete(f'rbac-policies/{policy_id}')
        self.assertThere(self.alice, hidden)


class TestFloatingIPs(shared.Shared):
    def test_own_floating_ip_on_a_hidden_port_is_described(self):
        """A manager put it there."""
        port = self.port(self.alice)
        fip = self.floating_ip(self.bob)
        path = f'floatingips/{fip["id"]}'
        attach = {'floatingip': {'port_id': port['id']}}
        self.assertEqual(200, self.carol.put(path, attach)[0])
        before = self.bob.get(path)[1]['floatingip']
        status, body = self.bob.put(path, {'floatingip': {'description': 'x'}})
        self.assertEqual(200, status, body)
        after = body['floatingip']
        changed = {'description', 'revision_number', 'updated_at'}
        self.assertEqual(before.keys(), after.keys())
        self.assertEqual(
            [],
            [
                name
                for name in before.keys() - changed
                if before[name] != after[name]
            ],
        )
        self.assertEqual('x', after['description'])
        self.assertUnknown(self.bob.put(path, attach))
        address = {'fixed_ip_address': port['fixed_ips'][0]['ip_address']}
        self.assertEqual(400, self.bob.put(path, {'floatingip': address})[0])
        self.assertEqual(
            200, self.bob.put(path, {'floatingip': {'port_id': None}})[0]
        )

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


class TestLocalIPs(shared.Shared):
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

    def test_port_with_the_device_owner_of_local_ips_is_the_projects(self):
        port = self.port(self.bob, device_owner='network:local_ip')
        path = f'ports/{port["id"]}'
        self.assertEqual(200, self.alice.get(path)[0])
        change = {'port': {'device_owner': ''}}
        self.assertEqual(200, self.bob.put(path, change)[0])
        for account in (self.alice, self.bob):
            self.assertEqual(200, account.get(path)[0])

    def test_local_ip_on_a_port_of_another_project_is_the_projects(self):
        """Nobody knows who made it."""
        self.share_network()
        one = self.bob.make(
            'local-ips', 'local_ip', local_port_id=self.port(self.eve)['id']
        )
        path = f'local-ips/{one["id"]}'
        for account in (self.alice, self.bob, self.carol):
            self.assertEqual(200, account.get(path)[0])
        self.assertUnknown(self.eve.get(path))
        self.assertEqual(204, self.bob.delete(path)[0])


class PortsWithoutOwner(cloud.Cloud):
    """Ports from before the plugin."""

    def setUp(self):
        super().setUp()
        self.context = contexts.get_admin_context()
        self.orphan = self.orphaned(self.port(self.alice))

    def orphaned(self, port):
        """Return a port that has lost its owner."""
        with db_api.CONTEXT_WRITER.using(self.context) as session:
            session.delete(session.get(models.PortOwner, port['id']))
        return port

    def assertNobodys(self, port):
        with db_api.CONTEXT_READER.using(self.context) as session:
            found = session.query(models.PortOwner).filter_by(
                resource_id=port['id']
            )
            self.assertEqual([], [owner.user_id for owner in found])

    def make(self, account):
        """Make a local IP on a port without owner."""
        account.make('local-ips', 'local_ip', local_port_id=self.orphan['id'])


class TestPortsWithoutOwner(PortsWithoutOwner):
    def test_local_ip_gives_no_port_to_a_manager(self):
        self.make(self.carol)
        self.assertNobodys(self.orphan)

    def test_local_ip_gives_no_port_to_the_owner_of_a_network(self):
        self.share_network()
        self.orphan = self.orphaned(self.port(self.eve))
        self.make(self.bob)
        self.assertNobodys(self.orphan)


class TestPortsWithoutOwnerInMonitorMode(PortsWithoutOwner):
    mode = 'monitor'

    def test_local_ip_gives_no_port_to_its_maker(self):
        self.make(self.bob)
        self.assertNobodys(self.orphan)


class TestTrunks(shared.Shared):
    def test_hidden_subport_is_removed_as_an_unknown_one(self):
        path = self.trunk_of_the_project()
        hidden, own = self.port(self.alice), self.port(self.bob)
        for number, (account, port) in enumerate(
            ((self.alice, hidden), (self.bob, own)), 5
        ):
            subport = {
                'port_id': port['id'],
                'segmentation_type': 'vlan',
                'segmentation_id': number,
            }
            status, body = account.put(
                f'{path}/add_subports', {'sub_ports': [subport]}
            )
            self.assertEqual(200, status, body)
        found, expected = (
            self.bob.put(
                f'{path}/remove_subports',
                {'sub_ports': [{'port_id': own['id']}, {'port_id': id_}]},
            )
            for id_ in (hidden['id'], cloud.UNKNOWN)
        )
        self.assertEqual((404, 'SubPortNotFound'), (found[0], _type(found[1])))
        self.assertEqual(
            str(expected).replace(cloud.UNKNOWN, '?'),
            str(found).replace(hidden['id'], '?'),
        )
        self.assertEqual(2, len(self.alice.get(path)[1]['trunk']['sub_ports']))
        status, body = self.bob.put(
            f'{path}/remove_subports', {'sub_ports': [{'port_id': own['id']}]}
        )
        self.assertEqual(200, status, body)


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
