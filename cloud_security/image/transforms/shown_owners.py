# SPDX-License-Identifier: Apache-2.0
"""Owners of images in responses: isolated callers see what Nova wrote alone.

On stock Glance a new image names no user, but Nova writes ``user_id`` and
``instance_uuid`` on images of servers. The filter writes ``user_id`` on every
new image. It takes that out of the responses about all other images, so that
a shared image does not tell who made it.
Source: glance/api/v2/images.py ResponseSerializer, Glance 28 to 33.
"""

from __future__ import annotations

from collections.abc import Iterator
import json
from typing import Any
from typing import Optional

import webob

from cloud_security.image import models
from cloud_security.image.transforms import new_images
from cloud_security.image.transforms import protection
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

LIST = ('GET', '/images')
SHOW = ('GET', '/images/{image_id}')
#: A response without these bytes names no owner.
_SIGN = f'"{models.OWNER}"'.encode()


def hide(
    _exchange: exchanges.Exchange, response: webob.Response
) -> Optional[transform.Change]:
    """Take the owners that the filter wrote out of a response."""
    if response.status_code >= 300 or _SIGN not in response.body:
        return None
    shown = json.loads(response.body)
    named = [
        image
        for image in _images(shown)
        if models.OWNER in image and models.SERVER not in image
    ]
    if not named:
        return None
    for image in named:
        del image[models.OWNER]
    # As Glance writes JSON.
    body = json.dumps(shown, ensure_ascii=False)
    return transform.Change(body=body.encode())


def _images(shown: Any) -> Iterator[dict[str, Any]]:
    """Yield the images in the body of a response: a list's, or one."""
    if isinstance(shown, dict):
        listed = shown.get('images')
        # A property of one image can have that name; its value is a text.
        for image in listed if isinstance(listed, list) else [shown]:
            if isinstance(image, dict):
                yield image


HIDE = transform.Transform(
    after=hide,
    routes=frozenset({new_images.IMAGES, LIST, SHOW, protection.UPDATE}),
)
