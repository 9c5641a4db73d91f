# SPDX-License-Identifier: Apache-2.0
"""Floating IPs of hidden servers are out of reach."""

import fixtures
from nova import exception

from tests.functional.compute import other_services


class FloatingIps(other_services.OtherServicesIds):
    def setUp(self):
        super().setUp()
        self.ids = self.floating_ips(
            _10_0_0_1=self.alices_server, _10_0_0_2=self.bobs_server
        )
        self.has_addresses()

    def act(self, account, action, address):
        answer = account.act(self.bobs_server, action, {'address': address})
        return answer.status_code, answer.text.replace(address, 'ADDRESS')


class TestFloatingIps(FloatingIps):
    def test_address_of_a_hidden_server_is_not_taken(self):
        taken = self.act(self.bob, 'addFloatingIp', '10.0.0.1')
        self.assertEqual(404, taken[0])
        self.assertEqual(
            taken, self.act(self.bob, 'addFloatingIp', '10.9.9.9')
        )
        with fixtures.MockPatch(
            'nova.network.neutron.API.get_instance_id_by_floating_address',
            side_effect=exception.NovaException,
        ):
            self.assertEqual(
                taken, self.act(self.bob, 'addFloatingIp', '10.0.0.1')
            )
        self.assertEqual([], self.given)

    def test_address_of_several_ports_is_refused_by_nova(self):
        self.floating_ips(
            _10_0_0_3=self.alices_server, _10_0_0_3__again=self.bobs_server
        )
        answers = [
            self.act(account, 'addFloatingIp', '10.0.0.3')
            for account in (self.bob, self.carol)
        ]
        self.assertIn('Multiple floating IPs', answers[0][1])
        self.assertEqual(answers[0], answers[1])

    def test_address_of_a_hidden_server_is_not_removed(self):
        for account in (self.bob, self.dan):
            status, text = self.act(account, 'removeFloatingIp', '10.0.0.1')
            self.assertEqual(404, status)
            self.assertNotIn(self.alices_server, text)
        answer = self.bob.call('DELETE', f'os-floating-ips/{self.ids[0]}')
        self.assertEqual(404, answer.status_code)
        self.assertNotIn(self.alices_server, answer.text)
        self.assertEqual([], self.given)

    def test_own_address_and_any_by_a_manager_are_changed(self):
        self.assertEqual(
            202, self.act(self.bob, 'addFloatingIp', '10.0.0.2')[0]
        )
        self.assertEqual(
            202, self.act(self.bob, 'removeFloatingIp', '10.0.0.2')[0]
        )
        self.assertEqual(
            202, self.act(self.carol, 'addFloatingIp', '10.0.0.1')[0]
        )
        self.assertEqual(3, len(self.given))


class TestFloatingIpsWithoutTheFilter(FloatingIps):
    FILTERED = DROPPED_IN = False

    def test_address_of_a_hidden_server_is_taken(self):
        self.assertEqual(
            202, self.act(self.bob, 'addFloatingIp', '10.0.0.1')[0]
        )
        self.assertIn(
            self.alices_server, self.bob.call('GET', 'os-floating-ips').text
        )
