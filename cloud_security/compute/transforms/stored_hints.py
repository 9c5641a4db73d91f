# SPDX-License-Identifier: Apache-2.0
"""Scheduler hints that Nova stored before the servers in them were hidden.

Nova's API reads a server's request spec and hands it to the scheduler,
whenever a server may move. The filter marks the IDs of hidden servers in it
first. The caller's own rows decide which server that is.
Source: nova/compute/api.py, the callers of RequestSpec.get_by_instance_uuid,
Nova 29 to 34.
"""

from __future__ import annotations

from typing import Optional

from cloud_security.compute import request_specs
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

ROUTES = frozenset(
    {
        ('POST', '/servers/{id}/action'),
        ('POST', '/os-volumes_boot/{id}/action'),
    }
)
#: The actions after which Nova may schedule a server again.
ACTIONS = frozenset(
    {
        'evacuate',
        'migrate',
        'os-migrateLive',
        'rebuild',
        'resize',
        'unshelve',
    }
)


def neutralize(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Mark hidden servers in the stored hints of the caller's server."""
    operation = exchange.operation
    if (
        operation is None
        or operation.resource_id is None
        or operation.action not in ACTIONS
    ):
        return None
    found = list(
        request_specs.foreign(exchange.caller_id, [operation.resource_id])
    )
    if not found:
        return None

    def store() -> None:
        for server in found:
            request_specs.write(server)

    return transform.Change(
        hidden={
            server_id: owner_id
            for server in found
            for server_id, owner_id in server.named.items()
        },
        store=store,
    )


NEUTRALIZE = transform.Transform(before=neutralize, routes=ROUTES)
