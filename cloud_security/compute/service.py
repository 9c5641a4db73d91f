# SPDX-License-Identifier: Apache-2.0
"""NOVA: what the filter must know of Nova."""

from __future__ import annotations

import re
from typing import Any
from typing import Optional

from nova import policy as nova_policy
from nova import rpc
from nova import version
from nova.api.openstack import compute as nova_compute
from nova.conf import CONF
from nova.db.api import models as api_models
from nova.db.main import models as main_models

from cloud_security import releases
from cloud_security.compute import models
from cloud_security.compute import ownership
from cloud_security.compute import process
from cloud_security.compute import transforms
from cloud_security.compute.transforms import attachments
from cloud_security.deploy import apis
from cloud_security.policy import enforcer
from cloud_security.wsgi import routing
from cloud_security.wsgi import service

#: A server's ID in the path, in Nova's two spellings and under its alias.
_SERVER = re.compile(r'^/(?:servers|os-volumes_boot)/\{(server_id|id)\}')
#: Operations on servers that hold an address or a volume.
_ACTS_UNNAMED = frozenset(
    {
        ('DELETE', '/os-floating-ips/{id}'),
        ('POST', '/os-assisted-volume-snapshots'),
        ('DELETE', '/os-assisted-volume-snapshots/{id}'),
    }
)


def _router(application: nova_compute.APIRouterV21) -> service.Route:
    return routing.Router(application.map, _SERVER).operation


def _enforcer() -> Any:
    """Return Nova's enforcer.

    Source: nova/policy.py, Nova 29 to 34, which has no public way to it.
    """
    if nova_policy._ENFORCER is None:
        nova_policy.init()
    return nova_policy._ENFORCER


def _release_warning() -> Optional[str]:
    return releases.warning(version.version_string())


NOVA = service.Service(
    name='Nova',
    things=apis.NOVA.things,
    release=lambda: str(version.version_string()),
    conf=CONF,
    conf_file='nova.conf',
    context_key='nova.context',
    application_class=nova_compute.APIRouterV21,
    application_name='osapi_compute_app_v21',
    router=_router,
    rules=enforcer.RulesInForce(_enforcer),
    is_exempt=attachments.is_asked_by_service,
    owned=models.owned,
    acted_on=lambda: (api_models.InstanceMapping, main_models.Instance),
    acts_unnamed=_ACTS_UNNAMED,
    is_shared=process.is_shared,
    hidden=ownership.hidden,
    transforms=transforms.TRANSFORMS,
    release_warning=_release_warning,
    notifications=lambda: rpc.NOTIFICATION_TRANSPORT,
    cadf_type='service/compute/servers/server',
)
