# SPDX-License-Identifier: Apache-2.0
"""The remains of a run at Glance: the account's own images, by name.

Glance does not tell whose image it is; the probe writes that on it.
"""

from __future__ import annotations

from cloud_security.probe.client import accounts
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources.remains import Resource

#: Nova's and Cinder's stages make images, too.
KIND = 'private image'
KINDS = (KIND,)
#: The property of an image with the ID of its user.
USER = f'{footprints.MARK}_user'


def found(
    account: accounts.Account, footprint: footprints.Footprint
) -> list[Resource]:
    """Return what this run, or one that has ended, left of an account's.

    :raises CannotTell: when Glance does not list the images
    """
    path = f'images?limit=1000&{USER}={account.user_id}'
    return [
        Resource(KIND, one['name'], f'images/{one["id"]}')
        for one in account.get(path, 'images')
        if one.get(USER) == account.user_id
        and footprints.MARK in one
        and footprint.is_left(one.get('name') or '')
    ]
