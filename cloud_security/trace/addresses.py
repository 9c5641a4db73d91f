# SPDX-License-Identifier: Apache-2.0
"""IP addresses and ports of TCP or UDP, as people and Neutron write them."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from typing import Optional

#: Protocols with ports; None for all of them.
_PROTOCOLS = (None, 'tcp', 'udp', 'sctp', 'dccp')
#: What ``detail`` of a port forwarding begins with.
_FORWARD = re.compile(r'(\w+):(\d+)-(\d+)>')


class NoAddress(ValueError):
    """A text is no address, or no port; the message says so."""


def normalized(text: str) -> str:
    """Return an address as Neutron writes it: IPv6 short, in lower case.

    Servers that speak both log IPv4 as ``::ffff:192.0.2.1``.

    :raises NoAddress: when it is none
    """
    plain = text.strip().strip('[]').partition('%')[0]
    try:
        found = ipaddress.ip_address(plain)
    except ValueError:
        raise NoAddress(
            f'{text!r} is no IP address: write one, without a port or a '
            'prefix length.'
        ) from None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(found)


def is_ipv6(address: str) -> bool:
    """Tell whether a normalized address is one of IPv6."""
    return ':' in address


def is_within(address: str, range_text: str) -> bool:
    """Tell whether an address is in a CIDR, or is the same address.

    :param range_text: as a user wrote it in an allowed address pair; False
        for what is neither
    """
    try:
        network = ipaddress.ip_network(range_text, strict=False)
    except ValueError:
        return False
    return ipaddress.ip_address(address) in network


class Port(NamedTuple):
    """A port of TCP or UDP; of all protocols where it names none."""

    number: int
    protocol: Optional[str] = None

    def __str__(self) -> str:
        """Return it as people write it."""
        return '/'.join(filter(None, (str(self.number), self.protocol)))

    def is_forwarded(self, detail: Optional[str]) -> bool:
        """Tell whether a port forwarding takes this port.

        :param detail: such as ``tcp:80-80>8080-8080``
        """
        found = _FORWARD.match(detail or '')
        if found is None:
            return False
        protocol, first, last = found.groups()
        return int(first) <= self.number <= int(last) and (
            self.protocol in (None, protocol.lower())
        )


def port(text: str) -> Port:
    """Return a port such as ``80`` or ``80/tcp``.

    :raises NoAddress: when it is none
    """
    found = re.fullmatch(r'(\d{1,5})(?:/([a-z]+))?', text.strip().lower())
    if (
        found is None
        or not 0 < int(found[1]) < 65536
        or found[2] not in _PROTOCOLS
    ):
        raise NoAddress(f'{text!r} is no port: write 80, 80/tcp or 53/udp.')
    return Port(int(found[1]), found[2])
