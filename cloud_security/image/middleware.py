# SPDX-License-Identifier: Apache-2.0
"""The filter ``user_isolation`` of Glance's API.

It stands directly after ``context`` in every pipeline, before ``cache``, which
answers downloads itself::

    [filter:user_isolation]
    paste.filter_factory = cloud_security.image.middleware:factory
"""

from __future__ import annotations

from collections.abc import Callable

from cloud_security.image import service
from cloud_security.wsgi import middleware


def factory(
    global_conf: dict[str, str], **local_conf: str
) -> Callable[[middleware.Application], middleware.Application]:
    """Return the filter for paste.deploy.

    :raises UnsafeStart: when the filter could not protect
    """
    return middleware.factory(service.GLANCE, local_conf)
