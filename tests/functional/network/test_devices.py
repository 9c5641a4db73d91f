# SPDX-License-Identifier: Apache-2.0
"""Devices: an isolated caller puts ports on own servers alone."""

from unittest import mock
import uuid

import fixtures
from keystoneauth1 import exceptions as keystone_errors
from neutron import manager
from oslo_serialization import jsonutils

from cloud_security.network import device_ids
from tests.functional.network import cloud

#: The function that a cloud of these tests replaces.
IS_OWN_SERVER = device_ids.is_own_server
SERVER = '0d3f2a6c-1f0e-4b8e-9a51-7f3a5a0f3c11'


class Devices(cloud.Cloud):
    servers = {SERVER: 'alice'}

    def populate(self):
        super().populate()
        self.alices_port = self.port(
            self.alice, device_id=SERVER, device_owner='compute:nova'
        )
        self.bobs_port = self.port(self.bob)
        self.path = f'ports/{self.bobs_port["id"]}'

    def attempts(self, account, device_id):
        """Return the responses to all ways to name a device."""
        new = {'network_id': self.network['id'], 'device_id': device_id}
        return [
            account.post('ports', {'port': new}),
            account.post(
                'ports', {'port': {**new, 'device_owner': 'network:dhcp'}}
            ),
            account.post('ports', {'ports': [new]}),
            account.put(self.path, {'port': {'device_id': device_id}}),
            account.put(
                f'{self.path}.json',
                {'port': {'device_id': device_id, 'device_owner': ''}},
            ),
        ]


class TestDevices(Devices):
    def test_hidden_and_unknown_servers_are_refused_alike(self):
        self.servers[cloud.UNKNOWN] = 'nobody'
        for spelling in (str, str.upper):
            hidden = self.attempts(self.bob, spelling(SERVER))
            unknown = self.attempts(self.bob, spelling(cloud.UNKNOWN))
            self.assertEqual(hidden, unknown)
            self.assertEqual([403] * 5, [status for status, _ in hidden])
        nova = self.alice.beside_a_service()
        self.assertEqual(
            {self.alices_port['id']}, nova.ids(f'ports?device_id={SERVER}')
        )

    def test_what_a_database_takes_for_the_id_is_refused(self):
        # MariaDB's newer collations take đ for d and æ for ae.
        for device_id in (
            f'{SERVER} ',
            SERVER.replace('e', 'é'),
            SERVER.replace('d', 'đ'),
            f'{SERVER[:-1]}æ',
        ):
            self.servers[device_id.lower()] = 'nobody'
            self.assertEqual(
                [403] * 5,
                [status for status, _ in self.attempts(self.bob, device_id)],
                device_id,
            )

    def test_prefix_of_a_path_opens_nothing(self):
        # As networking-sfc does; so do metering and logging.
        manager.NeutronManager.add_resource_for_path_prefix('chains', 'sfc')
        new = {'network_id': self.network['id'], 'device_id': SERVER}
        for method, path, body in (
            ('POST', 'sfc/ports', {'port': new}),
            ('POST', 'sfc/ports', {'ports': [new]}),
            ('POST', 'sfc/ports.json', {'port': new}),
            ('PUT', f'sfc/{self.path}', {'port': {'device_id': SERVER}}),
        ):
            status, answer = self.bob.ask(method, path, body)
            self.assertEqual(403, status, (path, answer))
            self.assertIn('DeviceIsNotOwnServer', str(answer))

    def test_own_servers_and_free_texts_are_taken(self):
        for device_id in (str(uuid.uuid4()), 'x', f'lb-{uuid.uuid4()}', ''):
            self.assertEqual(
                [201, 201, 201, 200, 200],
                [status for status, _ in self.attempts(self.bob, device_id)],
                device_id,
            )

    def test_device_that_a_port_has_already_is_taken(self):
        # A manager puts Bob's port on the server of Alice.
        change = {'port': {'device_id': SERVER}}
        self.assertEqual(200, self.carol.put(self.path, change)[0])
        self.assertEqual(200, self.bob.put(self.path, change)[0])

    def test_nova_manager_and_admin_name_any_server(self):
        for account in (
            *(self.bob.beside_a_service(), self.carol, self.root),
        ):
            status, _ = account.put(self.path, {'port': {'device_id': SERVER}})
            self.assertEqual(200, status, account.user_id)

    def test_port_of_a_router_is_made_as_before(self):
        router = self.alice.make('routers', 'router', name='own')
        status, body = self.alice.put(
            f'routers/{router["id"]}/add_router_interface',
            {'subnet_id': self.subnet['id']},
        )
        self.assertEqual(200, status, body)


class TestNova(Devices):
    """Nova tells whose a server is, to who may see it."""

    def setUp(self):
        super().setUp()
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.network.device_ids.is_own_server',
                IS_OWN_SERVER,
            )
        )
        self.asked = []
        self.useFixture(
            fixtures.MonkeyPatch(
                'keystoneauth1.session.Session.get',
                lambda session, url, **_: self.nova(
                    url, session.auth.get_token(session)
                ),
            )
        )
        for account in (self.alice, self.bob):
            account.headers['X-Service-Catalog'] = jsonutils.dumps(
                cloud.CATALOG
            )

    def nova(self, url, token):
        self.asked.append((url, token))
        if token != 'token-of-alice':
            raise keystone_errors.NotFound()
        return mock.Mock(json=lambda: {'server': {'user_id': 'alice'}})

    def test_nova_is_asked_with_the_token_of_the_user(self):
        new = {'network_id': self.network['id'], 'device_id': SERVER}
        found = [
            account.post('ports', {'port': new})[0]
            for account in (self.alice, self.bob)
        ]
        self.assertEqual([201, 403], found)
        url = f'http://nova/v2.1/servers/{SERVER}'
        self.assertEqual(
            [(url, 'token-of-alice'), (url, 'token-of-bob')], self.asked
        )

    def test_nova_that_does_not_respond_refuses(self):
        self.nova = mock.Mock(side_effect=keystone_errors.ConnectFailure())
        new = {'network_id': self.network['id'], 'device_id': SERVER}
        self.assertEqual(403, self.alice.post('ports', {'port': new})[0])


class TestDevicesWithoutThePlugin(Devices):
    plugins = cloud.PLUGINS

    def test_hidden_server_is_taken(self):
        found = self.attempts(self.bob, SERVER)
        self.assertEqual([201, 201], [found[0][0], found[2][0]])
        self.assertEqual(200, found[3][0])
