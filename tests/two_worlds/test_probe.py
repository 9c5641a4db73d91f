"""What the census knows of Nova is what the live probe tries."""

import re

import testtools

from cloud_security.probe import run
from tests.two_worlds import census

#: What is some id or name in a path.
ANY = re.compile(
    r'\{\w+\}|(?<=/metadata/)\w+|(?<=/tags/)\w+|(?<=/migrations/)\d+'
)
#: Routes and actions that no attempt asks for, and why.
NOT_TRIED = {
    'DELETE /os-volumes_boot/{}': 'Nova removes there as below /servers',
    'removeFloatingIp': 'Nova looks for the address before the server',
}


class TestProbe(testtools.TestCase):
    def test_every_route_about_servers_is_tried(self):
        tried = set()
        for operation in run.TABLE:
            path = operation.path.split('?')[0]
            path = re.sub(r'^/v2(\.1)?/(\{own_project\}/)?', '', path)
            tried.add(f'{operation.method} /{ANY.sub("{}", path)}')
        for routes in (census.ON_A_SERVER, census.LISTS_SERVERS):
            for route, methods in routes.items():
                path = re.sub(r'\{\w+\}', '{}', route)
                for method in methods.split():
                    asked = f'{method} {path}'
                    if asked not in NOT_TRIED:
                        self.assertIn(asked, tried)

    def test_every_action_is_tried(self):
        tried = {
            action
            for operation in run.TABLE
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
