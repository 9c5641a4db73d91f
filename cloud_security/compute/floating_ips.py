"""Floating IPs are found by their address, whoever's server holds them.

Taking one away (``removeFloatingIp``, and deleting it) reads the server that
holds it, so rows cover it. Giving one to an own server (``addFloatingIp``)
takes it from the other without reading that: such an address is answered like
one that does not exist.
Source: nova/api/openstack/compute/floating_ips.py, Nova 29 to 34.
"""

from typing import Any
from typing import Optional

from nova import exception
from nova.network import neutron
from oslo_utils import netutils

from cloud_security.compute import exchange as exchanges

PATHS = ('/servers/{id}/action', '/os-volumes_boot/{id}/action')
ACTION = 'addFloatingIp'
#: Valid for Nova's schema, and never the address of a floating IP.
NO_ADDRESS = '0.0.0.0'


def guard(exchange: exchanges.Exchange) -> None:
    """Put an address that a hidden server holds out of reach."""
    if not exchange.is_for('POST', *PATHS):
        return
    body = exchange.json_body() or {}
    action = body.get(ACTION)
    # Nova refuses what is no address before it asks Neutron.
    if not isinstance(action, dict) or not netutils.is_valid_ip(
        action.get('address')
    ):
        return
    address = action['address']
    holder_id = _holder_id(exchange.context, address)
    if holder_id and exchange.hidden([holder_id]):
        action['address'] = NO_ADDRESS
        exchange.rewrite(body, {NO_ADDRESS: address})


def _holder_id(context: Any, address: str) -> Optional[str]:
    try:
        holder_id: Optional[str] = (
            neutron.API().get_instance_id_by_floating_address(context, address)
        )
    except (
        exception.FloatingIpNotFoundForAddress,
        exception.FloatingIpMultipleFoundForAddress,
    ):
        # No such address, or several: Nova will say so and change nothing.
        return None
    return holder_id
