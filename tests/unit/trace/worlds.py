# SPDX-License-Identifier: Apache-2.0
"""Random histories, and an oracle that looks at one second at a time."""

import random

from tests.unit.trace import records

LENGTH = 60
NETWORKS = {'s0': 'n0', 's1': 'n0', 's2': 'n1', 'ext-sub': 'ext'}
SERVERS = [f'{number:08x}-0000-4000-8000-000000000000' for number in range(4)]
USERS = ['alice', 'bob', 'eve']
PORTS = [f'p{number}' for number in range(8)]
FIXED = [f'10.0.0.{number}' for number in range(1, 6)]
OUTER = [f'192.0.2.{number}' for number in range(1, 5)]
COMPUTE = 'compute:nova'
GATEWAY = 'network:router_gateway'
INTERFACE = 'network:router_interface'


class World:
    """Things that change at random seconds, each written as intervals."""

    def __init__(self, seed, found):
        """Make up the history, and write it into a database."""
        self._random = random.Random(seed)
        #: ``{(kind, key): [(begin, end, content), …]}``
        self.lines = {}
        pick = self._random.choice
        devices = [
            *((server, COMPUTE) for server in SERVERS),
            ('dhcp', 'network:dhcp'),
            # A user chose the owner of a live port.
            (SERVERS[1], 'x:y'),
            ('x', 'x:y'),
        ]
        router = [(one, INTERFACE) for one in ('r0', 'r1')]
        gateway = [(one, GATEWAY) for one in ('r0', 'r1')]
        #: The first ports are a router's for most of their time.
        choices = {
            **dict.fromkeys(PORTS[:2], gateway + devices[:1]),
            **dict.fromkeys(PORTS[2:4], router + devices[:1]),
        }
        for port in PORTS:
            for begin, end, (device, owner) in self._line(
                'port', port, lambda: pick(choices.get(port, devices))
            ):
                project = f'project-{port[-1]}'
                found.port(
                    port,
                    begin,
                    end,
                    device_id=device,
                    device_owner=owner,
                    project_id=project,
                )
        for subnet, network in NETWORKS.items():
            for address in OUTER if network == 'ext' else FIXED:
                for begin, end, port in self._line(
                    'fixed',
                    (subnet, address),
                    lambda: pick(PORTS[:2] if network == 'ext' else PORTS),
                ):
                    found.fixed(
                        address,
                        port,
                        begin,
                        end,
                        network_id=network,
                        subnet_id=subnet,
                    )
        for number, address in enumerate(OUTER):
            for begin, end, (port, inner) in self._line(
                'floating', address, lambda: (pick(PORTS), pick(FIXED))
            ):
                found.history(
                    'floating',
                    begin,
                    end,
                    address=address,
                    network_id='ext',
                    object_id=f'fip-{number}',
                    port_id=port,
                    fixed_ip=inner,
                )
        for number in range(4):
            for begin, end, (port, text) in self._line(
                'pair',
                number,
                lambda: (pick(PORTS), pick(('10.0.0.0/30', FIXED[4]))),
            ):
                found.history(
                    'pair',
                    begin,
                    end,
                    address=text,
                    network_id='n0',
                    port_id=port,
                    detail='fa:16:3e:00:00:02',
                )
        for router in ('r0', 'r1'):
            for begin, end, _ in self._line('snat', router, lambda: True):
                found.history('snat', begin, end, object_id=router)
        for server in SERVERS:
            for begin, end, user in self._line(
                'owner', server, lambda: pick(USERS)
            ):
                found.owner(server, user, begin, end)

    def _line(self, kind, key, content):
        """Make up what happened to one thing."""
        count = self._random.randrange(2, 6)
        bounds = sorted(self._random.sample(range(LENGTH), count))
        ends = [*bounds[1:], self._random.choice((None, LENGTH))]
        line = [
            (begin, end, content())
            for begin, end in zip(bounds, ends)
            if self._random.random() < 0.8
        ]
        self.lines[kind, key] = line
        return line

    def at(self, kind, key, second):
        """Return the content of a thing in a second, None for none."""
        for begin, end, content in self.lines.get((kind, key), ()):
            if begin <= second and (end is None or second < end):
                return content
        return None

    def _each(self, kind, second):
        """Yield key and content of what there was in a second."""
        for one, key in self.lines:
            content = self.at(one, key, second)
            if one == kind and content is not None:
                yield key, content

    def held(self, second):
        """Yield ``(kind, address, port, device, server, user)``."""
        for (_, address), port in self._each('fixed', second):
            yield ('fixed', address, *self._whose(port, second))
        for address, (port, _) in self._each('floating', second):
            yield ('floating', address, *self._whose(port, second))
        for _, (port, text) in self._each('pair', second):
            for address in FIXED[:3] if '/' in text else [text]:
                yield ('pair', address, *self._whose(port, second))

    def _whose(self, port, second):
        device, owner = self.at('port', port, second) or (None, None)
        is_server = owner == COMPUTE or self.lines.get(('owner', device))
        server = device if is_server else None
        return port, device, server, self.at('owner', server, second)

    def behind(self, address, second):
        """Return ``{(port, inner address, server)}`` behind an address."""
        found = set()
        fixed = dict(self._each('fixed', second))
        floating = {content for _, content in self._each('floating', second)}
        for (_, outer), gateway in fixed.items():
            router, owner = self.at('port', gateway, second) or ('', '')
            if (
                outer != address
                or owner != GATEWAY
                or not self.at('snat', router, second)
            ):
                continue
            subnets = self._behind(router, fixed, second)
            for (subnet, inner), port in fixed.items():
                _, device, server, _ = self._whose(port, second)
                if subnet in subnets and server:
                    if (port, inner) not in floating:
                        found.add((port, inner, server))
        return found

    def _behind(self, router, fixed, second):
        """Return the subnets of a router, and of those behind it."""
        interfaces = set()
        for (subnet, _), port in fixed.items():
            device, owner = self.at('port', port, second) or ('', '')
            if owner == INTERFACE:
                interfaces.add((device, subnet))
        routers, subnets, before = {router}, set(), None
        while subnets != before:
            before = set(subnets)
            subnets |= {one for device, one in interfaces if device in routers}
            routers |= {
                device
                for device, one in interfaces
                if one in subnets and not self.at('snat', device, second)
            }
        return subnets


def instants(step):
    """Yield seconds to look at, as times."""
    for second in range(-1, LENGTH + step, step):
        yield second, records.instant(second)
