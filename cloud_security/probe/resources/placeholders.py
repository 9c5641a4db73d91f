# SPDX-License-Identifier: Apache-2.0
"""Placeholders of operations, and their values in a run."""

from __future__ import annotations

import datetime
import secrets
import uuid

from cloud_security.probe.catalog import operations
from cloud_security.probe.client import accounts
from cloud_security.probe.client import redaction
from cloud_security.probe.resources import supplies

DAY = datetime.timedelta(days=1)
#: The reason why a placeholder has no value.
MISSING = {
    'address': 'No floating IP was given: --floating-ip.',
    'bigger': 'There is no second flavor that fits.',
    'group': 'The owner may not create server groups.',
    'label': 'The server is in no network.',
    'network': 'The server is in no network.',
    'port': 'The server is in no network.',
    'request': 'Nova shows no history of the server.',
    'snapshot': 'The run makes no snapshots: --snapshot.',
    'snapshot_name': 'The run makes no snapshots: --snapshot.',
}


class Placeholders:
    """Values of placeholders: those of a run, and those of each server."""

    def __init__(
        self, owner: accounts.Account, peer: accounts.Account
    ) -> None:
        self._owner = owner
        self._peer = peer
        self._unknown = str(uuid.uuid4())
        self.common: dict[str, str] = {}
        #: Values by the role of a server: example, target or own.
        self.servers: dict[str, dict[str, str]] = {}

    def supply(
        self, found: supplies.Supplies, address: str | None, new_name: str
    ) -> None:
        """Set the values that a run does not change.

        :param address: a free floating IP, if the run has one
        :param new_name: the name of servers that operations boot
        """
        password = secrets.token_urlsafe(12)
        redaction.keep(password)
        now = datetime.datetime.now(datetime.timezone.utc)
        self.common = {
            'project': self._owner.project_id,
            'user': self._owner.user_id,
            'flavor': found.flavor,
            'image': found.image,
            'nothing': str(uuid.uuid4()),
            'password': password,
            'start': f'{now - DAY:%Y-%m-%dT%H:%M:%S}',
            'end': f'{now + DAY:%Y-%m-%dT%H:%M:%S}',
            'new_name': new_name,
        }
        for name, value in (
            ('network', found.network),
            ('bigger', found.bigger),
            ('address', address),
        ):
            if value:
                self.common[name] = value

    def values(self, account: accounts.Account, role: str) -> dict[str, str]:
        """Return the values for a request about a server of the owner.

        :param account: the account that sends the request
        :param role: example or target
        """
        own = 'own' if account is self._peer else 'example'
        other = account.project_id != self._owner.project_id
        return {
            **self.common,
            **self.servers[role],
            'own': self.servers[own].get('server', ''),
            'own_project': account.project_id,
            'everywhere': 'all_tenants=1&' if other else '',
            'all_projects': 'all_projects=True' if other else '',
        }

    def unknown(self, values: dict[str, str], about: str) -> dict[str, str]:
        """Return the same values with an ID that does not exist."""
        other = operations.NO_ADDRESS if about == 'address' else self._unknown
        return {**values, about: other, about.upper(): other.upper()}
