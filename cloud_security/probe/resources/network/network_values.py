# SPDX-License-Identifier: Apache-2.0
"""Values of the placeholders in Neutron's operations."""

from __future__ import annotations

import uuid

from cloud_security.probe.catalog.operations import NO_ADDRESS
from cloud_security.probe.client import accounts
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import role_values
from cloud_security.probe.resources.network import network_parts
from cloud_security.probe.resources.network import network_remains

#: What requests name where no ID stands.
UNKNOWN = {
    'ip': NO_ADDRESS,
    'floating_address': NO_ADDRESS,
    'mac': '02:00:00:00:00:01',
}
#: Placeholders of IP addresses; others end with _ip.
ADDRESSES = ('ip', 'floating_address')
#: What the caller has itself, by placeholder.
OWN = {
    'own_port': 'port',
    'own_ip': 'ip',
    'own_spare': 'spare',
    'own_group': 'group',
    'own_trunk': 'trunk',
    'own_fip': 'fip',
    'own_routed': 'routed',
    'own_server': 'server',
}


class Values(role_values.RoleValues):
    """Values of a run at Neutron.

    :param servers: servers of the owner (example) and of the peer (own)
    """

    unknowns = UNKNOWN
    told = {'port': ('mac', 'ip', 'routed'), 'fip': ('floating_address',)}
    parts = network_parts.PARTS

    def __init__(
        self,
        owner: accounts.Account,
        peer: accounts.Account,
        footprint: footprints.Footprint,
        servers: dict[str, str],
    ) -> None:
        self._new_name = footprint.name('new')
        roles = {
            role: _named(
                footprint.name(role), peer if role == 'own' else owner
            )
            for role in role_values.ROLES
        }
        for role, server_id in servers.items():
            roles[role]['server'] = server_id
        super().__init__(
            owner,
            roles,
            other_mac='02:00:00:00:00:02',
            # Projects that do not exist.
            friend=uuid.uuid4().hex,
            stranger=uuid.uuid4().hex,
            nobody=uuid.uuid4().hex,
        )

    def forget(self, name: str) -> None:
        """Record that no role has a part."""
        for role, values in self.roles.items():
            self.lose(role, name)
            values.pop(f'{name}_name', None)
            values.pop(f'{name}_description', None)

    def of(
        self, account: accounts.Account, role: str, own: str
    ) -> dict[str, str]:
        """Return the values for a request."""
        found = {
            **super().of(account, role, own),
            'new_name': self._new_name,
            'new_description': network_remains.described(
                self._new_name, account
            ),
        }
        for placeholder, part in OWN.items():
            value = self.roles[own].get(part) if own else None
            if value:
                found[placeholder] = value
        return found

    def everything(self) -> list[str]:
        """Return all IDs, names and MAC addresses of the owner's.

        An IP address is the beginning of another one, and is left out.
        """
        return [
            one
            for name, values in self.past.items()
            if name.lower() not in ADDRESSES
            and not name.lower().endswith('_ip')
            for one in values
        ]


def _named(name: str, account: accounts.Account) -> dict[str, str]:
    """Return what is known of the parts before Neutron makes them."""
    names = {
        'name': name,
        'description': network_remains.described(name, account),
        # Not in the form of the ID of a server, which would have to be an own
        # one.
        'device': f'{name}-device-{uuid.uuid4().hex[:8]}',
    }
    for part in network_parts.PARTS:
        if part.name != 'port':
            one = f'{name}-{part.name}'
            names[f'{part.name}_name'] = one
            names[f'{part.name}_description'] = network_remains.described(
                one, account
            )
    one = f'{name}-network'
    names['network_name'] = one
    names['network_description'] = network_remains.described(one, account)
    return names
