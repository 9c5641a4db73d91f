# SPDX-License-Identifier: Apache-2.0
"""Deleting an own group that holds volumes of other owners.

An admin can put them there. Cinder's API looks at the volumes that the caller
sees, but its volume service then deletes all. So the filter makes the request
one that Cinder refuses, and whose complaint tells the reason.
Source: cinder/group/api.py delete, cinder/volume/manager.py delete_group and
cinder/api/schemas, Cinder 24 to 29.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from oslo_serialization import jsonutils

from cloud_security.volume import ownership
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

ACTION = ('POST', '/groups/{id}/action')
#: A group under its older name.
DELETE = ('POST', '/consistencygroups/{id}/delete')
REASON = (
    'The group holds volumes of other users. Ask an admin to take them out of '
    'it first.'
)


def refuse(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Have Cinder refuse to delete the volumes of others with a group."""
    operation = exchange.operation
    if operation is None or operation.resource_id is None:
        return None
    refused: dict[str, Any]
    if (operation.verb, operation.path) == DELETE:
        refused = {'consistencygroup': {'force': REASON}}
    elif operation.action == 'delete':
        refused = {'delete': {'delete-volumes': REASON}}
    else:
        return None
    hidden = ownership.hidden_in_group(
        operation.resource_id, exchange.caller_id
    )
    if not hidden:
        return None
    return transform.Change(
        hidden=hidden, body=jsonutils.dump_as_bytes(refused)
    )


REFUSE = transform.Transform(before=refuse, routes=frozenset({ACTION, DELETE}))
