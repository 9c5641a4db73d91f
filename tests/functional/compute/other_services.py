# SPDX-License-Identifier: Apache-2.0
"""A cloud whose Neutron, Cinder and Glance name servers."""

import uuid

import fixtures
from nova import context as nova_context
from nova import objects

from cloud_security.visibility import scope as scopes
from tests.functional.compute import cloud


class OtherServicesIds(cloud.Cloud):
    """Neutron, Cinder and Glance know who holds what."""

    def setUp(self):
        super().setUp()
        self.alices_server = self.boot(self.alice)
        self.bobs_server = self.boot(self.bob)

    def floating_ips(self, **holders):
        """Let Neutron know floating IPs: {'_10_0_0_1': server's id}.

        What follows two underlines sets IPs of one address apart.
        """
        neutron = 'nova.tests.fixtures.NeutronFixture.'
        self.given = []
        ips = [
            {
                'id': str(uuid.uuid5(uuid.NAMESPACE_DNS, name)),
                'floating_ip_address': name[1:]
                .partition('__')[0]
                .replace('_', '.'),
                'floating_network_id': self.neutron.network_1['id'],
                'fixed_ip_address': '10.1.1.1',
                'port_id': 'port' + name,
                'router_id': 'r',
                'tenant_id': cloud.PROJECT,
                'status': 'ACTIVE',
                'port_details': {'device_id': holder},
            }
            for name, holder in holders.items()
        ]
        ports = {
            'port' + name: {'port': {'id': 'port' + name, 'device_id': holder}}
            for name, holder in holders.items()
        }

        def listed(fixture, retrieve_all=True, **query):
            return {
                'floatingips': [
                    ip
                    for ip in ips
                    if all(ip[key] == value for key, value in query.items())
                ]
            }

        for method, replacement in (
            ('list_floatingips', listed),
            (
                'show_floatingip',
                lambda fixture, floatingip_id: {
                    'floatingip': next(
                        ip for ip in ips if ip['id'] == floatingip_id
                    )
                },
            ),
            (
                'update_floatingip',
                lambda fixture, floatingip_id, body: self.given.append(
                    floatingip_id
                ),
            ),
        ):
            self.useFixture(
                fixtures.MonkeyPatch(neutron + method, replacement)
            )
        self.useFixture(
            fixtures.MonkeyPatch(
                neutron + 'show_port',
                lambda fixture, port_id, **kwargs: ports[port_id],
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.network.neutron.API._get_port_id_by_fixed_address',
                lambda *args: 'port',
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.network.neutron.API.get_floating_ips_by_project',
                lambda api, context: [
                    dict(ip, network_details={'name': 'pool', 'id': 'net'})
                    for ip in ips
                ],
            )
        )
        return [ip['id'] for ip in ips]

    def stored_hints(self, server_id):
        """Return the hints that the scheduler reads."""
        with scopes.on_this_thread(scopes.EVERYBODY):
            return objects.RequestSpec.get_by_instance_uuid(
                nova_context.get_admin_context(), server_id
            ).scheduler_hints

    def has_addresses(self):
        """Let every server have a fixed IP."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.network.model.NetworkInfo.fixed_ips',
                lambda info: [{'address': '10.1.1.1'}],
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.network.model.NetworkInfo.__len__', lambda info: 1
            )
        )

    def in_the_cell(self, server_id, change):
        """Call a function with a context of the cell of a server."""
        with scopes.on_this_thread(scopes.EVERYBODY):
            context = nova_context.get_admin_context()
            cell = objects.InstanceMapping.get_by_instance_uuid(
                context, server_id
            ).cell_mapping
            with nova_context.target_cell(context, cell) as cell_context:
                change(cell_context)
