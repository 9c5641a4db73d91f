# SPDX-License-Identifier: Apache-2.0
"""Servers behind the address of a router's gateway."""

import testtools

from cloud_security.trace import behind
from cloud_security.trace import columns
from cloud_security.trace import history
from tests.unit.trace import records
from tests.unit.trace import seeds
from tests.unit.trace import worlds

ROUNDS = 20
OUTER = '192.0.2.9'


class TestBehind(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.records = self.useFixture(records.Records())
        add = self.records
        add.port('gw', 0, device_id='r', device_owner=behind.GATEWAY)
        add.fixed(OUTER, 'gw', 0, network_id='ext', subnet_id='ext-sub')
        add.history('snat', 0, 80, object_id='r', port_id='gw')
        for number, owner in enumerate(sorted(behind.INTERFACES)):
            add.port(f'if{number}', 0, device_id='r', device_owner=owner)
            add.fixed(
                f'10.{number}.0.1', f'if{number}', 0, subnet_id=f's{number}'
            )
            add.port(f'p{number}', 0, device_id=f'server-{number}')
            add.fixed(
                f'10.{number}.0.5', f'p{number}', 0, subnet_id=f's{number}'
            )

    def behind(self, span, address=OUTER):
        connection = self.records.connection
        held = history.of_address(connection, address, span)
        return behind.candidates(connection, held, span)

    def servers(self, second):
        return [one.server_id for one in self.behind(records.instant(second))]

    def test_servers_on_each_kind_of_interface_are_candidates(self):
        self.assertEqual(
            ['server-0', 'server-1', 'server-2'], self.servers(10)
        )
        [one, *_] = self.behind(records.instant(10))
        found = columns.values(one)
        self.assertEqual(
            ('behind', OUTER, '10.0.0.5'),
            (found['Kind'], found['Address'], found['Inner Address']),
        )

    def test_router_without_translation_hides_none(self):
        self.assertEqual([], self.servers(80))

    def test_server_with_a_floating_ip_is_no_candidate_meanwhile(self):
        self.records.history(
            'floating',
            20,
            40,
            address='192.0.2.1',
            network_id='ext',
            port_id='p1',
            fixed_ip='10.1.0.5',
        )
        self.assertEqual(['server-0', 'server-2'], self.servers(20))
        self.assertIn('server-1', self.servers(40))
        times = [
            (one.fact.begin, one.fact.end)
            for one in self.behind(records.span(10, 60))
            if one.server_id == 'server-1'
        ]
        self.assertEqual([records.span(10, 20), records.span(40, 60)], times)

    def test_floating_ip_of_another_network_is_of_another_router(self):
        self.records.history(
            'floating',
            20,
            40,
            address='198.51.100.1',
            network_id='other',
            port_id='p1',
            fixed_ip='10.1.0.5',
        )
        self.assertIn('server-1', self.servers(20))

    def test_floating_ip_that_may_have_ended_excludes_no_server(self):
        self.records.history(
            'floating',
            20,
            40,
            end_after=30,
            address='192.0.2.1',
            network_id='ext',
            port_id='p1',
            fixed_ip='10.1.0.5',
        )
        self.assertNotIn('server-1', self.servers(29))
        self.assertIn('server-1', self.servers(30))

    def join(self, router_id, subnet_id, begin=0, end=None):
        """Put a router on a subnet."""
        port_id = f'{router_id}-{subnet_id}'
        self.records.port(
            port_id,
            begin,
            end,
            device_id=router_id,
            device_owner='network:router_interface',
        )
        self.records.fixed(
            f'10.9.{len(subnet_id)}.1',
            port_id,
            begin,
            end,
            subnet_id=subnet_id,
        )

    def serve(self, server_id, subnet_id):
        self.records.port(f'of-{server_id}', 0, device_id=server_id)
        self.records.fixed(
            '10.9.0.5', f'of-{server_id}', 0, subnet_id=subnet_id
        )

    def test_servers_behind_a_second_router_are_candidates(self):
        self.join('r2', 's0', 20, 60)
        self.join('r2', 'inner', 30)
        self.join('r3', 'inner')
        self.join('r3', 'innermost')
        self.serve('second', 'inner')
        self.serve('third', 'innermost')
        for second, is_behind in ((25, False), (30, True), (60, False)):
            found = self.servers(second)
            self.assertEqual(is_behind, 'second' in found, second)
            self.assertEqual(is_behind, 'third' in found, second)

    def test_second_router_with_a_gateway_uses_its_own(self):
        self.join('r2', 's0')
        self.join('r2', 'inner')
        self.serve('second', 'inner')
        self.records.history('snat', 40, object_id='r2', port_id='gw2')
        self.assertIn('second', self.servers(39))
        self.assertNotIn('second', self.servers(40))

    def test_other_address_than_that_of_a_gateway_hides_none(self):
        span = records.instant(10)
        self.assertEqual([], self.behind(span, '10.0.0.5'))
        self.assertEqual([], self.behind(span, '10.0.0.1'))
        self.assertEqual([], self.behind(span, '192.0.2.77'))

    def test_ports_of_no_server_and_ipv6_are_left_out(self):
        self.records.port(
            'd', 0, device_id='dhcp', device_owner='network:dhcp'
        )
        self.records.fixed('10.0.0.2', 'd', 0, subnet_id='s0')
        self.records.fixed('fd00::5', 'p0', 0, subnet_id='s0')
        self.assertEqual(
            ['server-0', 'server-1', 'server-2'], self.servers(10)
        )


class TestRandom(testtools.TestCase):
    def test_candidates_are_those_of_an_oracle(self):
        seed = seeds.seed_of(self)
        seen = 0
        for number in range(ROUNDS):
            found = self.useFixture(records.Records())
            world = worlds.World(seed + number, found)
            connection = found.connection
            whole = {
                address: behind.candidates(
                    connection,
                    history.of_address(connection, address, records.span()),
                    records.span(),
                )
                for address in worlds.OUTER
            }
            for second, span in worlds.instants(2):
                for address in worlds.OUTER:
                    expected = world.behind(address, second)
                    seen += len(expected)
                    held = history.of_address(connection, address, span)
                    for candidates in (
                        behind.candidates(connection, held, span),
                        [
                            one
                            for one in whole[address]
                            if one.fact.span.meet(span)
                        ],
                    ):
                        self.assertEqual(
                            expected,
                            {
                                (one.row.port_id, one.row.address)
                                + (one.server_id,)
                                for one in candidates
                            },
                            (number, second, address),
                        )
        self.assertGreater(seen, 0)
