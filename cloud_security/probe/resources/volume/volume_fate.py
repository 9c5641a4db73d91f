# SPDX-License-Identifier: Apache-2.0
"""The fate of a resource that an operation created, and its deletion."""

from __future__ import annotations

import contextlib

from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources.volume import volume_parts
from cloud_security.probe.resources.volume import volume_waiting

#: The key of an image that Cinder makes of a volume.
UPLOAD = 'os-volume_upload_image'


def ended(account: accounts.Account, makes: str, response: Response) -> str:
    """Wait for a new resource, delete it, and return the state it had.

    :param makes: the kind of the resource
    """
    if makes == 'image':
        return _ended_image(account, response)
    kind = volume_parts.KINDS[makes]
    resource_id = response.json()[kind.key]['id']
    state = volume_waiting.settle(account, kind, resource_id)
    discard(account, kind, resource_id)
    return state


def discard(
    account: accounts.Account, kind: volume_parts.Kind, resource_id: str
) -> None:
    """Delete a resource; cleanup tries again if that fails."""
    path, method, body = f'{kind.path}/{resource_id}', 'DELETE', None
    if kind.key == 'group':
        path, method = f'{path}/action', 'POST'
        body = {'delete': {'delete-volumes': True}}
    elif kind.key == 'volume':
        path += '?cascade=True'
    with contextlib.suppress(limits.CannotTell):
        response = account.call(method, path, body, kind.version)
        if response.is_success:
            volume_waiting.wait_until_gone(account, kind, resource_id)


def _ended_image(account: accounts.Account, response: Response) -> str:
    made = response.json()[UPLOAD]
    volume = volume_parts.KINDS['volume']
    volume_waiting.settle(account, volume, made['id'])
    endpoint = account.endpoint('image')
    if endpoint:
        endpoint = endpoint.split('/v2')[0]
        account.call('DELETE', f'{endpoint}/v2/images/{made["image_id"]}')
    return str(made.get('status', ''))
