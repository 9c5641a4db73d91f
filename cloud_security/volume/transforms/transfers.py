# SPDX-License-Identifier: Apache-2.0
"""Accepting a transfer: the way to take over the volume of another owner.

Cinder reads the donor's transfer and volume with an elevated context. A
request with the right key is exempt; without it a hidden transfer is not
found.
Source: cinder/transfer/api.py accept, Cinder 24 to 29.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from typing import Optional

from cloud_security.volume import ownership
from cloud_security.wsgi import exchange as exchanges

ROUTES = frozenset(
    {
        ('POST', '/volume-transfers/{id}/accept'),
        ('POST', '/os-volume-transfer/{id}/accept'),
    }
)


def has_key(exchange: exchanges.Exchange) -> bool:
    """Tell whether a request accepts a transfer with its key."""
    operation = exchange.operation
    if (
        operation is None
        or (operation.verb, operation.path) not in ROUTES
        or operation.resource_id is None
    ):
        return False
    key = _key(exchange.json_body())
    if key is None:
        return False
    stored = ownership.transfer_secret(operation.resource_id)
    if stored is None:
        return False
    salt, digest = stored
    try:
        sent = hmac.new(salt.encode(), key.encode(), hashlib.sha1)
    except UnicodeEncodeError:
        return False
    return hmac.compare_digest(sent.hexdigest(), digest)


def _key(body: Any) -> Optional[str]:
    """Return the key in the body of a request, None where there is none."""
    accept = body.get('accept') if isinstance(body, dict) else None
    key = accept.get('auth_key') if isinstance(accept, dict) else None
    return key if isinstance(key, str) and key else None
