"""Floating IPs are found by their address, whoever's server holds them.

Taking one away (``removeFloatingIp``, and deleting it) reads the server that
holds it, so rows cover it. Giving one to an own server (``addFloatingIp``)
takes it from the other without reading that: such an address is answered like
one that does not exist.
Source: nova/api/openstack/compute/floating_ips.py, Nova 29 to 34.
"""

from typing import Any

from nova import exception
from nova.network import neutron
from oslo_log import log as logging
from oslo_utils import netutils
import webob

from cloud_security.wsgi import exchange as exchanges

LOG = logging.getLogger(__name__)

PATHS = ('/servers/{id}/action', '/os-volumes_boot/{id}/action')
ACTION = 'addFloatingIp'
TAKE = 'removeFloatingIp'
#: Valid for Nova's schema, and never the address of a floating IP.
NO_ADDRESS = '0.0.0.0'


def guard(exchange: exchanges.Exchange) -> None:
    """Put an address that a hidden server holds out of reach."""
    if not exchange.is_for('POST', *PATHS):
        return
    body = exchange.json_body()
    action = body.get(ACTION) if isinstance(body, dict) else None
    if not isinstance(action, dict):
        return
    address: Any = action.get('address')
    # Nova refuses what is no address before it asks Neutron.
    if not _is_address(address):
        return
    if _is_held_by_hidden(exchange, address) and exchange.enforces:
        action['address'] = NO_ADDRESS
        exchange.rewrite(body, {NO_ADDRESS: address})


def tells(exchange: exchanges.Exchange, answer: webob.Response) -> bool:
    """Tell whether a failure names the server that holds an address.

    Nova looks that server up first, whatever else the request names.
    """
    operation = exchange.operation
    return (
        answer.status_code == 404
        and operation is not None
        and (operation.action == TAKE or operation.head == 'os-floating-ips')
    )


def _is_address(address: Any) -> bool:
    try:
        return isinstance(address, str) and bool(netutils.is_valid_ip(address))
    except ValueError:
        # NUL, or no Unicode.
        return False


def _is_held_by_hidden(exchange: exchanges.Exchange, address: str) -> bool:
    try:
        holder_id = neutron.API().get_instance_id_by_floating_address(
            exchange.context, address
        )
    except (
        exception.FloatingIpNotFoundForAddress,
        exception.FloatingIpMultipleFoundForAddress,
    ):
        # Nova will say so and change nothing.
        return False
    except Exception:
        # It cannot be told, so it is out of reach. Whatever Nova has to say
        # before it asks Neutron, it says.
        LOG.exception('Neutron did not tell who holds a floating IP.')
        return True
    return bool(holder_id and exchange.hidden([holder_id]))
