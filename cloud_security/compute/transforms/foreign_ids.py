# SPDX-License-Identifier: Apache-2.0
"""IDs of hidden servers that Nova gets from other services.

Neutron and Cinder tell Nova who holds a port or a volume, Glance tells from
which server an image was made, and Nova's messages repeat that. The filter
replaces such an ID by one that stands for no server, as if the holder were
not a server of this Nova.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import hashlib
import hmac
import re
from typing import Any
from typing import Optional
import uuid

from nova import exception
from nova import i18n
from nova.conf import CONF
from oslo_serialization import jsonutils
import webob

from cloud_security.compute import hint_marks
from cloud_security.compute import ownership
from cloud_security.compute.transforms import floating_ips
from cloud_security.wsgi import body as bodies
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

Path = tuple[str, ...]

#: Places of server IDs in successful responses, by the first part of the
#: request's path; ``*`` is each item of a list. Members can have other
#: services say any ID there, so all but own servers look the same.
SERVERS = {
    'images': (
        ('image', 'server'),
        ('image', 'metadata', 'instance_uuid'),
        ('images', '*', 'server'),
        ('images', '*', 'metadata', 'instance_uuid'),
        ('meta', 'instance_uuid'),
        ('metadata', 'instance_uuid'),
    ),
    'os-baremetal-nodes': (('node', 'instance_uuid'),),
    'os-console-auth-tokens': (('console', 'instance_uuid'),),
    'os-floating-ips': (
        ('floating_ip', 'instance_id'),
        ('floating_ips', '*', 'instance_id'),
    ),
    'os-volumes': (
        ('volume', 'attachments', '*', 'serverId'),
        ('volumes', '*', 'attachments', '*', 'serverId'),
    ),
}
#: Places of Nova's own messages, which may name servers.
TEXTS = {
    'os-volumes_boot': (('server', 'fault'), ('servers', '*', 'fault')),
    'servers': (
        ('server', 'fault'),
        ('servers', '*', 'fault'),
        ('instanceAction', 'message'),
        ('instanceAction', 'events', '*', 'details'),
        ('instanceAction', 'events', '*', 'traceback'),
        ('instanceActions', '*', 'message'),
    ),
}
#: Nova's messages, in failures, that tell the holder of a volume or an
#: address, in the language of this process.
MESSAGES = (
    exception.InvalidVolume.msg_fmt
    % {
        'reason': i18n._(
            'volume %(volume_id)s is already attached to instances: '
            '%(instance_uuids)s'
        )
    },
    exception.FixedIpAlreadyInUse.msg_fmt,
)
#: The start of Nova's complaints on a response, which repeat a whole server.
#: Anchored, because members can have other services say these words.
SHOWN = re.compile(
    r'\{"badRequest": \{"code": 400, "message": "Invalid input for '
    r"field/attribute servers?\. Value: \[?\{'(?:id|accessIPv4)': '"
)
#: A response without one of these has none of those places.
SIGNS = re.compile(
    b'"(?:details|fault|instance_id|instance_uuid|message|serverId|traceback)"'
)


def holders(message: str) -> re.Pattern[str]:
    """Return the pattern of a message in JSON, with holders as a group.

    :param message: with placeholders, such as ``%(instance_uuid)s``
    """
    parts = re.split(r'%\((\w+)\)s', message)
    for index, part in enumerate(parts):
        if index % 2:
            is_holder = part in ('instance_uuid', 'instance_uuids')
            parts[index] = r'((?:[^"\\]|\\.)+)' if is_holder else r'\S+'
        else:
            parts[index] = re.escape(jsonutils.dumps(part)[1:-1])
    return re.compile(f'"message": "{"".join(parts)}"', re.IGNORECASE)


TELLS = tuple(map(holders, MESSAGES))


def replace(
    exchange: exchanges.Exchange, response: webob.Response
) -> Optional[transform.Change]:
    """Replace IDs of servers that the caller may not see."""
    if response.status_code >= 400:
        return _replace_in_failure(exchange, response)
    if exchange.operation is not None and SIGNS.search(response.body):
        return _replace_in_success(exchange, response, exchange.operation.head)
    return None


def _replace_in_failure(
    exchange: exchanges.Exchange, response: webob.Response
) -> Optional[transform.Change]:
    # IDs are ASCII; this decoding keeps every other byte.
    text = response.body.decode('latin-1')
    named = exchanges.ids_in(text)
    if named:
        # Nova repeats what the caller sent.
        named -= exchange.sent_ids() | hint_marks.marked_ids(text)
        named |= _told(exchange, response, text)
        # The digits of an escape can complete what only looks like an ID.
        named &= exchanges.ids_in(bodies.decoded(text))
    if SHOWN.match(text):
        foreign = set(ownership.hidden(named, exchange.caller_id))
    else:
        # Members can have other services say any ID: only own ones differ.
        foreign = named - _own(named, exchange.caller_id)
    if not foreign:
        return None
    hidden = ownership.hidden(foreign, exchange.caller_id)
    text = _replaced(text, foreign, exchange.caller_id)
    return transform.Change(hidden=hidden, body=text.encode('latin-1'))


def _told(
    exchange: exchanges.Exchange, response: webob.Response, text: str
) -> set[str]:
    """Return the IDs in a failure that other services told, sent or not."""
    told = {
        server_id
        for pattern in TELLS
        for found in pattern.finditer(text)
        for server_id in exchanges.ids_in(found.group(1))
    }
    if floating_ips.tells(exchange, response):
        told |= exchanges.ids_in(text)
        if exchange.operation and exchange.operation.action == '':
            # Nova repeats the ID of a floating IP that Neutron lacks.
            told -= exchanges.ids_in(exchange.head.get('PATH_INFO', ''))
    return told


def _own(server_ids: set[str], caller_id: str) -> set[str]:
    """Return the caller's servers, in lower case."""
    return {
        server_id.lower() for server_id in ownership.own(server_ids, caller_id)
    }


def _replace_in_success(
    exchange: exchanges.Exchange, response: webob.Response, head: str
) -> Optional[transform.Change]:
    if head not in SERVERS and head not in TEXTS:
        return None
    body = jsonutils.loads(response.body)
    paths = SERVERS.get(head, ())
    # Nova repeats what it has just stored.
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
        for found in exchanges.ids_in(jsonutils.dumps(holder[key]))
    }
    foreign = named - _own(named, exchange.caller_id)
    own = {str(holder.get('id')).lower() for holder, key in texts}
    for holder, key in texts:
        named |= exchanges.ids_in(jsonutils.dumps(holder[key])) - own
    hidden = ownership.hidden(named, exchange.caller_id)
    foreign |= hidden.keys()
    if not foreign:
        return None
    for holder, key in servers + texts:
        text = jsonutils.dumps(holder[key])
        holder[key] = jsonutils.loads(
            _replaced(text, foreign, exchange.caller_id)
        )
    return transform.Change(hidden=hidden, body=jsonutils.dump_as_bytes(body))


def _places(node: Any, paths: Iterable[Path]) -> Iterator[tuple[Any, str]]:
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
    # All API workers of a deployment share this secret. Clients compare IDs,
    # so one caller always gets the same one, and cannot check guesses.
    secret = str(CONF.api_database.connection).encode()
    for server_id in server_ids:
        digest = hmac.new(
            secret, f'{caller_id} {server_id}'.encode(), hashlib.sha256
        ).digest()
        nobody = uuid.UUID(bytes=digest[:16], version=4)
        text = re.sub(server_id, str(nobody), text, flags=re.IGNORECASE)
    return text


REPLACE = transform.Transform(after=replace)
