"""Ids of hidden servers that Nova has from other services.

Neutron and Cinder tell Nova who holds a port or a volume, Glance of which
server an image was made, and messages repeat it. Such an id is replaced by
one that stands for no server, as if the holder were no server of this Nova.
"""

import re
from typing import Any
from typing import Set
import uuid

from oslo_serialization import jsonutils
import webob

from cloud_security.compute import exchange as exchanges
from cloud_security.compute import hints

#: The first part of the path, and what a successful answer there must
#: contain before it is searched. Failures are searched as a whole.
CARRIERS = {
    'images': (b'"instance_uuid"',),
    'os-floating-ips': (b'"instance_id"',),
    'os-volumes': (b'"serverId"',),
    'os-volumes_boot': (b'"fault"',),
    'servers': (b'"fault"', b'"events"'),
}
#: The keys under which it names servers.
KEYS = frozenset(
    {'details', 'fault', 'instance_id', 'instance_uuid', 'message', 'serverId'}
)
_STANDS_FOR_NOTHING = uuid.UUID('7ee51d1f-0f9c-4e94-9b0d-3c3b8ad1d8a5')


def replace(exchange: exchanges.Exchange, answer: webob.Response) -> None:
    """Replace ids of hidden servers that the caller did not send."""
    carried = _carried(exchange, answer)
    if carried:
        hidden = exchange.hidden(
            carried - exchange.sent_ids() - hints.marked_ids(answer.text)
        )
        if exchange.enforces:
            for server_id in hidden:
                # Always the same for one caller: clients compare answers.
                nobody = uuid.uuid5(
                    _STANDS_FOR_NOTHING, exchange.caller_id + server_id
                )
                answer.body = re.sub(
                    server_id.encode(),
                    str(nobody).encode(),
                    answer.body,
                    flags=re.IGNORECASE,
                )


def _carried(exchange: exchanges.Exchange, answer: webob.Response) -> Set[str]:
    body = answer.body
    if answer.status_code >= 400:
        return _ids_in(body.decode('utf-8', 'replace'))
    if exchange.operation is None:
        return set()
    marks = CARRIERS.get(exchange.operation.path.split('/')[1], ())
    if not any(mark in body for mark in marks):
        return set()
    return _under_keys(jsonutils.loads(body))


def _under_keys(node: Any) -> Set[str]:
    """Return the ids beneath KEYS, but not an object's own id."""
    found: Set[str] = set()
    if isinstance(node, list):
        for item in node:
            found |= _under_keys(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in KEYS:
                found |= _ids_in(jsonutils.dumps(value))
            else:
                found |= _under_keys(value)
        found.discard(str(node.get('id')).lower())
    return found


def _ids_in(text: str) -> Set[str]:
    return {found.lower() for found in exchanges.UUID.findall(text)}
