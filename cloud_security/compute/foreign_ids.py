"""Ids of hidden servers that Nova has from other services.

Neutron and Cinder tell Nova who holds a port or a volume, Glance of which
server an image was made, and messages repeat it. Such an id is replaced by
one that stands for no server, as if the holder were no server of this Nova.
"""

import re
from typing import Any
from typing import FrozenSet
from typing import Set
from typing import Tuple
import uuid

from oslo_serialization import jsonutils
import webob

from cloud_security.compute import exchange as exchanges
from cloud_security.compute import hints

#: By the first part of the path: what a successful answer there contains if
#: it has something to replace. Failures are searched as a whole.
CARRIERS = {
    'images': (b'"instance_uuid"',),
    'os-floating-ips': (b'"instance_id"',),
    'os-volumes': (b'"serverId"',),
    'os-volumes_boot': (b'"fault"',),
    'servers': (b'"fault"', b'"events"'),
}
#: Keys whose value is the id of a server. Members can have other services
#: say what they like there, so all that is not their own looks the same.
SERVERS = frozenset({'instance_id', 'instance_uuid', 'serverId'})
#: Keys of texts that may name a server, and other things too.
TEXTS = frozenset({'details', 'fault', 'message'})
_STANDS_FOR_NOTHING = uuid.UUID('7ee51d1f-0f9c-4e94-9b0d-3c3b8ad1d8a5')


def replace(exchange: exchanges.Exchange, answer: webob.Response) -> None:
    """Replace ids of servers that the caller neither sent nor may see."""
    servers, named = _carried(exchange, answer)
    if not servers and not named:
        return
    text = answer.body.decode('latin-1')  # ids are ASCII, the rest stays
    known = exchange.sent_ids() | hints.marked_ids(text)
    servers -= known
    foreign = servers - exchange.own(servers)
    foreign |= exchange.hidden(named - known).keys()
    if exchange.enforces:
        for server_id in foreign:
            # Always the same for one caller: clients compare answers.
            nobody = uuid.uuid5(
                _STANDS_FOR_NOTHING, exchange.caller_id + server_id
            )
            text = re.sub(server_id, str(nobody), text, flags=re.IGNORECASE)
        answer.body = text.encode('latin-1')


def _carried(
    exchange: exchanges.Exchange, answer: webob.Response
) -> Tuple[Set[str], Set[str]]:
    """Return the ids of servers, and those that may be, in an answer."""
    if answer.status_code >= 400:
        return set(), _ids_in(answer.body.decode('latin-1'))
    if exchange.operation is None:
        return set(), set()
    marks = CARRIERS.get(exchange.operation.path.split('/')[1], ())
    if not any(mark in answer.body for mark in marks):
        return set(), set()
    body = jsonutils.loads(answer.body)
    return _under(SERVERS, body), _under(TEXTS, body)


def _under(keys: FrozenSet[str], node: Any) -> Set[str]:
    """Return the ids beneath keys, but not an object's own id."""
    found: Set[str] = set()
    if isinstance(node, list):
        for item in node:
            found |= _under(keys, item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in keys:
                found |= _ids_in(jsonutils.dumps(value))
            else:
                found |= _under(keys, value)
        found.discard(str(node.get('id')).lower())
    return found


def _ids_in(text: str) -> Set[str]:
    return {found.lower() for found in exchanges.UUID.findall(text)}
