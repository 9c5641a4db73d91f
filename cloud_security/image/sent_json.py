# SPDX-License-Identifier: Apache-2.0
"""JSON in the body of a request, read as Glance reads it.

Glance reads a body in chunks where no other service does, and past WSGI where
uWSGI serves it. What the filter does not read must not reach Glance either.
Source: glance/common/wsgi.py Request and JSONRequestDeserializer, Glance 28
to 33.
"""

from __future__ import annotations

from typing import Any

from glance.common import wsgi
from oslo_serialization import jsonutils

from cloud_security.wsgi import body

_CHUNKED = 'HTTP_TRANSFER_ENCODING'


def load(environ: dict[str, Any]) -> Any:
    """Return the JSON in a body, None where there is none.

    Glance complains about malformed JSON, in its own order.
    """
    try:
        return jsonutils.loads(_read(environ))
    except (ValueError, RecursionError):
        return None


def _read(environ: dict[str, Any]) -> bytes:
    request = wsgi.Request(environ)
    try:
        # Whatever the method: ?_method= can make it another.
        if wsgi.JSONRequestDeserializer.is_valid_encoding(request):
            request.is_body_readable = True
        raw = bytes(request.body)
    except Exception as error:  # noqa: BLE001 Glance is to find it, too
        body.withhold(environ, error)
        environ.pop(_CHUNKED, None)
        return b''
    if raw and environ.pop(_CHUNKED, None) is not None:
        request.body = raw
    return raw
