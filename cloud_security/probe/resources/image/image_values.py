# SPDX-License-Identifier: Apache-2.0
"""Values of the placeholders in Glance's operations."""

from __future__ import annotations

import hashlib

from cloud_security.probe.client import accounts
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import role_values

#: Memory and disk that no flavor has, in MiB and in GiB.
RAM, DISK = 2**30, 2**20
#: Reasons why a placeholder has no value.
MISSING = {'flavor': 'There is no flavor.'}


class Values(role_values.RoleValues):
    """Values of a run at Glance."""

    def __init__(
        self, owner: accounts.Account, footprint: footprints.Footprint
    ) -> None:
        super().__init__(
            owner,
            {role: _named(footprint.name(role)) for role in role_values.ROLES},
            new_name=footprint.name('new'),
            ram=str(RAM),
        )


def data(name: str) -> str:
    """Return the data of an image, which no other image has."""
    return f'The image of {name}.'


def _named(name: str) -> dict[str, str]:
    """Return what is known of an image before Glance makes it."""
    content = data(name).encode()
    return {
        'name': name,
        'queued_name': f'{name}-queued',
        'tag': f'{name}-tag',
        # Glance publishes this MD5; the filter of lists takes it.
        'checksum': hashlib.md5(content, usedforsecurity=False).hexdigest(),
        'hash': hashlib.sha512(content).hexdigest(),
    }
