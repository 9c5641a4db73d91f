# SPDX-License-Identifier: Apache-2.0
"""Hidden things on a port of the project, which Neutron itself may delete."""

from neutron_lib import constants

from tests.functional.network import cloud
from tests.functional.network import shared
from tests.functional.network import things

DHCP = constants.DEVICE_OWNER_DHCP


class Dependents(shared.Shared):
    """A port of the project on a network of its own, with a router."""

    def populate(self):
        super().populate()
        self.network = self.root.make(
            'networks', 'network', project_id=cloud.PROJECT
        )
        self.subnet = self.root.make(
            'subnets',
            'subnet',
            network_id=self.network['id'],
            cidr='10.50.0.0/24',
            ip_version=4,
            project_id=cloud.PROJECT,
        )
        self.root.put(
            f'routers/{self.router["id"]}/add_router_interface',
            {'subnet_id': self.subnet['id']},
        )
        self.shared = self.port_of_the_project()

    def owner_is(self, device_owner, account=None):
        """Ask for another device owner of the port; return the status."""
        return (account or self.bob).put(
            f'ports/{self.shared["id"]}',
            {'port': {'device_owner': device_owner}},
        )[0]

    def associated(self, port):
        """Associate a local IP of alice's with a port."""
        local_ip = self.alice.make(
            'local_ips', 'local_ip', local_port_id=self.port(self.alice)['id']
        )
        self.alice.make(
            f'local_ips/{local_ip["id"]}/port_associations',
            'port_association',
            fixed_port_id=port['id'],
        )

    def subport(self, port):
        """Make a trunk of alice's with a port as its subport."""
        self.alice.make(
            'trunks',
            'trunk',
            port_id=self.port(self.alice)['id'],
            sub_ports=[{'port_id': port['id'], **things.SUBPORT}],
        )


class TestDeviceOwner(Dependents):
    def assert_port_stays_the_projects(self):
        for device_owner in (
            DHCP,
            'Network:DHCP ',
            'n\u00e9twork:dhcp',
            constants.DEVICE_OWNER_LOCAL_IP,
            constants.DEVICE_OWNER_AGENT_GW,
        ):
            self.assertEqual(409, self.owner_is(device_owner), device_owner)
        self.assertEqual(200, self.owner_is('mine'))
        self.assertEqual(200, self.owner_is(DHCP, self.carol))
        # It is that already.
        self.assertEqual(200, self.owner_is(DHCP))

    def test_port_with_a_hidden_floating_ip_stays_the_projects(self):
        self.floating_ip(self.alice, port_id=self.shared['id'])
        self.assert_port_stays_the_projects()

    def test_port_with_a_hidden_forwarding_stays_the_projects(self):
        self.forwarding(self.alice, self.floating_ip(self.alice), self.shared)
        self.assert_port_stays_the_projects()

    def test_port_with_a_hidden_local_ip_stays_the_projects(self):
        self.associated(self.shared)
        self.assert_port_stays_the_projects()

    def test_port_in_a_hidden_trunk_stays_the_projects(self):
        self.subport(self.shared)
        self.assert_port_stays_the_projects()

    def test_port_with_nothing_hidden_changes_as_in_stock(self):
        self.floating_ip(self.bob, port_id=self.shared['id'])
        self.assertEqual(200, self.owner_is(DHCP))

    def test_own_port_changes_as_in_stock(self):
        self.shared = self.port(self.bob)
        self.assertEqual(200, self.owner_is(DHCP))

    def test_hidden_port_is_not_found(self):
        self.shared = self.port(self.alice)
        self.assertEqual(404, self.owner_is(DHCP))


class TestDeletion(Dependents):
    """The port was Neutron's before a member made use of it."""

    def without_router(self):
        """Leave the port alone on its network."""
        _, body = self.root.get(
            f'ports?network_id={self.network["id"]}'
            '&device_owner=network:router_interface'
        )
        for port in body['ports']:
            status, _ = self.root.put(
                f'ports/{port["id"]}', {'port': {'device_owner': DHCP}}
            )
            self.assertEqual(200, status)

    def assert_stays(self, path):
        """Expect that the manager alone can delete what has the port."""
        self.floating_ip(self.alice, port_id=self.shared['id'])
        self.assertEqual(200, self.owner_is(DHCP, self.carol))
        self.without_router()
        self.assertEqual(409, self.bob.delete(path)[0])
        self.assertEqual(204, self.carol.delete(path)[0])

    def test_network_with_hidden_things_stays(self):
        self.assert_stays(f'networks/{self.network["id"]}')

    def test_subnet_with_hidden_things_stays(self):
        self.assert_stays(f'subnets/{self.subnet["id"]}')

    def test_network_and_subnet_without_hidden_things_go(self):
        self.floating_ip(self.bob, port_id=self.shared['id'])
        self.assertEqual(200, self.owner_is(DHCP))
        self.without_router()
        for path in (
            f'subnets/{self.subnet["id"]}',
            f'networks/{self.network["id"]}',
        ):
            self.assertEqual(204, self.bob.delete(path)[0], path)

    def test_local_ip_whose_port_has_hidden_things_stays(self):
        self.assertEqual(200, self.owner_is(constants.DEVICE_OWNER_LOCAL_IP))
        address = self.shared['fixed_ips'][0]['ip_address']
        local_ip = self.bob.make(
            'local_ips',
            'local_ip',
            local_port_id=self.shared['id'],
            local_ip_address=address,
        )
        self.subport(self.shared)
        path = f'local_ips/{local_ip["id"]}'
        self.assertEqual(409, self.bob.delete(path)[0])
        self.assertEqual(200, self.bob.get(path)[0])


class TestAddresses(Dependents):
    def test_addresses_of_all_hidden_floating_ips_stay(self):
        self.root.put(
            f'ports/{self.shared["id"]}',
            {'port': {'fixed_ips': [{'subnet_id': self.subnet['id']}] * 2}},
        )
        _, body = self.root.get(f'ports/{self.shared["id"]}')
        first, second = body['port']['fixed_ips']
        for account, one in ((self.bob, first), (self.alice, second)):
            self.floating_ip(
                account,
                port_id=self.shared['id'],
                fixed_ip_address=one['ip_address'],
            )
        path = f'ports/{self.shared["id"]}'
        status, _ = self.bob.put(path, {'port': {'fixed_ips': [first]}})
        self.assertEqual(400, status)
        _, body = self.root.get(path)
        self.assertEqual(2, len(body['port']['fixed_ips']))


class TestVisiblePortsOfOthers(Dependents):
    """A member's own port that all see, as Neutron's own."""

    def test_association_of_its_owner_stays(self):
        port = self.port(self.alice)
        self.associated(port)
        self.shared = port
        self.assertEqual(200, self.owner_is('network:x', self.alice))
        path = f'ports/{port["id"]}'
        self.assertEqual(200, self.bob.get(path)[0])
        self.assertEqual(409, self.bob.delete(path)[0])

    def test_trunk_of_its_owner_stays(self):
        port = self.port(self.alice)
        trunk = self.alice.make(
            'trunks',
            'trunk',
            port_id=port['id'],
            sub_ports=[
                {'port_id': self.port(self.alice)['id'], **things.SUBPORT}
            ],
        )
        path = f'trunks/{trunk["id"]}'
        self.assertEqual(404, self.bob.delete(path)[0])
        self.shared = port
        self.assertEqual(200, self.owner_is('network:x', self.alice))
        self.assertEqual(409, self.bob.delete(path)[0])
        self.assertEqual(200, self.alice.get(path)[0])
