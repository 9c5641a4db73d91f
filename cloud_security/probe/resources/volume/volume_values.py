# SPDX-License-Identifier: Apache-2.0
"""Values of the placeholders in Cinder's operations."""

from __future__ import annotations

import uuid

from cloud_security.probe.client import accounts
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources.volume import volume_parts


class Values:
    """Values of a run, and those of each role, with all that ever were."""

    def __init__(
        self, owner: accounts.Account, footprint: footprints.Footprint
    ) -> None:
        self._owner = owner
        self._unknown = str(uuid.uuid4())
        #: Values by role: example, target and own.
        self.roles: dict[str, dict[str, str]] = {
            role: _names(footprint, role)
            for role in ('example', 'target', 'own')
        }
        #: The owner's values that there are or were, by placeholder.
        self.past: dict[str, list[str]] = {}
        for role in ('example', 'target'):
            for name, value in self.roles[role].items():
                self.past.setdefault(name, []).append(value)
        self.common = {
            'project': owner.project_id,
            'nothing': str(uuid.uuid4()),
            'new_name': footprint.name('new'),
        }

    def note(self, role: str, name: str, value: str) -> None:
        """Record the ID of a part."""
        self.roles[role].update({name: value, name.upper(): value.upper()})
        if role != 'own':
            self.past.setdefault(name, []).append(value)

    def lose(self, role: str, name: str) -> None:
        """Record that a part is gone, with all that goes with it."""
        self.roles[role].pop(name, None)
        self.roles[role].pop(name.upper(), None)
        for part in volume_parts.PARTS:
            if part.goes_with == name:
                self.lose(role, part.name)

    def of(
        self, account: accounts.Account, role: str, own: str
    ) -> dict[str, str]:
        """Return the values for a request.

        :param own: the role whose resources are the account's own, or ''
        """
        found = {
            **self.common,
            **self.roles[role],
            'everywhere': (
                'all_tenants=1'
                if account.project_id != self._owner.project_id
                else ''
            ),
        }
        for placeholder, part in (
            ('own', 'volume'),
            ('own_group', 'group'),
            # A volume of its own that is not the example.
            ('other', 'volume' if own == 'own' else 'attached'),
        ):
            value = self.roles[own].get(part) if own else None
            if value:
                found[placeholder] = value
        return found

    def unknown(self, values: dict[str, str], about: str) -> dict[str, str]:
        """Return the same values with an ID that does not exist."""
        other = self._unknown
        return {**values, about: other, about.upper(): other.upper()}

    def ids(self, about: str) -> list[str]:
        """Return the IDs and names that requests may name.

        A request about a volume may name a group of the caller's own, too.
        """
        return [
            self._unknown,
            self.common['nothing'],
            *self.past.get(about, ()),
            *(self.roles['own'].values()),
            *(self.roles['example'].values()),
        ]

    def everything(self) -> list[str]:
        """Return all IDs and names of the owner's."""
        # Names of the owner's parts are no beginnings of the peer's.
        return [one for values in self.past.values() for one in values]


def _names(footprint: footprints.Footprint, role: str) -> dict[str, str]:
    name = footprint.name(role)
    return {
        'name': name,
        **{
            f'{part.name}_name': f'{name}-{part.name}'
            for part in volume_parts.PARTS
            if part.name != 'volume'
        },
    }
