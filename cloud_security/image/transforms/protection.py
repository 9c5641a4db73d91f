# SPDX-License-Identifier: Apache-2.0
"""Owners of images that exist: admins alone change them.

The filter writes a property that Glance never lets callers change into the
place of ``user_id``. Glance refuses the request in its own words and order,
and the filter puts the name back into the response.
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
#: A property that Glance refuses to change.
READ_ONLY = 'checksum'
#: The members of a change that name a property, in either media type.
_POINTERS = ('path', 'add', 'remove', 'replace')


def check() -> None:
    """Check that Glance still refuses to change that property.

    :raises AttributeError: when it does not
    """
    if READ_ONLY not in images.RequestDeserializer._readonly_properties:
        raise AttributeError(f'{READ_ONLY} is not read-only')


def refuse(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Have Glance refuse a change of an image's owner."""
    if exchange.context.is_admin:
        return None
    sent = sent_json.load(exchange.environ)
    if not isinstance(sent, list):
        return None
    changes = [_without_owner(change) for change in sent]
    if changes == sent:
        return None
    return transform.Change(
        body=jsonutils.dump_as_bytes(changes),
        restores={READ_ONLY: models.OWNER},
    )


def _without_owner(change: Any) -> Any:
    """Return a change that names the read-only property for the owner."""
    if not isinstance(change, dict):
        return change
    return {
        key: _read_only(value)
        if key in _POINTERS and isinstance(value, str)
        else value
        for key, value in change.items()
    }


def _read_only(pointer: str) -> str:
    """Return a JSON pointer to the read-only property for one to the owner.

    Source: RequestDeserializer._decode_json_pointer.
    """
    first, *others = pointer.lstrip('/').split('/')
    name = first.replace('~1', '/').replace('~0', '~').strip()
    if not pointer.startswith('/') or name != models.OWNER:
        return pointer
    return '/'.join(('', READ_ONLY, *others))


_ROUTES = frozenset({UPDATE})
REFUSE = (
    transform.Transform(before=refuse, routes=_ROUTES),
    transform.Transform(before=refuse, routes=_ROUTES, for_everybody=True),
)
