# SPDX-License-Identifier: Apache-2.0
"""Assisted volume snapshots find a server by its volume.

Only Cinder and admins may ask for them, until an operator opens them. Nova
looks a volume's server up in every cell and fails where rows hide it. The
filter names a volume that does not exist instead.
Source: nova/api/openstack/compute/assisted_volume_snapshots.py, Nova 29 to 34.
"""

from __future__ import annotations

from typing import Any
from typing import Optional
from urllib import parse
import uuid

from nova import context as nova_context
from nova import exception
from nova import objects
from nova.policies import assisted_volume_snapshots as policies
from oslo_serialization import jsonutils

from cloud_security.compute import ownership
from cloud_security.visibility import scope as scopes
from cloud_security.visibility import storable
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

CREATE = ('POST', '/os-assisted-volume-snapshots')
DELETE = ('DELETE', '/os-assisted-volume-snapshots/{id}')
INFO = 'delete_info'
VOLUME = 'volume_id'


def hide_volume_to_create(
    exchange: exchanges.Exchange,
) -> Optional[transform.Change]:
    """Replace the volume of a hidden server in the body."""
    body = exchange.json_body()
    snapshot = body.get('snapshot') if isinstance(body, dict) else None
    if not isinstance(snapshot, dict):
        return None
    hidden = _hidden(exchange, 'create', snapshot)
    if hidden is None:
        return None
    nobodys, named = str(uuid.uuid4()), snapshot[VOLUME]
    snapshot[VOLUME] = nobodys
    return transform.Change(
        hidden=hidden,
        body=jsonutils.dump_as_bytes(body),
        restores={nobodys: named},
    )


def hide_volume_to_delete(
    exchange: exchanges.Exchange,
) -> Optional[transform.Change]:
    """Replace the volume of a hidden server in the query."""
    parts = exchange.environ.get('QUERY_STRING', '').split('&')
    # Nova takes the last one.
    last = max(
        (at for at, part in enumerate(parts) if _split(part)[0] == INFO),
        default=None,
    )
    if last is None:
        return None
    _, text = _split(parts[last])
    try:
        info = jsonutils.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(info, dict):
        return None
    if _is_number(info):
        # Nova has no schema here, and databases compare numbers with texts.
        hidden: Optional[dict[str, Optional[str]]] = {}
    else:
        hidden = _hidden(exchange, 'delete', info)
    if hidden is None:
        return None
    nobodys, named = str(uuid.uuid4()), str(info[VOLUME])
    # Nova's complaints repeat the text, so it stays as it is but for the ID.
    text = text.replace(named, nobodys)
    if _volume(text) != nobodys:
        # Escapes spell the ID.
        text = jsonutils.dumps(dict(info, **{VOLUME: nobodys}))
    parts[last] = f'{INFO}={parse.quote_plus(text)}'
    return transform.Change(
        hidden=hidden, query='&'.join(parts), restores={nobodys: named}
    )


def _is_number(info: dict[str, Any]) -> bool:
    """Tell whether a volume is a number or null, which no volume's ID is."""
    return VOLUME in info and isinstance(
        info[VOLUME], (int, float, type(None))
    )


def _volume(text: str) -> Any:
    """Return the volume in a JSON text, None where the text is malformed."""
    try:
        info = jsonutils.loads(text)
    except ValueError:
        return None
    return info.get(VOLUME) if isinstance(info, dict) else None


def _split(part: str) -> tuple[str, str]:
    """Return the name and the value of a part of a query."""
    name, _, value = part.partition('=')
    return parse.unquote_plus(name), parse.unquote_plus(value)


def _hidden(
    exchange: exchanges.Exchange, name: str, holder: dict[str, Any]
) -> Optional[dict[str, Optional[str]]]:
    """Return the hidden servers of a volume, None if one is the caller's.

    None also stands for a volume that no server holds, and for a caller whom
    Nova refuses before it looks.

    :param name: of Nova's policy rule
    """
    volume_id = holder.get(VOLUME)
    if (
        not isinstance(volume_id, str)
        or not storable.is_text(volume_id)
        or not exchange.context.can(
            policies.POLICY_ROOT % name, target={}, fatal=False
        )
    ):
        return None
    server_ids = _holders(volume_id)
    if not server_ids or ownership.own(server_ids, exchange.caller_id):
        return None
    return ownership.hidden(server_ids, exchange.caller_id)


def _holders(volume_id: str) -> set[str]:
    """Return the servers that hold a volume, in every cell.

    Source: nova/compute/api.py _get_bdm_by_volume_id.
    """
    context = nova_context.get_admin_context()
    server_ids = set()
    with scopes.on_this_thread(scopes.EVERYBODY):
        for cell in objects.CellMappingList.get_all(context):
            with nova_context.target_cell(context, cell) as cell_context:
                try:
                    found = objects.BlockDeviceMappingList.get_by_volume(
                        cell_context, volume_id
                    )
                except exception.VolumeBDMNotFound:
                    continue
            server_ids |= {mapping.instance_uuid for mapping in found}
    return server_ids


HIDE_CREATE = transform.Transform(
    before=hide_volume_to_create, routes=frozenset({CREATE})
)
HIDE_DELETE = transform.Transform(
    before=hide_volume_to_delete, routes=frozenset({DELETE})
)
