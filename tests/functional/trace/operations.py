# SPDX-License-Identifier: Apache-2.0
"""Random operations on ports, addresses, floating IPs and routers."""

import collections
import uuid

#: Ports and floating IPs at once: the walk looks at all after each operation.
MANY = 60
PAIRS = ('192.0.2.0/28', '2001:db8:99::/64')


class Operations:
    """Does one operation after another, all drawn from one random source."""

    def __init__(self, cloud, random):
        self.cloud = cloud
        self.random = random
        self.account = cloud.root
        self.statuses = collections.Counter()
        self.external = cloud.external_network()['id']
        self.routers = [cloud.router['id']]
        self.networks = []
        for number in range(2):
            network = self.account.make(
                'networks',
                'network',
                name=f'n{number}',
                project_id=self.account.project_id,
            )['id']
            first = self.subnet(network, 4, f'10.{number + 1}.0.0/24')
            self.networks.append((network, first, f'10.{number + 1}.0'))
            self.subnet(network, 6, f'2001:db8:{number}::/64')
        self.routers += [self.router() for _ in range(2)]
        for (_, subnet, _), router in zip(self.networks, self.routers[1:]):
            self.put(
                f'routers/{router}/add_router_interface',
                {'subnet_id': subnet},
            )
        self.devices = [
            str(uuid.UUID(int=random.getrandbits(128), version=4))
            for _ in range(20)
        ]
        self.ports = {}
        self.floating = set()
        self.forwards = set()

    # Requests ---------------------------------------------------------------

    def ask(self, method, path, body=None):
        status, found = self.account.ask(method, path, body)
        self.statuses[status // 100] += 1
        return status < 300, found

    def put(self, path, body):
        return self.ask('PUT', path, body)

    def make(self, collection, resource, **values):
        """Return a new thing, None where Neutron refuses."""
        done, found = self.ask('POST', collection, {resource: values})
        return found[resource] if done else None

    def made(self, collection, resource, **values):
        """Return the ID of a new thing, None where Neutron refuses."""
        found = self.make(collection, resource, **values)
        return found and found['id']

    def subnet(self, network, version, cidr):
        modes = (
            {'ipv6_ra_mode': 'slaac', 'ipv6_address_mode': 'slaac'}
            if version == 6
            else {}
        )
        return self.made(
            'subnets',
            'subnet',
            network_id=network,
            ip_version=version,
            cidr=cidr,
            **modes,
        )

    def router(self):
        return self.made(
            'routers',
            'router',
            name='r',
            external_gateway_info={'network_id': self.external},
        )

    def pick(self, things):
        found = sorted(things)
        return self.random.choice(found) if found else None

    def some(self, share):
        return self.random.random() < share

    def addresses(self, port_id):
        """Return the IPv4 addresses of a port."""
        return [
            fixed['ip_address']
            for fixed in self.ports[port_id]['fixed_ips']
            if ':' not in fixed['ip_address']
        ]

    # Operations -------------------------------------------------------------

    def _values(self):
        network, subnet, _ = self.random.choice(self.networks)
        values = {'network_id': network}
        if self.some(0.6):
            values['device_id'] = self.random.choice(self.devices)
            values['device_owner'] = 'compute:nova'
        if self.some(0.2):
            values['fixed_ips'] = [{'subnet_id': subnet}] * 2
        if self.some(0.2):
            values['allowed_address_pairs'] = self._pairs()
        elif self.some(0.1):
            values['port_security_enabled'] = False
            values['security_groups'] = []
        return values

    def _pairs(self):
        addresses = [f'192.0.2.{self.random.randrange(100)}', *PAIRS]
        count = self.random.randrange(3)
        return [
            {'ip_address': address}
            for address in self.random.sample(addresses, count)
        ]

    def _keep(self, *ports):
        for port in ports:
            if port:
                self.ports[port['id']] = port

    def _change(self, **values):
        port_id = self.pick(self.ports)
        if port_id:
            done, found = self.put(f'ports/{port_id}', {'port': values})
            if done:
                self._keep(found['port'])

    def port_create(self):
        self._keep(self.make('ports', 'port', **self._values()))

    def port_bulk(self):
        done, found = self.ask(
            'POST', 'ports', {'ports': [self._values() for _ in range(3)]}
        )
        if done:
            self._keep(*found['ports'])

    def port_delete(self):
        port_id = self.pick(self.ports)
        if port_id and self.ask('DELETE', f'ports/{port_id}')[0]:
            del self.ports[port_id]

    def port_device(self):
        device = self.random.choice([*self.devices, ''])
        self._change(
            device_id=device, device_owner='compute:nova' if device else ''
        )

    def port_name(self):
        self._change(name=f'name-{self.random.random()}')

    def port_mac(self):
        octets = [self.random.randrange(256) for _ in range(3)]
        self._change(
            mac_address='fa:16:3e:{:02x}:{:02x}:{:02x}'.format(*octets)
        )

    def port_security(self):
        enabled = self.some(0.5)
        self._change(
            port_security_enabled=enabled,
            security_groups=[],
            **({} if enabled else {'allowed_address_pairs': []}),
        )

    def port_pairs(self):
        self._change(allowed_address_pairs=self._pairs())

    def port_addresses(self):
        port_id = self.pick(self.ports)
        if not port_id:
            return
        port = self.ports[port_id]
        [(_, subnet, beginning)] = [
            one for one in self.networks if one[0] == port['network_id']
        ]
        fixed = [
            one for one in port['fixed_ips'] if one['subnet_id'] == subnet
        ]
        chosen = self.random.choice(
            [
                [*fixed, {'subnet_id': subnet}],
                fixed[:1],
                [
                    {
                        'subnet_id': subnet,
                        'ip_address': f'{beginning}.'
                        f'{self.random.randrange(100, 200)}',
                    }
                ],
                [],
            ]
        )
        done, found = self.put(
            f'ports/{port_id}', {'port': {'fixed_ips': chosen}}
        )
        if done:
            self._keep(found['port'])

    def _target(self):
        """Return the values of a floating IP that lead to a port."""
        port_id = self.pick(self.ports)
        if not port_id:
            return {'port_id': None}
        values = {'port_id': port_id}
        addresses = self.addresses(port_id)
        if len(addresses) > 1:
            values['fixed_ip_address'] = self.random.choice(addresses)
        return values

    def floating_create(self):
        values = self._target() if self.some(0.4) else {}
        found = self.make(
            'floatingips',
            'floatingip',
            floating_network_id=self.external,
            **values,
        )
        if found:
            self.floating.add(found['id'])

    def floating_move(self):
        floating_id = self.pick(self.floating)
        if floating_id:
            self.put(
                f'floatingips/{floating_id}', {'floatingip': self._target()}
            )

    def floating_release(self):
        floating_id = self.pick(self.floating)
        if floating_id:
            self.put(
                f'floatingips/{floating_id}',
                {'floatingip': {'port_id': None}},
            )

    def floating_delete(self):
        floating_id = self.pick(self.floating)
        if floating_id and self.ask('DELETE', f'floatingips/{floating_id}')[0]:
            self.floating.discard(floating_id)

    def forward_create(self):
        floating_id, port_id = self.pick(self.floating), self.pick(self.ports)
        if not (floating_id and port_id and self.addresses(port_id)):
            return
        found = self.make(
            f'floatingips/{floating_id}/port_forwardings',
            'port_forwarding',
            protocol=self.random.choice(['tcp', 'udp']),
            external_port=self.random.randrange(1, 60000),
            internal_port=self.random.randrange(1, 60000),
            internal_port_id=port_id,
            internal_ip_address=self.random.choice(self.addresses(port_id)),
        )
        if found:
            self.forwards.add((floating_id, found['id']))

    def _forward(self, method, body=None):
        one = self.pick(self.forwards)
        if one:
            path = f'floatingips/{one[0]}/port_forwardings/{one[1]}'
            self.ask(method, path, body)
        return one

    def forward_change(self):
        self._forward(
            'PUT',
            {
                'port_forwarding': {
                    'external_port': self.random.randrange(1, 60000)
                }
            },
        )

    def forward_delete(self):
        self.forwards.discard(self._forward('DELETE'))

    def gateway(self):
        info = {}
        if self.some(0.7):
            info = {
                'network_id': self.external,
                'enable_snat': self.some(0.5),
            }
        self.put(
            f'routers/{self.random.choice(self.routers)}',
            {'router': {'external_gateway_info': info}},
        )

    def interface(self):
        action = self.random.choice(['remove', 'add'])
        self.put(
            f'routers/{self.random.choice(self.routers)}/'
            f'{action}_router_interface',
            {'subnet_id': self.random.choice(self.networks)[1]},
        )

    def remove(self, collection, thing_id):
        """Delete a thing, if Neutron made it."""
        if thing_id:
            self.ask('DELETE', f'{collection}/{thing_id}')

    def router_of_a_day(self):
        self.remove('routers', self.router())

    def network_of_a_day(self):
        network = self.made('networks', 'network', name='short')
        if not network:
            return
        self.subnet(network, 4, '10.99.0.0/24')
        self.make(
            'ports',
            'port',
            network_id=network,
            device_owner='network:dhcp',
            device_id='dhcp',
        )
        self.remove('networks', network)

    def addresses_of_a_day(self):
        """Let each port of a network get an address, and lose it."""
        network = self.random.choice(self.networks)[0]
        subnet = self.subnet(network, 6, '2001:db8:77::/64')
        self.remove('subnets', subnet)

    WEIGHTS = {
        'port_create': 8,
        'port_bulk': 2,
        'port_delete': 7,
        'port_device': 8,
        'port_name': 1,
        'port_mac': 2,
        'port_security': 3,
        'port_pairs': 3,
        'port_addresses': 7,
        'floating_create': 6,
        'floating_move': 10,
        'floating_release': 4,
        'floating_delete': 4,
        'forward_create': 6,
        'forward_change': 2,
        'forward_delete': 2,
        'gateway': 3,
        'interface': 2,
        'router_of_a_day': 1,
        'network_of_a_day': 1,
        'addresses_of_a_day': 1,
    }

    def next(self):
        """Do one operation; return its name."""
        [name] = self.random.choices(
            list(self.WEIGHTS), list(self.WEIGHTS.values())
        )
        if len(self.ports) > MANY:
            name = 'port_delete'
        elif len(self.floating) > MANY:
            name = 'floating_delete'
        getattr(self, name)()
        return name
