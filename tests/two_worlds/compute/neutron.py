# SPDX-License-Identifier: Apache-2.0
"""Floating IPs for Nova's NeutronFixture, which knows none.

Source: nova/network/neutron.py, Nova 29 to 34: what it asks Neutron for.
"""

import uuid

import fixtures

NAMESPACE = uuid.UUID('f0f0f0f0-0000-4000-8000-000000000000')
#: The project has them, and they are nobody's at first.
ADDRESSES = ('10.10.10.10', '10.10.10.11', '10.10.10.12')


class FloatingIPs(fixtures.Fixture):
    """``ips`` is ``{id: what Neutron says of it}``."""

    def __init__(self, neutron, project_id):
        self.neutron = neutron
        self.ips = {}
        for address in ADDRESSES:
            ip_id = str(uuid.uuid5(NAMESPACE, address))
            self.ips[ip_id] = {
                'id': ip_id,
                'floating_ip_address': address,
                'floating_network_id': neutron.network_1['id'],
                'fixed_ip_address': None,
                'port_id': None,
                'router_id': None,
                'tenant_id': project_id,
                'status': 'ACTIVE',
                'port_details': None,
            }

    def _setUp(self):
        for name in ('list', 'show', 'update', 'delete'):
            function = getattr(self, name)
            name += '_floatingip' + 's' * (name == 'list')
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'nova.tests.fixtures.NeutronFixture.{name}',
                    lambda _neutron, *args, function=function, **kwargs: (
                        function(*args, **kwargs)
                    ),
                )
            )

    def list(self, retrieve_all=True, **query):
        return {
            'floatingips': [
                ip
                for ip in map(self._shown, self.ips.values())
                if all(ip.get(key) == value for key, value in query.items())
            ]
        }

    def show(self, ip_id):
        return {'floatingip': self._shown(self.ips[ip_id])}

    def update(self, ip_id, body):
        self.ips[ip_id].update(
            {'fixed_ip_address': None}, **body['floatingip']
        )
        return self.show(ip_id)

    def delete(self, ip_id):
        del self.ips[ip_id]

    def _shown(self, ip):
        port = self.neutron._ports.get(ip['port_id'])
        details = port and {'device_id': port.get('device_id')}
        return dict(ip, port_details=details, port_id=port and port['id'])

    def held(self):
        """Return those that a port holds."""
        return [ip for ip in self.list()['floatingips'] if ip['port_id']]

    def hold(self, held):
        """Let ports hold what they hold in another world, and no more."""
        for ip in held:
            self.ips[ip['id']].update(ip)
        held_ids = {ip['id'] for ip in held}
        for ip_id in self._held_elsewhere - held_ids:
            if ip_id in self.ips:
                self.ips[ip_id].update(port_id=None, fixed_ip_address=None)
        self._held_elsewhere = held_ids

    _held_elsewhere = frozenset()
