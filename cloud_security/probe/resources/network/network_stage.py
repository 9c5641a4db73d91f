# SPDX-License-Identifier: Apache-2.0
"""Neutron's stage: ports, and what belongs to a user beside them."""

from __future__ import annotations

import re

from cloud_security.probe.catalog import operations
from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import services
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import service_stage
from cloud_security.probe.resources import supplies
from cloud_security.probe.resources import valued_stage
from cloud_security.probe.resources.network import network_builder
from cloud_security.probe.resources.network import network_parts
from cloud_security.probe.resources.network import network_supplies
from cloud_security.probe.resources.network import network_undoing
from cloud_security.probe.resources.network import network_values

GONE = 'gone'
PLACEHOLDER = re.compile(r'\{(\w+)\}')
#: Properties that stay as they are if nobody touches a port.
KEPT = (
    'name',
    'description',
    'admin_state_up',
    'allowed_address_pairs',
    'fixed_ips',
    'mac_address',
    'network_id',
    'tags',
)
#: Reasons why a placeholder has no value.
MISSING = {
    'external': 'There is no external network.',
    **dict.fromkeys(
        ('router', 'routed', 'own_routed'),
        'No router joins the network to an external one.',
    ),
    **dict.fromkeys(('ip', 'own_ip'), 'The port has no address.'),
    'own_server': 'The run has no servers: it does not look at Nova.',
    'flavor': 'There is no flavor.',
    'image': 'There is no image.',
}


class NetworkStage(valued_stage.ValuedStage):
    """The resources of a run at Neutron, by their roles.

    :param servers: servers of the owner (example) and of the peer (own)
    """

    _values: network_values.Values
    untouched = ("the owner's port is untouched", 'GET ports/{port}')

    def __init__(
        self,
        owner: accounts.Account,
        peer: accounts.Account,
        footprint: footprints.Footprint,
        choice: supplies.Choice,
        newest: str,
        servers: dict[str, str],
    ) -> None:
        super().__init__(owner, peer, footprint, newest)
        self._choice = choice
        self._values = network_values.Values(owner, peer, footprint, servers)
        #: Reasons why a placeholder has no value; parts add theirs.
        self.missing = dict(MISSING)
        self._builder = network_builder.NetworkBuilder(
            footprint, self._values, self.missing
        )

    @property
    def own(self) -> str:
        """Return the ID of the peer's own port, or ''."""
        return self._values.roles['own'].get('port', '')

    def supply(self) -> None:
        """Choose a network, or make one; look what Neutron and Nova have."""
        common = self._values.common
        known = network_supplies.extensions(self.owner)
        for name, (alias, value) in network_parts.EXTENSIONS.items():
            if alias in known:
                common[name] = value
            else:
                self.missing[name] = f'Neutron has no extension {alias}.'
        for part in network_parts.PARTS:
            if part.extension and part.extension not in known:
                self._builder.skip(
                    part, f'Neutron has no extension {part.extension}.'
                )
        found = network_supplies.choose(self.owner, self._choice.network)
        for name, value in found._asdict().items():
            if value:
                common[name] = value
        if not found.network:
            common['network'] = self._builder.network(self.owner)
        self._look_at_nova()

    def _look_at_nova(self) -> None:
        """Find a flavor and an image."""
        nova = self.owner.at(services.COMPUTE)
        for name in ('flavor', 'image'):
            try:
                listed = nova.get(f'{name}s/detail', f'{name}s')
            except limits.CannotTell as error:
                # Time that is up ends the whole run.
                self.owner.limits.check()
                self.missing['compute'] = str(error)
                return
            for one in listed:
                if one.get('status', 'ACTIVE') == 'ACTIVE':
                    self._values.common[name] = one['id']
                    break

    def make(self) -> None:
        """Create the parts that are missing.

        :raises CannotTell: when that is not possible
        """
        self._builder.make(self.owner, self.peer)

    def settle(self, operation: Operation, role: str) -> str:
        """Undo what an operation did, or see that a resource is gone."""
        account = self.owner if role == 'example' else self.peer
        values = self.values(account, role)
        if operation.asks:
            network_undoing.detach(
                account, values['own_server'], values[operation.about]
            )
        elif not operation.removes:
            network_undoing.leave_groups(account, values['own_port'])
        else:
            # The last of a path goes: the forwarding, not its floating IP.
            name = PLACEHOLDER.findall(operation.path)[-1]
            kind = network_parts.KIND_OF[name]
            path = f'{operations.filled(kind.path, values)}/{values[name]}'
            if self.owner.call('GET', path).status == 404:
                self._values.lose(role, name)
                if (role, name) == ('target', 'port'):
                    self._is_target_lost = True
        return ''

    def fate(
        self,
        account: accounts.Account,
        operation: Operation,
        response: Response,
    ) -> Response:
        """Delete a new resource; return its fate instead of its ID."""
        return network_undoing.discard(account, response)

    def state(self) -> service_stage.State:
        """Return the target's state as the owner sees it."""
        port_id = self._values.roles['target'].get('port')
        if port_id is None or self._is_target_lost:
            return service_stage.State({'status': GONE})
        response = self.owner.call('GET', f'ports/{port_id}')
        if response.status == 404:
            return service_stage.State({'status': GONE}, response)
        port = self.owner.taken(response, 'port')
        return service_stage.State(
            {key: port.get(key) for key in KEPT}, response
        )
