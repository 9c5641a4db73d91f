# SPDX-License-Identifier: Apache-2.0
"""A port of the project, of which several members make use."""

from tests.functional.network import cloud
from tests.functional.network import things


class Shared(cloud.Cloud):
    """A Neutron with an external network and a port of the project."""

    def populate(self):
        super().populate()
        self.external = self.external_network()
        self.shared = self.port_of_the_project()

    def port_of_the_project(self, **values):
        return self.port(self.root, project_id=cloud.PROJECT, **values)

    def trunk_of_the_project(self):
        """Make a trunk on the port of the project; return its path."""
        trunk = self.root.make(
            'trunks',
            'trunk',
            port_id=self.shared['id'],
            project_id=cloud.PROJECT,
        )
        return f'trunks/{trunk["id"]}'

    def forward(self, account, fip, port, **values):
        """Return status and body of a new forwarding."""
        return account.post(
            f'floatingips/{fip["id"]}/port_forwardings',
            {
                'port_forwarding': {
                    **things.forwarding(port, 80, 8080),
                    **values,
                }
            },
        )

    def forwarding(self, account, fip, port, **values):
        """Make a forwarding; return its path."""
        status, body = self.forward(account, fip, port, **values)
        self.assertEqual(201, status, body)
        id_ = body['port_forwarding']['id']
        return f'floatingips/{fip["id"]}/port_forwardings/{id_}'

    def assertUnknown(self, *answers):
        self.assertEqual({404}, {status for status, _ in answers})
