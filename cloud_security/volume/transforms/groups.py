# SPDX-License-Identifier: Apache-2.0
"""Actions on a group that holds volumes of other owners.

An admin or a transfer can put them there. Cinder's API looks at the volumes
that the caller sees, but its volume service then deletes, copies or fails over
all. So the filter makes the request one that Cinder refuses, and whose
complaint tells the reason.
Source: cinder/group/api.py delete, cinder/volume/manager.py delete_group and
cinder/api/schemas, Cinder 24 to 29.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from oslo_serialization import jsonutils

from cloud_security.policy import operation as operations
from cloud_security.volume import ownership
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

ACTION = ('POST', '/groups/{id}/action')
#: A group under its older name.
DELETE = ('POST', '/consistencygroups/{id}/delete')
_REPLICATION = frozenset(
    {'disable_replication', 'enable_replication', 'failover_replication'}
)
REASON = (
    'The group holds volumes of other users. Ask an admin to take them out of '
    'it first.'
)

#: ``{operation that copies: (member of its body, member for the source, what
#: Cinder refuses there)}``. A copy under the older name needs a source, and
#: the complaint repeats the name.
COPIES: dict[tuple[str, str], tuple[str, str, Any]] = {
    ('POST', '/groups/action'): ('create-from-src', 'source_group_id', REASON),
    ('POST', '/consistencygroups/create_from_src'): (
        'consistencygroup-from-src',
        'source_cgid',
        {'name': REASON},
    ),
}


def refuse(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Have Cinder refuse to reach the volumes of others with a group."""
    operation = exchange.operation
    if operation is None:
        return None
    group_id, refused = operation.resource_id, _refused(operation)
    copy = COPIES.get((operation.verb, operation.path))
    if copy:
        name, source, value = copy
        group_id, refused = _source(exchange, name, source), {name: value}
    if refused is None or group_id is None:
        return None
    hidden = ownership.hidden_in_group(group_id, exchange.caller_id)
    if not hidden:
        return None
    return transform.Change(
        hidden=hidden, body=jsonutils.dump_as_bytes(refused)
    )


def _refused(operation: operations.Operation) -> Optional[dict[str, Any]]:
    """Return the body that Cinder refuses, None for harmless operations."""
    if (operation.verb, operation.path) == DELETE:
        return {'consistencygroup': {'force': REASON}}
    if operation.action == 'delete':
        return {'delete': {'delete-volumes': REASON}}
    if operation.action in _REPLICATION:
        return {operation.action: REASON}
    return None


def _source(
    exchange: exchanges.Exchange, name: str, source: str
) -> Optional[str]:
    """Return the ID of the group that a request copies."""
    body = exchange.json_body()
    copied = body.get(name) if isinstance(body, dict) else None
    named = isinstance(copied, dict) and copied.get(source)
    return named if isinstance(named, str) else None


REFUSE = transform.Transform(
    before=refuse, routes=frozenset({ACTION, DELETE, *COPIES})
)
