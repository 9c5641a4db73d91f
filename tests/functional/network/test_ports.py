# SPDX-License-Identifier: Apache-2.0
"""Ports: whose they are, and who sees them."""

from tests.functional.network import cloud


class TestPorts(cloud.Cloud):
    def populate(self):
        super().populate()
        self.alices_port = self.port(self.alice)
        self.path = f'ports/{self.alices_port["id"]}'

    def test_port_of_somebody_else_is_not_found(self):
        unknown = self.bob.get(f'ports/{cloud.UNKNOWN}')
        for account in (self.bob, self.dan):
            status, body = account.get(self.path)
            self.assertEqual(404, status)
            self.assertEqual(
                str(unknown[1]).replace(cloud.UNKNOWN, self.alices_port['id']),
                str(body),
            )

    def test_port_is_its_owners(self):
        self.assertEqual(200, self.alice.get(self.path)[0])
        self.assertIn(self.alices_port['id'], self.alice.ids('ports'))

    def test_port_is_in_no_list_of_others(self):
        for account in (self.bob, self.dan, self.eve):
            self.assertNotIn(self.alices_port['id'], account.ids('ports'))

    def test_port_is_open_to_managers_and_admins(self):
        for account in (self.carol, self.root):
            self.assertEqual(200, account.get(self.path)[0])
            status, _ = account.put(self.path, {'port': {'name': 'x'}})
            self.assertEqual(200, status)


class TestPortsWithoutThePlugin(cloud.Cloud):
    plugins = cloud.PLUGINS

    def test_port_of_somebody_else_is_open(self):
        alices_port = self.port(self.alice)
        path = f'ports/{alices_port["id"]}'
        self.assertEqual(200, self.bob.get(path)[0])
        self.assertEqual(204, self.bob.delete(path)[0])
