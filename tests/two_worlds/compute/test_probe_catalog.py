# SPDX-License-Identifier: Apache-2.0
"""The live probe tries all that the census knows of Nova."""

import re

import testtools

from cloud_security.probe import catalog
from tests.two_worlds.compute import census

#: IDs and names in a path.
ANY = re.compile(
    r'\{\w+\}|(?<=/metadata/)\w+|(?<=/tags/)\w+|(?<=/migrations/)\d+'
)
#: Routes and actions that the probe does not try, and why.
NOT_TRIED = {
    'DELETE /os-volumes_boot/{}': 'Nova deletes there as below /servers',
    'removeFloatingIp': 'Nova looks for the address before the server',
}


class TestProbe(testtools.TestCase):
    def test_route_about_servers_is_in_the_catalog(self):
        tried = set()
        for operation in catalog.TABLE:
            path = operation.path.split('?')[0]
            path = re.sub(r'^/v2(\.1)?/(\{own_project\}/)?', '', path)
            tried.add(f'{operation.method} /{ANY.sub("{}", path)}')
        for routes in (census.ON_A_SERVER, census.LISTS_SERVERS):
            for route, methods in routes.items():
                path = re.sub(r'\{\w+\}', '{}', route)
                for method in methods.split():
                    route_name = f'{method} {path}'
                    if route_name not in NOT_TRIED:
                        self.assertIn(route_name, tried)

    def test_server_action_is_in_the_catalog(self):
        tried = {
            action
            for operation in catalog.TABLE
            if operation.path.endswith('/action')
            for action in operation.body
        }
        for actions in (
            census.FOR_MEMBERS,
            census.FOR_MANAGERS,
            census.ACTIONS_FOR_ADMINS,
        ):
            for path, names in actions.items():
                if path.startswith('/servers/'):
                    self.assertEqual(
                        set(),
                        set(names.split()) - tried - {'removeFloatingIp'},
                    )
