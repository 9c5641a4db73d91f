# SPDX-License-Identifier: Apache-2.0
"""Floating IPs that servers of any owner hold; Nova finds them by address.

To take an address away (``removeFloatingIp``, or deleting it), Nova reads the
server that holds it, so rows cover that. To give an address to an own server
(``addFloatingIp``), Nova takes it from the other server without reading that.
So the filter makes such an address one that does not exist.
Source: nova/api/openstack/compute/floating_ips.py, Nova 29 to 34.
"""

from __future__ import annotations

import secrets
from typing import Any
from typing import Optional

from nova import exception
from nova.network import neutron
from oslo_log import log as logging
from oslo_serialization import jsonutils
from oslo_utils import netutils
import webob

from cloud_security.compute import ownership
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

LOG = logging.getLogger(__name__)

ADD = 'addFloatingIp'
REMOVE = 'removeFloatingIp'


def guard(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Put an address that a hidden server holds out of reach."""
    body = exchange.json_body()
    action = body.get(ADD) if isinstance(body, dict) else None
    if not isinstance(action, dict):
        return None
    address: Any = action.get('address')
    # Nova refuses a malformed address before it asks Neutron.
    if not _is_address(address):
        return None
    holder_id = ''
    try:
        holder_id = _holder_id(exchange, address)
        hidden = ownership.hidden(
            filter(None, [holder_id]), exchange.caller_id
        )
        if not hidden:
            return None
    except _NotTold:
        hidden = {}
    action['address'] = nobodys = _nobodys_address(exchange)
    return transform.Change(
        hidden=hidden,
        body=jsonutils.dump_as_bytes(body),
        restores={nobodys: address},
    )


def tells(exchange: exchanges.Exchange, response: webob.Response) -> bool:
    """Tell whether a failure names the server that holds an address.

    Nova looks that server up first, whatever else the request names.
    """
    operation = exchange.operation
    return (
        response.status_code == 404
        and operation is not None
        and (operation.action == REMOVE or operation.head == 'os-floating-ips')
    )


def _is_address(address: Any) -> bool:
    try:
        return isinstance(address, str) and bool(netutils.is_valid_ip(address))
    except ValueError:
        # netutils raises that for NUL and for surrogates.
        return False


def _nobodys_address(exchange: exchanges.Exchange) -> str:
    """Return an address that no floating IP has and the caller did not send.

    Nova's schema accepts 0.0.0.0/8, and nothing can have an address there.
    """
    while True:
        parts = [str(100 + secrets.randbelow(156)) for _ in range(3)]
        address = '.'.join(['0', *parts])
        if address not in exchange.sent_text:
            return address


class _NotTold(Exception):
    """Neutron did not tell who holds an address."""


def _holder_id(exchange: exchanges.Exchange, address: str) -> str:
    """Return the ID of the server that holds an address, '' without one.

    :raises _NotTold: when Neutron fails
    """
    try:
        holder_id = neutron.API().get_instance_id_by_floating_address(
            exchange.context, address
        )
    except (
        exception.FloatingIpNotFoundForAddress,
        exception.FloatingIpMultipleFoundForAddress,
    ):
        # Nova will say so and change nothing.
        return ''
    except Exception as error:
        LOG.exception('Neutron did not tell who holds a floating IP.')
        raise _NotTold from error
    return str(holder_id or '')


GUARD = transform.Transform(
    before=guard,
    routes=frozenset(
        {
            ('POST', '/servers/{id}/action'),
            ('POST', '/os-volumes_boot/{id}/action'),
        }
    ),
)
