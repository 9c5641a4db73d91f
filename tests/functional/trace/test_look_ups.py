# SPDX-License-Identifier: Apache-2.0
"""Look-ups say of each moment what Neutron's tables said then."""

import datetime
import ipaddress
import itertools
import sys

from cloud_security.trace import addresses
from cloud_security.trace import behind
from cloud_security.trace import history
from cloud_security.trace import intervals
from tests.functional.trace import walk

#: Moments of a walk that are looked up.
MOMENTS = 40
ALONE = datetime.timedelta(microseconds=1)


class Assigned:
    """Assignments of one moment, by kind, as the oracle noted them."""

    def __init__(self, assigned):
        """Sort them."""
        self.ports = {row[1]: row[3:5] for row in assigned if row[0] == 'port'}
        self.held = [
            (kind, *self._address_and_port(kind, values))
            for kind, *values in assigned
            if kind not in ('port', 'snat')
        ]
        self.fixed = [row[1:] for row in assigned if row[0] == 'fixed']
        self.floating = {
            (row[4], row[5]) for row in assigned if row[0] == 'floating'
        }
        self.routers = {row[1] for row in assigned if row[0] == 'snat'}

    def _address_and_port(self, kind, values):
        return values[0], values[{'fixed': 3, 'pair': 1}.get(kind, 3)]

    def addresses(self):
        """Return the addresses that somebody has."""
        return {one[1] for one in self.held if '/' not in one[1]}

    def holders(self, address):
        """Return ``[(kind, port ID, device ID)]``, in their order."""
        return sorted(
            (kind, port_id, self.ports[port_id][0])
            for kind, text, port_id in self.held
            if ipaddress.ip_address(address)
            in ipaddress.ip_network(text, strict=False)
        )

    def hidden(self, address):
        """Return ``{(inner address, server ID)}`` behind an address."""
        routers = {
            self.ports[port_id][0]
            for text, _, _, port_id in self.fixed
            if text == address and self.ports[port_id][1] == behind.GATEWAY
        } & self.routers
        interfaces = [
            (self.ports[port_id][0], subnet_id)
            for _, _, subnet_id, port_id in self.fixed
            if self.ports[port_id][1] in behind.INTERFACES
        ]
        # Those without a gateway send through others that share a subnet.
        subnets, before = set(), None
        while subnets != before:
            before = set(subnets)
            subnets |= {one for router, one in interfaces if router in routers}
            routers |= {
                router for router, one in interfaces if one in subnets
            } - self.routers
        return {
            (text, self.ports[port_id][0])
            for text, _, subnet_id, port_id in self.fixed
            if subnet_id in subnets
            and ':' not in text
            and self.ports[port_id][1].startswith('compute:')
            and self.ports[port_id][0]
            and (port_id, text) not in self.floating
        }


class TestLookUps(walk.Walk):
    def test_look_ups_say_what_the_tables_said(self):
        self.walk()
        looked, hidden = 0, 0
        step = max(len(self.oracle.seen) // MOMENTS, 1)
        with self.engine.connect() as connection:
            for at, rows in itertools.islice(
                self.oracle.moments(), 0, None, step
            ):
                assigned = Assigned(rows)
                if isinstance(at, str):
                    at = datetime.datetime.fromisoformat(at)
                span = intervals.Span(at, at + ALONE)
                for text in assigned.addresses():
                    address = addresses.normalized(text)
                    held = history.of_address(connection, address, span)
                    self.assertEqual(
                        assigned.holders(address),
                        sorted(
                            (one.row.kind, one.row.port_id, one.port.device_id)
                            for one in held
                        ),
                        (at, address),
                    )
                    looked += 1
                    if addresses.is_ipv6(address):
                        continue
                    found = behind.candidates(connection, held, span)
                    self.assertEqual(
                        assigned.hidden(address),
                        {(one.row.address, one.server_id) for one in found},
                        (at, address),
                    )
                    hidden += len(found)
        sys.stderr.write(f'{looked} look-ups, {hidden} servers hidden\n')
        self.assertGreater(looked, MOMENTS)
