# SPDX-License-Identifier: Apache-2.0
"""Nova's stage: the servers of a run, and what belongs to them."""

from __future__ import annotations

from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import redaction
from cloud_security.probe.client.responses import LOST
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources import builder
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import placeholders
from cloud_security.probe.resources import server_state
from cloud_security.probe.resources import service_stage
from cloud_security.probe.resources import supplies
from cloud_security.probe.resources import waiting

#: States of a server that operations can no longer use.
DELETED = ('DELETED', 'SOFT_DELETED')
GONE = (*DELETED, 'ERROR')


class Stage(service_stage.ServiceStage):
    """The servers and server groups of a run, by their roles."""

    missing = placeholders.MISSING
    untouched = ("the owner's server is untouched", 'GET servers/{server}')

    def __init__(
        self,
        owner: accounts.Account,
        peer: accounts.Account,
        footprint: footprints.Footprint,
        choice: supplies.Choice,
        newest: str,
    ) -> None:
        super().__init__(owner, peer, footprint, newest)
        self._choice = choice
        #: IDs of all servers and groups that the owner has had.
        self.servers: list[str] = []
        self.groups: list[str] = []
        #: An operation deleted a target, and the probe booted another.
        self.is_target_lost = False
        self.placeholders = placeholders.Placeholders(owner, peer)
        self._builder = builder.Builder(self)

    @property
    def own(self) -> str:
        """Return the ID of the peer's own server, or ''."""
        return self.server('own') or ''

    @property
    def seen(self) -> Response | None:
        """Return the peer's list while Nova built a server of the owner."""
        return self._builder.seen

    def make(self) -> None:
        """Boot the servers that are missing.

        :raises CannotTell: when that is not possible
        """
        self._builder.make()

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

    def known(self, about: str) -> list[str]:
        """Return the IDs of the owner's servers, or of the groups."""
        return self.groups if about == 'group' else self.servers

    def values(self, account: accounts.Account, role: str) -> dict[str, str]:
        """Return the values of placeholders for a request."""
        found = self.placeholders.values(account, role)
        if account is self.reader:
            # Readers have no server; the owner's must not stand in for it.
            del found['own']
        return found

    def unknown(self, values: dict[str, str], about: str) -> dict[str, str]:
        """Return the same values with an ID that does not exist."""
        return self.placeholders.unknown(values, about)

    def settle(self, operation: Operation, role: str) -> str:
        """Wait until Nova has acted on a server; return its state."""
        status: str = waiting.settle(
            self.owner, self.server(role) or '', operation.becomes
        )['status']
        if operation.removes or status in GONE:
            self.lose(role)
        if role == 'target' and status in DELETED:
            self.is_target_lost = True
        return status

    def fate(
        self,
        account: accounts.Account,
        operation: Operation,
        response: Response,
    ) -> Response:
        """Return the final state of a new server instead of its ID."""
        path = f'servers/{response.json()["server"]["id"]}'
        state = waiting.settle(account, path.split('/')[1])['status']
        account.call('DELETE', path)
        return response._replace(text=state, headers={})

    def state(self) -> service_stage.State:
        """Return the target's state as the owner sees it."""
        target = self.server('target')
        if target is None or self.is_target_lost:
            return service_stage.State({'status': 'gone'})
        return server_state.read(self.owner, target, (self.peer, self.reader))

    def server(self, role: str) -> str | None:
        """Return the ID of a server, None if it is gone."""
        return self.placeholders.servers.get(role, {}).get('server')

    def lose(self, role: str) -> None:
        """Record that a server is gone."""
        self.placeholders.servers[role].pop('server', None)
