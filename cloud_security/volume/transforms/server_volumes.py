# SPDX-License-Identifier: Apache-2.0
"""Hidden volumes on the caller's own server, for Nova in the user's name.

Volumes can be on servers of other owners since before they were isolated.
Nova reads and changes such a volume with the token of the server's owner, and
a service token. A request is exempt where Nova tells that the volume is on a
server of the caller's. An ID that the user chose, of a volume elsewhere, is as
hidden as without a service token.
Source: nova/volume/cinder.py, Nova 29 to 34.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from typing import Optional

from cloud_security.volume import ownership
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import server_owners
from cloud_security.wsgi import service_tokens

#: What Nova asks of one volume or attachment whose ID is in the path.
_READS = frozenset({('GET', '/volumes/{id}'), ('GET', '/attachments/{id}')})
_ACTION = ('POST', '/volumes/{id}/action')
_ACTIONS = frozenset(
    {
        *('os-begin_detaching', 'os-roll_detaching', 'os-detach'),
        *('os-initialize_connection', 'os-terminate_connection'),
        'os-reimage',
    }
)
#: A resize and a migration attach the volume once more to the same server.
_ATTACH = ('POST', '/attachments')
#: An image of a server with volumes is made of snapshots.
_SNAPSHOT = ('POST', '/snapshots')


def is_on_own_server(exchange: exchanges.Exchange) -> bool:
    """Tell whether Nova asks for a volume on a server of the caller's."""
    if not service_tokens.is_beside(exchange.context):
        return False
    resource_id, is_meant = _asked_for(exchange)
    if resource_id is None:
        return False
    servers = ownership.servers_with_hidden(resource_id, exchange.caller_id)
    return any(_is_own(exchange, one) for one in servers if is_meant(one))


def _asked_for(
    exchange: exchanges.Exchange,
) -> tuple[Optional[str], Callable[[str], bool]]:
    """Return the ID of a volume or attachment, and which servers count."""
    operation = exchange.operation
    route = operation and (operation.verb, operation.path)
    if operation is not None and (
        route in _READS or (route == _ACTION and operation.action in _ACTIONS)
    ):
        return operation.resource_id, lambda _: True
    if route == _ATTACH:
        sent = _sent(exchange, 'attachment')
        server_id = sent.get('instance_uuid')
        return _text(sent.get('volume_uuid')), lambda one: one == server_id
    if route == _SNAPSHOT:
        sent = _sent(exchange, 'snapshot')
        return _text(sent.get('volume_id')), lambda _: True
    return None, lambda _: False


def _sent(exchange: exchanges.Exchange, key: str) -> dict[str, Any]:
    body = exchange.json_body()
    found = body.get(key) if isinstance(body, dict) else None
    return found if isinstance(found, dict) else {}


def _text(found: Any) -> Optional[str]:
    return found if isinstance(found, str) else None


def _is_own(exchange: exchanges.Exchange, server_id: str) -> bool:
    return server_owners.is_owner(
        exchange.caller_id,
        exchange.context.auth_token,
        exchange.context.service_catalog,
        server_id,
        'a volume',
    )
