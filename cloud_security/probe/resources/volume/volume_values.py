# SPDX-License-Identifier: Apache-2.0
"""Values of the placeholders in Cinder's operations."""

from __future__ import annotations

from cloud_security.probe.client import accounts
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import role_values
from cloud_security.probe.resources.volume import volume_parts


class Values(role_values.RoleValues):
    """Values of a run at Cinder."""

    parts = volume_parts.PARTS

    def __init__(
        self, owner: accounts.Account, footprint: footprints.Footprint
    ) -> None:
        self._owner = owner
        # Names of the owner's parts are no beginnings of the peer's.
        super().__init__(
            owner,
            {role: _names(footprint, role) for role in role_values.ROLES},
            new_name=footprint.name('new'),
        )

    def of(
        self, account: accounts.Account, role: str, own: str
    ) -> dict[str, str]:
        """Return the values for a request."""
        found = {
            **super().of(account, role, own),
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
