"""Ids of hidden servers that Nova has from other services.

Neutron and Cinder tell Nova who holds a port or a volume, Glance of which
server an image was made, and messages repeat it. Such an id is replaced by
one that stands for no server, as if the holder were no server of this Nova.
"""

import hashlib
import hmac
import re
from typing import Any
from typing import Iterable
from typing import Iterator
from typing import Set
from typing import Tuple
import uuid

from nova.conf import CONF
from oslo_serialization import jsonutils
import webob

from cloud_security.compute.transforms import floating_ips
from cloud_security.compute.transforms import scheduler_hints
from cloud_security.wsgi import exchange as exchanges

Path = Tuple[str, ...]

#: Where successful answers carry ids of servers, by the first part of the
#: path; ``*`` is each item of a list. Members can have other services say
#: what they like there, so all that is not their own looks the same.
SERVERS = {
    'images': (
        ('image', 'server'),
        ('image', 'metadata', 'instance_uuid'),
        ('images', '*', 'server'),
        ('images', '*', 'metadata', 'instance_uuid'),
        ('meta', 'instance_uuid'),
        ('metadata', 'instance_uuid'),
    ),
    'os-floating-ips': (
        ('floating_ip', 'instance_id'),
        ('floating_ips', '*', 'instance_id'),
    ),
    'os-volumes': (
        ('volume', 'attachments', '*', 'serverId'),
        ('volumes', '*', 'attachments', '*', 'serverId'),
    ),
}
#: Where they carry Nova's own messages, which may name servers.
TEXTS = {
    'os-volumes_boot': (('server', 'fault'), ('servers', '*', 'fault')),
    'servers': (
        ('server', 'fault'),
        ('servers', '*', 'fault'),
        ('instanceAction', 'message'),
        ('instanceAction', 'events', '*', 'details'),
        ('instanceActions', '*', 'message'),
    ),
}
#: Nova's words for who holds what, in failures.
TELLS = re.compile(
    r'"message": "(?:Invalid volume: volume \S+ is already attached to '
    r'instances: [0-9a-f -]+|Fixed IP address \S+ is already in use on '
    r'instance \S+)"',
    re.IGNORECASE,
)
#: An answer without one of these has none of those places.
SIGNS = tuple(
    f'"{sign}"'.encode()
    for sign in (
        'details',
        'fault',
        'instance_id',
        'instance_uuid',
        'message',
        'serverId',
    )
)


def replace(exchange: exchanges.Exchange, answer: webob.Response) -> None:
    """Replace ids of servers that the caller may not see."""
    if answer.status_code >= 400:
        _replace_in_failure(exchange, answer)
    elif exchange.operation is not None and any(
        sign in answer.body for sign in SIGNS
    ):
        _replace_in_success(exchange, answer, exchange.operation.head)


def _replace_in_failure(
    exchange: exchanges.Exchange, answer: webob.Response
) -> None:
    # Ids are ASCII, the rest stays.
    text = answer.body.decode('latin-1')
    named = _ids_in(text)
    if not named:
        return
    if not (TELLS.search(text) or floating_ips.tells(exchange, answer)):
        # Nova repeats what the caller sent.
        named -= exchange.sent_ids() | scheduler_hints.marked_ids(text)
    hidden = exchange.hidden(named)
    if hidden and exchange.enforces:
        text = _replaced(text, hidden, exchange.caller_id)
        exchanges.put(answer, text.encode('latin-1'))


def _replace_in_success(
    exchange: exchanges.Exchange, answer: webob.Response, head: str
) -> None:
    if head not in SERVERS and head not in TEXTS:
        return
    body = jsonutils.loads(answer.body)
    paths = SERVERS.get(head, ())
    # What has just been written is repeated.
    written = [
        holder[key] for holder, key in _places(exchange.written(), paths)
    ]
    servers = [
        (holder, key)
        for holder, key in _places(body, paths)
        if holder[key] not in written
    ]
    texts = list(_places(body, TEXTS.get(head, ())))
    named = {
        found
        for holder, key in servers
        for found in _ids_in(jsonutils.dumps(holder[key]))
    }
    foreign = named - exchange.own(named)
    own = {str(holder.get('id')).lower() for holder, key in texts}
    for holder, key in texts:
        named |= _ids_in(jsonutils.dumps(holder[key])) - own
    foreign |= exchange.hidden(named).keys()
    if not foreign or not exchange.enforces:
        return
    for holder, key in servers + texts:
        text = jsonutils.dumps(holder[key])
        holder[key] = jsonutils.loads(
            _replaced(text, foreign, exchange.caller_id)
        )
    exchanges.put(answer, jsonutils.dump_as_bytes(body))


def _places(node: Any, paths: Iterable[Path]) -> Iterator[Tuple[Any, str]]:
    """Yield the objects, and their keys, at which paths end."""
    for first, *rest in paths:
        if first == '*':
            for item in node if isinstance(node, list) else ():
                yield from _places(item, [tuple(rest)])
        elif isinstance(node, dict) and first in node:
            if rest:
                yield from _places(node[first], [tuple(rest)])
            else:
                yield node, first


def _replaced(text: str, server_ids: Iterable[str], caller_id: str) -> str:
    # A secret of the deployment that all of its API's workers share: always
    # the same for one caller, as clients compare, and nothing to check
    # guesses against.
    secret = str(CONF.api_database.connection).encode()
    for server_id in server_ids:
        digest = hmac.new(
            secret, f'{caller_id} {server_id}'.encode(), hashlib.sha256
        ).digest()
        nobody = uuid.UUID(bytes=digest[:16], version=4)
        text = re.sub(server_id, str(nobody), text, flags=re.IGNORECASE)
    return text


def _ids_in(text: str) -> Set[str]:
    return {found.lower() for found in exchanges.UUID.findall(text)}
