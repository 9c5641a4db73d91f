# SPDX-License-Identifier: Apache-2.0
"""CINDER: what the filter must know of Cinder."""

from __future__ import annotations

import re
from typing import Any
from typing import Optional

from cinder import policy as cinder_policy
from cinder import rpc
from cinder import version
from cinder.api.v3 import router
from oslo_config import cfg

from cloud_security import releases
from cloud_security.deploy import apis
from cloud_security.policy import enforcer
from cloud_security.policy import operation as operations
from cloud_security.volume import models
from cloud_security.volume import ownership
from cloud_security.volume import process
from cloud_security.volume import transforms
from cloud_security.volume.database import models as cinder_models
from cloud_security.volume.transforms import attachments
from cloud_security.volume.transforms import server_volumes
from cloud_security.volume.transforms import snapshots
from cloud_security.volume.transforms import transfers
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import routing
from cloud_security.wsgi import service

#: The ID of something that has an owner, in the paths of Cinder.
_RESOURCE = re.compile(
    r'^/(?:attachments|backups|cgsnapshots|consistencygroups|group_snapshots'
    r'|groups|messages|os-volume-transfer|snapshots|volume-transfers|volumes)'
    r'/\{(\w+)\}'
)


def _router(application: router.APIRouter) -> service.Route:
    return routing.Router(application.map, _RESOURCE).operation


def _enforcer() -> Any:
    """Return Cinder's enforcer.

    Source: cinder/policy.py, Cinder 24 to 29; its public way reads the
    command line.
    """
    if cinder_policy._ENFORCER is None:
        cinder_policy.init()
    return cinder_policy._ENFORCER


def _release_warning() -> Optional[str]:
    return releases.warning(version.version_string(), 'Cinder')


def _has_proof(exchange: exchanges.Exchange) -> bool:
    return (
        transfers.has_key(exchange)
        or snapshots.is_left_behind(exchange)
        or server_volumes.is_on_own_server(exchange)
    )


def _totals(operation: Optional[operations.Operation]) -> frozenset[str]:
    """Return the aggregates that see everybody's rows.

    Quotas belong to the project, and Cinder counts for them where something
    changes. What it counts in lists and in a summary is for the caller.
    Source: cinder/db/api.py _sync_volumes, calculate_resource_count,
    get_volume_summary and resource_exists, Cinder 24 to 29.
    """
    is_read = operation is None or operation.is_read
    return frozenset() if is_read else frozenset({'count', 'sum'})


CINDER = service.Service(
    name='Cinder',
    things=apis.CINDER.things,
    release=lambda: str(version.version_string()),
    conf=cfg.CONF,
    conf_file='cinder.conf',
    context_key='cinder.context',
    application_class=router.APIRouter,
    application_name='apiv3',
    router=_router,
    rules=enforcer.RulesInForce(_enforcer),
    is_exempt=attachments.is_changed_by_service,
    has_proof=_has_proof,
    totals=_totals,
    owned=models.owned,
    acted_on=lambda: (
        cinder_models.Volume,
        cinder_models.Snapshot,
        cinder_models.Backup,
        cinder_models.Group,
        cinder_models.GroupSnapshot,
    ),
    acts_unnamed=frozenset(),
    is_shared=process.is_shared,
    hidden=ownership.hidden,
    transforms=transforms.TRANSFORMS,
    release_warning=_release_warning,
    notifications=lambda: rpc.NOTIFICATION_TRANSPORT,
    cadf_type='service/storage/block/volume',
)
