# SPDX-License-Identifier: Apache-2.0
"""Neutron's builder: it makes the parts of the stage, and a network."""

from __future__ import annotations

from typing import Any

from cloud_security.probe.catalog import operations
from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client.responses import LOST
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources.network import network_parts
from cloud_security.probe.resources.network import network_values

#: The addresses of a network that the probe makes.
CIDR = '192.168.231.0/24'


class NetworkBuilder:
    """Makes what is missing.

    :param missing: reasons why a placeholder has no value
    """

    def __init__(
        self,
        footprint: footprints.Footprint,
        values: network_values.Values,
        missing: dict[str, str],
    ) -> None:
        self._footprint = footprint
        self._values = values
        self._missing = missing

    def network(self, owner: accounts.Account) -> str:
        """Return the ID of a new network with a subnet.

        :raises CannotTell: when the owner may not make them
        """
        values = self._values.roles['example']
        name = values['network_name']
        body: dict[str, Any] = {
            'name': name,
            'description': values['network_description'],
        }
        network_id: str = self._made(
            owner, network_parts.KINDS['network'], body, name
        )['id']
        body = {
            'network_id': network_id,
            'cidr': CIDR,
            'ip_version': 4,
            'enable_dhcp': False,
        }
        self._made(owner, network_parts.KINDS['subnet'], body, name)
        return network_id

    def make(self, owner: accounts.Account, peer: accounts.Account) -> None:
        """Create the parts that are missing.

        :raises CannotTell: when that is not possible
        """
        for part in network_parts.PARTS:
            for account, role in (
                (owner, 'example'),
                (peer, 'own'),
                (owner, 'target'),
            ):
                if (
                    (role != 'own' or part.is_own)
                    and part.name not in self._values.roles[role]
                    and part.name not in self._missing
                ):
                    self._create(account, role, part)

    def _create(
        self, account: accounts.Account, role: str, part: network_parts.Part
    ) -> None:
        values = self._values.roles[role]
        known = {**self._values.common, **values}
        try:
            operations.filled(part.wants, known)
            path = operations.filled(part.kind.path, known)
            body = operations.filled(part.body, known)
        except operations.Missing as error:
            self.skip(part, self._missing[str(error)])
            return
        name = values.get(f'{part.name}_name', values['name'])
        kind = part.kind._replace(path=path)
        try:
            made = self._made(account, kind, body, name)
        except limits.NoResponse:
            raise
        except limits.CannotTell as error:
            account.limits.check()
            if not part.is_optional:
                raise
            self.skip(part, str(error))
            return
        self._values.note(role, part.name, made['id'])
        for placeholder, key in network_parts.TOLD.get(part.name, {}).items():
            self._values.note(role, placeholder, made[key])
        for fixed in made.get('fixed_ips', ())[:1]:
            address = 'ip' if part.name == 'port' else f'{part.name}_ip'
            self._values.note(role, address, fixed['ip_address'])
        if part.name == 'port' and 'router' in self._values.common:
            self._values.note(role, 'routed', made['id'])

    def _made(
        self,
        account: accounts.Account,
        kind: network_parts.Kind,
        body: dict[str, Any],
        name: str,
    ) -> dict[str, Any]:
        """Return a new resource.

        :raises CannotTell: when Neutron refuses
        """
        with self._footprint.making(kind.noun, name):
            response: Response = account.call(
                'POST', kind.path, {kind.key: body}
            )
            if response.status in LOST:
                raise limits.NoResponse(str(response))
        if not response.is_success:
            raise limits.CannotTell(
                f'The {account.name} may not create a {kind.noun}: '
                f'{response.complaint}'
            )
        made: dict[str, Any] = response.json()[kind.key]
        return made

    def skip(self, part: network_parts.Part, why: str) -> None:
        """Record why there is no part, and nothing that tells of it."""
        name = part.name
        for one in (
            name,
            f'own_{name}',
            f'{name}_name',
            f'{name}_description',
        ):
            self._missing[one] = why
        self._values.forget(name)
