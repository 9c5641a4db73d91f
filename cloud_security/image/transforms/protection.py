# SPDX-License-Identifier: Apache-2.0
"""Owners of images that exist: admins alone change them.

The filter writes a property that Glance never lets callers change into the
place of ``user_id``. Glance refuses the request in its own words and order,
and the filter puts the name back into the response. So it does where somebody
adds ``instance_uuid``: the image would pass for one of Nova's, and show its
owner.
Source: glance/api/v2/images.py RequestDeserializer.update, Glance 28 to 33.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from glance.api.v2 import images
from oslo_serialization import jsonutils

from cloud_security.image import models
from cloud_security.image import sent_json
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

UPDATE = ('PATCH', '/images/{image_id}')
#: Properties that Glance refuses to change, one for each that the filter
#: protects.
READ_ONLY = {models.OWNER: 'checksum', models.SERVER: 'os_hash_value'}
#: The members of a change that name a property, in either media type.
_POINTERS = ('path', 'add', 'remove', 'replace')


def check() -> None:
    """Check that Glance still refuses to change these properties.

    :raises AttributeError: when it does not
    """
    for name in READ_ONLY.values():
        if name not in images.RequestDeserializer._readonly_properties:
            raise AttributeError(f'{name} is not read-only')


def refuse(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Have Glance refuse a change of an image's owner."""
    if exchange.context.is_admin:
        return None
    sent = sent_json.load(exchange.environ)
    if not isinstance(sent, list):
        return None
    restores: dict[str, str] = {}
    changes = [_refused(change, restores) for change in sent]
    if not restores:
        return None
    return transform.Change(
        body=jsonutils.dump_as_bytes(changes),
        restores=restores,
    )


def _refused(change: Any, restores: dict[str, str]) -> Any:
    """Return a change that names a read-only property, or as it was.

    :param restores: gets ``{read-only property: the one that it stands for}``
    """
    if not isinstance(change, dict):
        return change
    is_addition = 'add' in (change.get('op'), *change)
    names = [*READ_ONLY] if is_addition else [models.OWNER]
    changed = dict(change)
    for key, pointer in change.items():
        name = _first(pointer) if key in _POINTERS else None
        if name in names:
            _, *others = pointer.lstrip('/').split('/')
            changed[key] = '/'.join(('', READ_ONLY[name], *others))
            restores[READ_ONLY[name]] = name
    return changed


def _first(pointer: Any) -> Optional[str]:
    """Return the property that a JSON pointer is about, None without one.

    Source: RequestDeserializer._decode_json_pointer.
    """
    if not isinstance(pointer, str) or not pointer.startswith('/'):
        return None
    first = pointer.lstrip('/').split('/')[0]
    return first.replace('~1', '/').replace('~0', '~').strip()


_ROUTES = frozenset({UPDATE})
REFUSE = (
    transform.Transform(before=refuse, routes=_ROUTES),
    transform.Transform(before=refuse, routes=_ROUTES, for_unrestricted=True),
)
