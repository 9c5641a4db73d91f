# SPDX-License-Identifier: Apache-2.0
"""Media types of bodies: JSON, Glance's changes of an image, data."""

from __future__ import annotations

from typing import Any

JSON = 'application/json'
PATCH = 'application/openstack-images-v2.1-json-patch'
DATA = 'application/octet-stream'


def content(body: Any, media: str) -> dict[str, Any]:
    """Return the arguments with which keystoneauth1 sends a body.

    :param body: what JSON can say, a text if it is data, or None
    """
    return {'data': body.encode()} if media == DATA else {'json': body}


def headers(body: Any, media: str) -> dict[str, str]:
    """Return the headers about a body."""
    return {} if body is None else {'Content-Type': media}
