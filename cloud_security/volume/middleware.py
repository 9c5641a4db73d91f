# SPDX-License-Identifier: Apache-2.0
"""The filter ``user_isolation`` of Cinder's API.

It stands directly before ``apiv3`` in every pipeline that ends there::

    [filter:user_isolation]
    paste.filter_factory = cloud_security.volume.middleware:factory
"""

from __future__ import annotations

from collections.abc import Callable

from cloud_security.volume import service
from cloud_security.wsgi import middleware


def factory(
    global_conf: dict[str, str], **local_conf: str
) -> Callable[[middleware.Application], middleware.Application]:
    """Return the filter for paste.deploy.

    :raises UnsafeStart: when the filter could not protect
    """
    return middleware.factory(service.CINDER, local_conf)
