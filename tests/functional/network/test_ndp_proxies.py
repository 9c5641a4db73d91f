# SPDX-License-Identifier: Apache-2.0
"""NDP proxies belong to the owners of their ports."""

import itertools
import uuid

from neutron.objects import ndp_proxy
from neutron_lib import context as contexts

from tests.functional.network import cloud


class TestNdpProxies(cloud.Cloud):
    plugins = (*cloud.PLUGINS, 'ndp_proxy', cloud.OURS)

    def populate(self):
        super().populate()
        self.external_network()
        self.path = f'routers/{self.router["id"]}'
        self.v6 = self.root.make(
            'subnets',
            'subnet',
            network_id=self.network['id'],
            cidr='2001:db8::/64',
            ip_version=6,
            project_id=cloud.PROJECT,
        )['id']
        status, body = self.root.put(
            f'{self.path}/add_router_interface', {'subnet_id': self.v6}
        )
        self.assertEqual(200, status, body)
        self.alices_port = self.port(
            self.alice, fixed_ips=[{'subnet_id': self.v6}]
        )
        # The API wants address scopes, which its fixtures do not have.
        proxy = ndp_proxy.NDPProxy(
            contexts.get_admin_context(),
            id=str(uuid.uuid4()),
            name='of-alice',
            project_id=cloud.PROJECT,
            router_id=self.router['id'],
            port_id=self.alices_port['id'],
            ip_address=self.alices_port['fixed_ips'][0]['ip_address'],
        )
        proxy.create()
        self.proxy = {'id': proxy.id}

    def test_proxy_of_somebody_else_is_not_found(self):
        change = {'ndp_proxy': {'description': 'x'}}
        for account, spelling, (method, body) in itertools.product(
            (self.bob, self.dan),
            ('ndp_proxies', 'ndp-proxies', 'qos/ndp_proxies'),
            (('GET', None), ('PUT', change), ('DELETE', None)),
        ):
            with self.subTest(spelling=spelling, method=method):
                self.assertEqual(set(), account.ids(spelling))
                found, expected = (
                    account.ask(method, f'{spelling}/{one}', body)
                    for one in (self.proxy['id'], cloud.UNKNOWN)
                )
                self.assertEqual(
                    str(expected).replace(cloud.UNKNOWN, '?'),
                    str(found).replace(self.proxy['id'], '?'),
                )
                self.assertEqual(404, found[0])

    def test_hidden_port_gets_no_proxy(self):
        found, expected = (
            self.bob.post(
                'ndp_proxies',
                {
                    'ndp_proxy': {
                        'router_id': self.router['id'],
                        'port_id': one,
                    }
                },
            )
            for one in (self.alices_port['id'], cloud.UNKNOWN)
        )
        self.assertEqual(404, found[0])
        self.assertEqual(
            str(expected).replace(cloud.UNKNOWN, '?'),
            str(found).replace(self.alices_port['id'], '?'),
        )

    def test_proxy_is_its_owners_and_the_managers(self):
        path = f'ndp_proxies/{self.proxy["id"]}'
        for account in (self.alice, self.carol, self.root):
            self.assertEqual(200, account.get(path)[0])
            self.assertEqual({self.proxy['id']}, account.ids('ndp_proxies'))
        self.assertEqual(204, self.alice.delete(path)[0])

    def test_router_that_a_hidden_proxy_uses_stays_as_it_is(self):
        """Neutron refuses the same to the owner of the proxy."""
        for path, body in (
            (
                f'{self.path}/remove_router_interface',
                {'subnet_id': self.v6},
            ),
            (self.path, {'router': {'external_gateway_info': {}}}),
        ):
            own, others = (
                account.put(path, body) for account in (self.alice, self.bob)
            )
            self.assertEqual(own, others)
            self.assertEqual(409, others[0], others)
            self.assertNotIn(self.proxy['id'], str(others))
            self.assertNotIn(self.alices_port['id'], str(others))
