# SPDX-License-Identifier: Apache-2.0
"""Look-ups before Neutron checks floating IPs, forwardings and local IPs.

A port with a floating IP gets no port forwarding, and the refusal names the
floating IP and its address. And a floating IP that the caller may not see can
be on a port of the project: the database refuses a second one, and Neutron
then tries again for a minute. Other checks of this kind, such as those of
trunks, read through our query hooks already. A port of the project can have a
forwarding that the caller may not see, too, and the database refuses a second
one with its address and number, which Neutron would answer with 500.

Neutron's policy looks for the floating IP of a new forwarding, and for the
local IP of a new association, with the context of an admin. The plugins look
for the floating IP after other checks, and never for the local IP.
Source: neutron/services/portforwarding/pf_plugin.py, neutron/db/l3_db.py and
neutron/db/local_ip_db.py, Neutron 24 to 29.
"""

from __future__ import annotations

from typing import Any

from neutron.db import l3_db
from neutron.db import local_ip_db
from neutron.objects import ports
from neutron.objects import router
from neutron.services.portforwarding import pf_plugin
from neutron.services.portforwarding.common import exceptions as refusals
from neutron_lib import exceptions as lib_exceptions
from neutron_lib.api.definitions import floating_ip_port_forwarding as apidef
from neutron_lib.callbacks import events
from neutron_lib.callbacks import registry
from neutron_lib.callbacks import resources
from neutron_lib.exceptions import l3 as exceptions
from neutron_lib.plugins import constants as plugin_constants
from neutron_lib.plugins import directory

from cloud_security.network import viewer as viewers
from cloud_security.network import wrapping

_CHECK = '_check_port_has_binding_floating_ip'
_CREATE = 'create_floatingip_port_forwarding'
_COLLISIONS = '_check_port_collisions'


def _is_visible(context: Any, port_id: str) -> bool:
    """Tell whether a caller may see a port."""
    return bool(ports.Port.objects_exist(context, id=port_id))


def _forwarded_port(
    original: Any, self: Any, context: Any, port_forwarding: Any
) -> Any:
    """Check a port; Neutron says later that a hidden one is unknown.

    :raises PortHasBindingFloatingIP: when a floating IP is on the port; the
        message names none that is hidden
    """
    port_id = port_forwarding['internal_port_id']
    if viewers.isolated(context) is None:
        return original(self, context, port_forwarding)
    on_port = {'fixed_port_id': port_id}
    is_taken = router.FloatingIP.objects_exist(context.elevated(), **on_port)
    if not is_taken or not _is_visible(context, port_id):
        return None
    visible = router.FloatingIP.get_objects(context, **on_port)
    raise refusals.PortHasBindingFloatingIP(
        floating_ip_address=visible[0].floating_ip_address if visible else '-',
        fip_id=visible[0].id if visible else '-',
        port_id=port_id,
        fixed_ip=port_forwarding.get('internal_ip_address', '-'),
    )


def _compared(
    original: Any,
    self: Any,
    context: Any,
    floatingip_id: str,
    port_forwarding: Any,
    id: Any = None,
    internal_port_id: Any = None,
    *args: Any,
    **kwargs: Any,
) -> None:
    """Compare a forwarding with everybody's, on a port that is visible.

    :raises BadRequest: when one has the same port number; the message shows
        none that is hidden
    """
    rest = (floatingip_id, port_forwarding, id, internal_port_id, *args)
    port_id = port_forwarding.get('internal_port_id') or internal_port_id
    original(self, context, *rest, **kwargs)
    if (
        viewers.isolated(context) is None
        or not port_id
        or not _is_visible(context, port_id)
    ):
        return
    with viewers.seeing_everybodys(context):
        try:
            original(self, context, *rest, **kwargs)
        except lib_exceptions.BadRequest:
            raise lib_exceptions.BadRequest(
                resource=apidef.RESOURCE_NAME,
                msg='There is a port collision with another port forwarding',
            ) from None


def _associated(
    original: Any, self: Any, context: Any, fip: Any, floating_ip: Any
) -> Any:
    """Return the port, address and router for a floating IP.

    Where the request names no port, Neutron looks for the one that the
    floating IP has. A manager can have put it on a hidden one, where it stays.

    :raises FloatingIPPortAlreadyAssociated: when the address has a floating
        IP already, as Neutron does where the caller may see that one
    """
    before = floating_ip.fixed_port_id, str(floating_ip.fixed_ip_address)
    names_place = 'port_id' in fip or fip.get('router_id')
    try:
        found = original(self, context, fip, floating_ip)
    except lib_exceptions.PortNotFound:
        if names_place or viewers.isolated(context) is None:
            raise
        return (*before, floating_ip.router_id)
    port_id, address, _ = found
    if (
        viewers.isolated(context) is not None
        and port_id
        and (port_id, str(address)) != before
        and router.FloatingIP.objects_exist(
            context.elevated(),
            fixed_port_id=port_id,
            floating_network_id=floating_ip.floating_network_id,
            fixed_ip_address=address,
        )
    ):
        raise exceptions.FloatingIPPortAlreadyAssociated(
            port_id=port_id,
            fip_id=floating_ip.id,
            floating_ip_address=floating_ip.floating_ip_address,
            fixed_ip=address,
            net_id=floating_ip.floating_network_id,
        )
    return found


def _forwarding(
    original: Any,
    self: Any,
    context: Any,
    floatingip_id: str,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Forward a port of a floating IP that the caller may see.

    :raises FloatingIPNotFound: when the caller may not see it
    """
    if viewers.isolated(context) is not None:
        self._get_fip_obj(context, floatingip_id)
    return original(self, context, floatingip_id, *args, **kwargs)


def _distributed(
    resource: str, event: str, trigger: Any, payload: Any
) -> None:
    """Look for everybody's forwardings to a port that is visible.

    Neutron looks for those that the caller may see, before it gives the port
    a floating IP.

    :raises PortHasPortForwarding: when a distributed router forwards to it
    """
    context = payload.context
    plugin = directory.get_plugin(plugin_constants.PORTFORWARDING)
    port_id = payload.request_body['floatingip'].get('port_id')
    if (
        plugin is not None
        and port_id
        and viewers.isolated(context) is not None
        and _is_visible(context, port_id)
    ):
        with viewers.seeing_everybodys(context):
            plugin._check_port_has_port_forwarding(
                resource, event, trigger, payload
            )


def _local_ip(
    original: Any,
    self: Any,
    context: Any,
    local_ip_id: str,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Associate a local IP that the caller may see.

    :raises LocalIPNotFound: when the caller may not see it
    """
    if viewers.isolated(context) is not None:
        self.get_local_ip(context, local_ip_id)
    return original(self, context, local_ip_id, *args, **kwargs)


def look_first() -> None:
    """Let Neutron look what an isolated caller may see before it checks.

    :raises AttributeError: when this Neutron lacks the method
    """
    wrapping.wrap(pf_plugin.PortForwardingPlugin, _CHECK, _forwarded_port)
    wrapping.wrap(pf_plugin.PortForwardingPlugin, _CREATE, _forwarding)
    wrapping.wrap(pf_plugin.PortForwardingPlugin, _COLLISIONS, _compared)
    wrapping.wrap(
        l3_db.L3_NAT_dbonly_mixin, '_check_and_get_fip_assoc', _associated
    )
    wrapping.wrap(
        local_ip_db.LocalIPDbMixin,
        '_create_local_ip_port_association',
        _local_ip,
    )
    if not hasattr(
        pf_plugin.PortForwardingPlugin, '_check_port_has_port_forwarding'
    ):
        raise AttributeError('_check_port_has_port_forwarding')
    for event in (events.BEFORE_CREATE, events.BEFORE_UPDATE):
        registry.subscribe(_distributed, resources.FLOATING_IP, event)
