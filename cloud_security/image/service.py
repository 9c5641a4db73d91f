# SPDX-License-Identifier: Apache-2.0
"""GLANCE: what the filter must know of Glance."""

from __future__ import annotations

import functools
import socket
from typing import Any
from typing import Optional

from glance import notifier
from glance import version
from glance.api import policy as glance_policy
from glance.api.middleware import cache
from glance.api.middleware import cache_manage
from glance.db.sqlalchemy import models as glance_models
from oslo_config import cfg
from paste import urlmap

from cloud_security import releases
from cloud_security.deploy import apis
from cloud_security.image import models
from cloud_security.image import ownership
from cloud_security.image import property_filters
from cloud_security.image import routes
from cloud_security.image import site_options
from cloud_security.image import tasks
from cloud_security.image import transforms
from cloud_security.image import usage
from cloud_security.image.transforms import protection
from cloud_security.policy import enforcer
from cloud_security.wsgi import service
from cloud_security.wsgi import startup

CONF = cfg.CONF


@functools.lru_cache(maxsize=None)
def _enforcer() -> Any:
    # Each part of Glance makes one of its own.
    return glance_policy.Enforcer(suppress_deprecation_warnings=True)


def _release_warning() -> Optional[str]:
    return releases.warning(version.version_string(), 'Glance')


def _prepare() -> None:
    """Adapt Glance to isolated callers.

    :raises AttributeError: when this Glance is not as the filter knows it
    :raises UnsafeStart: when its configuration takes owners off images
    """
    for why in site_options.unsafe(CONF):
        raise startup.UnsafeStart(f'Mend glance-api.conf: {why}')
    protection.check()
    usage.see_everybodys()
    tasks.see_everybodys()
    property_filters.find_shown_owners()


GLANCE = service.Service(
    name='Glance',
    things=apis.GLANCE.things,
    release=lambda: str(version.version_string()),
    conf=CONF,
    conf_file='glance-api.conf',
    context_key='webob.adhoc_attrs',
    context_name='context',
    context_filter='context',
    application_class=(
        cache.CacheFilter,
        cache_manage.CacheManageFilter,
        urlmap.URLMap,
    ),
    application_name='cache, or rootapp where there is no cache,',
    router=routes.route,
    rules=enforcer.RulesInForce(_enforcer),
    is_exempt=lambda context, operation: False,
    owned=models.owned,
    acted_on=lambda: (glance_models.Image,),
    acts_unnamed=frozenset(),
    # Glance's only other threads are those of tasks.py, and two that keep the
    # cache and the staging area, without the context of a request.
    is_shared=lambda: False,
    hidden=ownership.hidden,
    transforms=transforms.TRANSFORMS,
    release_warning=_release_warning,
    notifications=notifier.get_transport,
    cadf_type='service/storage/image',
    streamed_types=frozenset({'application/octet-stream'}),
    prepare=_prepare,
    host=lambda conf: socket.gethostname(),
)
