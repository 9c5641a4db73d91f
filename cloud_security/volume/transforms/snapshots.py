# SPDX-License-Identifier: Apache-2.0
"""Own snapshots of a volume that has another owner now.

A transfer may leave the snapshots of a volume with their owner. Cinder reads
the volume, for its host, where it deletes or renames such a snapshot or
creates a volume from it. These requests are exempt, if they name nothing else
that has an owner.
Source: cinder/objects/snapshot.py host and cluster_name,
cinder/volume/flows/api/create_volume.py VolumeCastTask, Cinder 24 to 29.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from cloud_security.volume import ownership
from cloud_security.volume.transforms import scheduler_hints
from cloud_security.wsgi import exchange as exchanges

CHANGES = frozenset(
    {('DELETE', '/snapshots/{id}'), ('PUT', '/snapshots/{id}')}
)
CREATE = ('POST', '/volumes')
#: What a new volume can have beside its source.
_HARMLESS = frozenset(
    {
        *('availability_zone', 'description', 'display_description'),
        *('display_name', 'metadata', 'multiattach', 'name', 'size'),
        *('snapshot_id', 'volume_type'),
    }
)


def is_left_behind(exchange: exchanges.Exchange) -> bool:
    """Tell whether a request is about an own snapshot of a hidden volume."""
    snapshot_id = _snapshot_id(exchange)
    return snapshot_id is not None and ownership.is_left_behind(
        snapshot_id, exchange.caller_id
    )


def _snapshot_id(exchange: exchanges.Exchange) -> Optional[str]:
    """Return the only thing with an owner that a request names."""
    operation = exchange.operation
    if operation is None:
        return None
    route = operation.verb, operation.path
    if route in CHANGES:
        return operation.resource_id
    return _source(exchange.json_body()) if route == CREATE else None


def _source(body: Any) -> Optional[str]:
    volume = body.get('volume') if isinstance(body, dict) else None
    if not isinstance(volume, dict) or body.get(scheduler_hints.HINTS):
        return None
    named = {key for key, value in volume.items() if value is not None}
    snapshot_id = volume.get('snapshot_id')
    is_sole = named <= _HARMLESS and isinstance(snapshot_id, str)
    return snapshot_id if is_sole else None
