# SPDX-License-Identifier: Apache-2.0
"""Changes of the project's things that would delete hidden things.

With a network, Neutron deletes the floating IPs on it that lead nowhere, even
if it then keeps the network. With a port or its address, Neutron deletes the
forwardings to it. Subports of a trunk are all read, and the database finds no
hidden one to delete: Neutron then names its table.
Source: neutron/db/external_net_db.py, neutron/db/l3_db.py,
neutron/services/portforwarding/pf_plugin.py and
neutron/services/trunk/plugin.py, Neutron 24 to 29.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from neutron.db import l3_db
from neutron.db.models import l3
from neutron.objects import port_forwarding
from neutron.objects import trunk as trunk_objects
from neutron.services.portforwarding import pf_plugin
from neutron.services.trunk import exceptions as trunk_exceptions
from neutron.services.trunk import plugin as trunk_plugin
from neutron_lib import exceptions
from neutron_lib.callbacks import events
from neutron_lib.exceptions import l3 as l3_exceptions
from neutron_lib.plugins import directory
import sqlalchemy as sa

from cloud_security.network import database
from cloud_security.network import dependents
from cloud_security.network import viewer as viewers
from cloud_security.network import visible_rows
from cloud_security.network import wrapping


def _network(
    original: Any, self: Any, context: Any, id: str, *args: Any, **kwargs: Any
) -> Any:
    """Delete a network on which nothing is hidden that would go with it.

    Neutron sees everybody's rows there, as in ``whole_project.py``.

    :raises NetworkInUse: when something is; the message does not name it
    """
    viewer = viewers.isolated(context)
    if viewer is not None and _has_hidden_floating_ip(viewer, id):
        raise exceptions.NetworkInUse(
            net_id=id,
            reason='There are one or more floating IPs still in use on the '
            'network.',
        )
    if viewer is not None and dependents.are_on_network(viewer, id):
        raise exceptions.NetworkInUse(net_id=id)
    with viewers.seeing_everybodys(context):
        return original(self, context, id, *args, **kwargs)


def _has_hidden_floating_ip(viewer: viewers.Viewer, network_id: str) -> bool:
    """Tell whether a floating IP on a network is hidden."""
    floating_ip = l3.FloatingIP
    return database.is_there(
        floating_ip.floating_network_id == network_id,
        sa.not_(visible_rows.floating_ips(viewer, floating_ip)),
    )


def _address(
    original: Any,
    self: Any,
    context: Any,
    port_id: str,
    new_fixed_ips: Any,
    *args: Any,
    **kwargs: Any,
) -> None:
    """Change addresses to which nothing hidden leads.

    :raises BadRequest: when a floating IP leads to one that goes away
    """
    with viewers.seeing_everybodys(context):
        original(self, context, port_id, new_fixed_ips, *args, **kwargs)
    viewer = viewers.isolated(context)
    if viewer is None:
        return
    kept = {one.get('ip_address') for one in new_fixed_ips or ()}
    found = {
        str(one.internal_ip_address)
        for one in _hidden(context, _forwardings(context, port_id))
    }
    # Of several floating IPs, Neutron looks at one.
    found |= _addresses_of_hidden(viewer, port_id)
    if found - kept:
        raise exceptions.BadRequest(
            resource='port',
            msg=f'Cannot update the fixed_ips of the port {port_id}, because '
            'its original fixed_ip has been associated to a floating ip',
        )


def _addresses_of_hidden(viewer: viewers.Viewer, port_id: str) -> set[str]:
    """Return the addresses of a port to which hidden floating IPs lead."""
    floating_ip = l3.FloatingIP
    statement = sa.select(floating_ip.fixed_ip_address).where(
        floating_ip.fixed_port_id == port_id,
        sa.not_(visible_rows.floating_ips(viewer, floating_ip)),
    )
    with database.reading() as session:
        return {str(address) for address in session.scalars(statement)}


def _forwarded_port(
    original: Any, self: Any, event: str, context: Any, port: Any
) -> Any:
    """Delete the forwardings to a port that is deleted.

    :raises FipAssociated: when one is hidden, as for a hidden floating IP
    """
    if event != events.PRECOMMIT_DELETE or viewers.isolated(context) is None:
        return original(self, event, context, port)
    found = _forwardings(context, port['id'])
    if not found:
        # Neutron would ask the same.
        return None
    if _hidden(context, found):
        raise l3_exceptions.FipAssociated(port_id=port['id'])
    return original(self, event, context, port)


def _forwardings(context: Any, port_id: str) -> list[Any]:
    """Return everybody's forwardings to a port."""
    return list(
        port_forwarding.PortForwarding.get_objects(
            context.elevated(), internal_port_id=port_id
        )
    )


def _hidden(context: Any, forwardings: Iterable[Any]) -> list[Any]:
    """Return those forwardings that a caller may not see."""
    found = {one.id: one for one in forwardings}
    visible = (
        port_forwarding.PortForwarding.get_values(
            context, 'id', id=sorted(found)
        )
        if found
        else ()
    )
    return [one for id_, one in found.items() if id_ not in visible]


def _subports(
    original: Any,
    self: Any,
    context: Any,
    trunk_id: str,
    subports: Any,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Remove subports, of which a hidden one is as an unknown one.

    :raises SubPortNotFound: when the caller may not see one
    """
    try:
        return original(self, context, trunk_id, subports, *args, **kwargs)
    except exceptions.ObjectNotFound:
        if viewers.isolated(context) is None:
            raise
        for subport in subports['sub_ports']:
            port_id = subport['port_id']
            if not trunk_objects.SubPort.objects_exist(
                context, trunk_id=trunk_id, port_id=port_id
            ):
                raise trunk_exceptions.SubPortNotFound(
                    trunk_id=trunk_id, port_id=port_id
                ) from None
        raise


def restrict() -> None:
    """Let isolated callers delete nothing that they may not see.

    :raises AttributeError: when this Neutron lacks a method
    """
    wrapping.wrap(directory.get_plugin().__class__, 'delete_network', _network)
    wrapping.wrap(
        l3_db.L3_NAT_dbonly_mixin,
        'prevent_internal_ip_change_for_fip',
        _address,
    )
    wrapping.wrap(
        pf_plugin.PortForwardingPlugin,
        '_process_port_request',
        _forwarded_port,
    )
    wrapping.wrap(trunk_plugin.TrunkPlugin, 'remove_subports', _subports)
