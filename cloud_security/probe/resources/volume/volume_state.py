# SPDX-License-Identifier: Apache-2.0
"""The state of a volume and its snapshot."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_security.probe.client import accounts
from cloud_security.probe.resources import service_stage
from cloud_security.probe.resources.volume import volume_parts

#: Properties that stay as they are if nobody touches a resource.
KEPT = (
    'name',
    'status',
    'metadata',
    'size',
    'bootable',
    'description',
    'attachments',
)


def read(
    owner: accounts.Account, values: Mapping[str, str]
) -> service_stage.State:
    """Return the state as the owner sees it.

    :param values: the IDs of the volume and of the snapshot
    """
    found = {}
    response = None
    for name in ('snapshot', 'volume'):
        kind = volume_parts.KINDS[name]
        path = f'{kind.path}/{values[name]}'
        response = owner.call('GET', path, version='3.44')
        if response.status == 404:
            return service_stage.State({'status': 'gone'}, response)
        resource = owner.taken(response, kind.key)
        prefix = '' if name == 'volume' else f'{name} '
        for key in KEPT:
            found[f'{prefix}{key}'] = resource.get(key)
    return service_stage.State(found, response)
