# SPDX-License-Identifier: Apache-2.0
"""The stage: the servers of a run, and what belongs to them.

The owner has two. At the *example* the owner shows that an operation works;
only the peer tries to reach the *target*. The peer has a server of its own.
"""

from __future__ import annotations

from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import redaction
from cloud_security.probe.client.responses import LOST
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import placeholders
from cloud_security.probe.resources import supplies
from cloud_security.probe.resources import waiting


class Stage:
    """The servers and server groups of a run, by their roles."""

    def __init__(
        self,
        owner: accounts.Account,
        peer: accounts.Account,
        footprint: footprints.Footprint,
        choice: supplies.Choice,
        newest: str,
    ) -> None:
        self.owner = owner
        self.peer = peer
        self.newest = newest
        self.footprint = footprint
        self._choice = choice
        #: IDs of all servers and groups that the owner has had.
        self.servers: list[str] = []
        self.groups: list[str] = []
        #: An operation deleted a target, and the probe booted another.
        self.is_target_lost = False
        self.placeholders = placeholders.Placeholders(owner, peer)

    def supply(self) -> None:
        """Choose flavor, image and network.

        :raises CannotTell: when the cloud has none that fits
        """
        self.placeholders.supply(
            supplies.choose(self.owner, self._choice),
            self._choice.address,
            self.footprint.name('new'),
        )

    def boot(self, account: accounts.Account, role: str) -> str:
        """Boot a server; return its ID at once.

        :raises CannotTell: when Nova refuses
        """
        name = self.footprint.name(role)
        common = self.placeholders.common
        network = common.get('network')
        body = {
            'server': {
                'name': name,
                'flavorRef': common['flavor'],
                'imageRef': common['image'],
                'networks': [{'uuid': network}] if network else 'none',
                'metadata': {footprints.MARK: 'x'},
                'tags': [name],
            }
        }
        with self.footprint.making('server', name):
            response = account.call('POST', 'servers', body, version='2.52')
            if response.status in LOST:
                raise limits.NoResponse(str(response))
        if not response.is_success:
            raise limits.CannotTell(
                f'The {account.name} may not boot a server: '
                f'{response.complaint}'
            )
        made = response.json()['server']
        redaction.keep(made.get('adminPass'))
        server_id: str = made['id']
        if account is self.owner:
            self.servers.append(server_id)
        self.placeholders.servers.setdefault(role, {}).update(
            server=server_id, SERVER=server_id.upper(), name=name, tag=name
        )
        return server_id

    def furnish(self, account: accounts.Account, role: str) -> None:
        """Wait for a server, and create what belongs to it.

        :raises CannotTell: when the server does not become active
        """
        values = self.placeholders.servers[role]
        waiting.wait(account, values['server'], 'ACTIVE')
        if account is not self.owner:
            return
        path = f'servers/{values["server"]}'
        actions = account.get(f'{path}/os-instance-actions', 'instanceActions')
        if actions:
            values['request'] = actions[-1]['request_id']
        self._find_port(values, path)
        if 'group' not in values:
            self._make_group(values, self.footprint.name(role))
        if self._choice.snapshot and 'snapshot' not in values:
            self._make_snapshot(values, path)

    def _find_port(self, values: dict[str, str], path: str) -> None:
        if 'network' not in self.placeholders.common:
            return
        for port in self.owner.get(
            f'{path}/os-interface', 'interfaceAttachments'
        ):
            values['port'] = port['port_id']
        for label in self.owner.get(f'{path}/ips', 'addresses'):
            values['label'] = label

    def _make_group(self, values: dict[str, str], name: str) -> None:
        with self.footprint.making('server group', name):
            response = self.owner.call(
                'POST',
                'os-server-groups',
                {'server_group': {'name': name, 'policy': 'soft-affinity'}},
                version='2.64',
            )
        if response.is_success:
            values['group'] = response.json()['server_group']['id']
            self.groups.append(values['group'])
        elif 'uota' in response.complaint:
            raise limits.CannotTell(
                'The owner may not create a server group: '
                f'{response.complaint}'
            )

    def _make_snapshot(self, values: dict[str, str], path: str) -> None:
        values['snapshot_name'] = values['name'] + '-copy'
        with self.footprint.making('image', values['snapshot_name']):
            response = self.owner.call(
                'POST',
                f'{path}/action',
                {'createImage': {'name': values['snapshot_name']}},
                version='2.45',
            )
        if not response.is_success:
            raise limits.CannotTell(
                f'The owner may not make a snapshot: {response.complaint}'
            )
        values['snapshot'] = response.json()['image_id']
        waiting.settle(self.owner, values['server'])

    def ids(self, about: str) -> list[str]:
        """Return the IDs in requests: the owner's, and the unknown one."""
        known = {
            'address': [self.placeholders.common.get('address', '')],
            'group': self.groups,
            'server': self.servers,
            'user': [self.owner.user_id],
        }
        return [*known[about], self.placeholders.unknown({}, about)[about]]

    def server(self, role: str) -> str | None:
        """Return the ID of a server, None if it is gone."""
        return self.placeholders.servers.get(role, {}).get('server')

    def lose(self, role: str) -> None:
        """Record that a server is gone."""
        self.placeholders.servers[role].pop('server', None)
