# SPDX-License-Identifier: Apache-2.0
"""Data of images, imports, and deletions.

What gets data is an image without any. After each success the owner deletes
it, and the probe makes another.
Source: glance/api/v2/image_data.py and images.py, Glance 28 to 33.
"""

from typing import Any

from cloud_security.probe.catalog.image.image_forms import changes
from cloud_security.probe.catalog.image.image_forms import only_refused
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import NO_ADDRESS
from cloud_security.probe.client import media


def _imports(name: str, method: str, **more: Any) -> Any:
    """Return an import; most clouds refuse it after they found the image."""
    more.setdefault('about', 'queued')
    uri = more.pop('uri', None)
    body: dict[str, Any] = {'method': {'name': method}}
    if uri:
        body['method']['uri'] = uri
    if method == 'copy-image':
        body['all_stores'] = True
    return only_refused(
        name, 'POST', '/import', body, since='2.6', lasts=True, **more
    )


CHANGES = (
    only_refused(
        'upload over an image', 'PUT', '/file', 'x', media=media.DATA
    ),
    only_refused(
        'stage over an image', 'PUT', '/stage', 'x', media=media.DATA
    ),
    changes(
        'upload to a queued image',
        'PUT',
        '/file',
        'x',
        media=media.DATA,
        about='queued',
        lasts=True,
        is_core=True,
    ),
    changes(
        'stage data of a queued image',
        'PUT',
        '/stage',
        'x',
        media=media.DATA,
        about='queued',
        lasts=True,
    ),
    _imports('import what was not staged', 'glance-direct'),
    _imports(
        'import from an address',
        'web-download',
        uri=f'http://{NO_ADDRESS}/cloud-security-probe',
    ),
    _imports('copy an image to all stores', 'copy-image', about='image'),
    only_refused(
        'import over an image',
        'POST',
        '/import',
        {'method': {'name': 'glance-direct'}},
        since='2.6',
    ),
)

DELETIONS = (
    changes(
        'delete a queued image',
        'DELETE',
        '',
        about='queued',
        effect=Effect.DESTROYS,
        removes=True,
    ),
    changes(
        'delete an image',
        'DELETE',
        '',
        effect=Effect.DESTROYS,
        removes=True,
        is_core=True,
    ),
)
