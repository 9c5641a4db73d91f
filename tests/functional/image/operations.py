# SPDX-License-Identifier: Apache-2.0
"""Operations on one image, as data."""

from typing import Any
from typing import NamedTuple

from tests.functional.image import cloud


class Operation(NamedTuple):
    """A request; ``{}`` in its path stands for the image's ID."""

    method: str
    path: str
    body: Any = None
    media_type: str = 'application/json'

    def send(self, account, image_id):
        """Send the request for an image."""
        return account.call(
            self.method,
            self.path.format(image_id),
            self.body,
            Content_Type=self.media_type,
        )


_RENAME = [{'op': 'replace', 'path': '/name', 'value': 'mine'}]
#: What a reader may send, too, and gets no image from.
READS = (
    Operation('GET', 'images/{}'),
    Operation('GET', 'images/{}/file'),
    Operation('GET', 'images/{}/members'),
    Operation('GET', f'images/{{}}/members/{cloud.PROJECT}'),
    Operation('GET', 'images/{}/locations'),
    Operation('GET', 'images/{}/tasks'),
    Operation('GET', 'images?marker={}'),
    Operation('GET', 'images?limit=1&marker={}&sort=name:asc'),
    Operation('HEAD', 'images/{}'),
    Operation('OPTIONS', 'images/{}'),
    Operation('GET', 'images/{}?_method=DELETE'),
    Operation('GET', '/v2//images/{}'),
    Operation('GET', '/v2/images/{}/'),
    Operation('GET', 'cache/{}'),
    Operation('GET', 'tasks/{}'),
)
CHANGES = (
    Operation('PATCH', 'images/{}', _RENAME, cloud.PATCH),
    Operation(
        'PATCH',
        'images/{}',
        [{'replace': '/visibility', 'value': 'shared'}],
        cloud.PATCH_OF_OLD,
    ),
    Operation(
        'PATCH',
        'images/{}',
        [{'op': 'add', 'path': '/user_id', 'value': 'bob'}],
        cloud.PATCH,
    ),
    Operation(
        'PATCH',
        'images/{}',
        [
            {
                'op': 'add',
                'path': '/locations/-',
                'value': {'url': 'file:///tmp/x', 'metadata': {}},
            }
        ],
        cloud.PATCH,
    ),
    Operation('PATCH', 'images/{}', _RENAME),
    Operation('PUT', 'images/{}/file', b'OTHER', cloud.DATA),
    Operation('PUT', 'images/{}/stage', b'OTHER', cloud.DATA),
    Operation(
        'POST', 'images/{}/import', {'method': {'name': 'glance-direct'}}
    ),
    Operation(
        'POST',
        'images/{}/import',
        {'method': {'name': 'copy-image'}, 'all_stores': True},
    ),
    Operation(
        'POST',
        'images/{}/import',
        {
            'method': {
                'name': 'web-download',
                'uri': 'https://example.org/image',
            }
        },
    ),
    Operation('POST', 'images/{}/members', {'member': 'f' * 32}),
    Operation(
        'PUT', f'images/{{}}/members/{cloud.PROJECT}', {'status': 'accepted'}
    ),
    Operation('DELETE', f'images/{{}}/members/{cloud.PROJECT}'),
    Operation('PUT', 'images/{}/tags/tag'),
    Operation('DELETE', 'images/{}/tags/tag'),
    Operation(
        'POST', 'images/{}/locations', {'url': 'file:///tmp/x', 'metadata': {}}
    ),
    Operation('POST', 'images/{}/actions/deactivate'),
    Operation('POST', 'images/{}/actions/reactivate'),
    Operation('DELETE', 'stores/store1/{}'),
    Operation('DELETE', 'cache/{}'),
    Operation('PUT', 'cache/{}'),
    Operation('DELETE', 'images/{}'),
)
ALL = READS + CHANGES
