# SPDX-License-Identifier: Apache-2.0
"""Hidden things that depend on a port of the project, or of somebody else.

Neutron itself deletes some ports, by their device owner and as an admin: with
a network, a local IP, or the last gateway of a distributed router. It takes
the addresses of a subnet from such ports. So an isolated caller makes no such
port of one with hidden things, and deletes no network or subnet that has one.
Source: neutron/db/db_base_plugin_v2.py, neutron/db/local_ip_db.py and
neutron/db/l3_dvr_db.py, Neutron 24 to 29.
"""

from __future__ import annotations

from typing import Any

from neutron.db import local_ip_db
from neutron.db import models_v2
from neutron.db.models import l3
from neutron.db.models import local_ip
from neutron.db.models import port_forwarding
from neutron.services.trunk import models as trunk_models
from neutron_lib import constants
from neutron_lib import exceptions
from neutron_lib.exceptions import local_ip as local_ip_exceptions
from neutron_lib.plugins import directory
import sqlalchemy as sa

from cloud_security.network import aliases
from cloud_security.network import database
from cloud_security.network import models
from cloud_security.network import viewer as viewers
from cloud_security.network import visible_rows
from cloud_security.network import wrapping


def are_on_network(viewer: viewers.Viewer, network_id: str) -> bool:
    """Tell whether hidden things depend on a port of a network."""
    return _are_there(viewer, models_v2.Port.network_id == network_id)


def not_own(viewer: viewers.Viewer, model: type, row_id: Any) -> Any:
    """Return the condition that a row is not the viewer's own."""
    owner = aliases.owners(models.OWNERS[model])
    return ~sa.exists().where(
        owner.c.resource_id == row_id, owner.c.user_id == viewer.user_id
    )


def _are_there(viewer: viewers.Viewer, *conditions: Any) -> bool:
    """Tell whether hidden things depend on one of some ports."""
    port = models_v2.Port
    forwarding = port_forwarding.PortForwarding
    association = local_ip.LocalIPAssociation
    trunk, subport = trunk_models.Trunk, trunk_models.SubPort
    leading = (
        (
            l3.FloatingIP.fixed_port_id == port.id,
            sa.not_(visible_rows.floating_ips(viewer, l3.FloatingIP)),
        ),
        (
            forwarding.internal_neutron_port_id == port.id,
            sa.not_(
                visible_rows.of_floating_ips(viewer, forwarding.floatingip_id)
            ),
        ),
        (
            association.fixed_port_id == port.id,
            sa.not_(
                visible_rows.of_local_ips(
                    viewer, association.fixed_port_id, association.local_ip_id
                )
            ),
        ),
        (
            subport.port_id == port.id,
            trunk.id == subport.trunk_id,
            sa.not_(visible_rows.on_ports(viewer, trunk.port_id)),
        ),
    )
    return database.is_there(
        *conditions,
        not_own(viewer, port, port.id),
        sa.or_(*(sa.exists().where(*one).correlate(port) for one in leading)),
    )


def _update(
    original: Any,
    self: Any,
    context: Any,
    id: str,
    port: Any,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Change a port; one with hidden things does not become Neutron's own.

    :raises PortInUse: when it would
    """
    device_owner = port['port'].get('device_owner')
    viewer = viewers.isolated(context)
    if viewer is not None and _is_neutrons(device_owner):
        found = self.get_port(context, id)
        if found['device_owner'] != device_owner and _are_there(
            viewer, models_v2.Port.id == id
        ):
            raise exceptions.PortInUse(
                port_id=id,
                net_id=found['network_id'],
                device_id=found['device_id'],
            )
    return original(self, context, id, port, *args, **kwargs)


def _is_neutrons(device_owner: Any) -> bool:
    """Tell whether Neutron may delete ports with a device owner by itself.

    MariaDB ignores case and accents. A router asks before its interface goes.
    """
    if not isinstance(device_owner, str):
        return False
    return not device_owner.isascii() or (
        device_owner.lower().startswith(constants.DEVICE_OWNER_NETWORK_PREFIX)
        and device_owner not in constants.ROUTER_INTERFACE_OWNERS
    )


def _subnet(
    original: Any, self: Any, context: Any, id: str, *args: Any, **kwargs: Any
) -> Any:
    """Delete a subnet on whose ports nothing hidden depends.

    :raises SubnetInUse: when something does
    """
    viewer = viewers.isolated(context)
    allocation = models_v2.IPAllocation
    if viewer is not None and _are_there(
        viewer,
        allocation.subnet_id == id,
        allocation.port_id == models_v2.Port.id,
    ):
        raise exceptions.SubnetInUse(subnet_id=id)
    return original(self, context, id, *args, **kwargs)


def _local_ip(original: Any, self: Any, context: Any, lip_id: str) -> Any:
    """Delete a local IP, with the port that Neutron has for it.

    :raises LocalIPInUse: when hidden things depend on that port
    """
    viewer = viewers.isolated(context)
    address, port = local_ip.LocalIP, models_v2.Port
    if viewer is not None and _are_there(
        viewer,
        address.id == lip_id,
        visible_rows.local_ips(viewer, address),
        address.local_port_id == port.id,
        port.device_owner == constants.DEVICE_OWNER_LOCAL_IP,
    ):
        raise local_ip_exceptions.LocalIPInUse(id=lip_id)
    return original(self, context, lip_id)


def restrict() -> None:
    """Let isolated callers take no port away with hidden things on it.

    ``taken_along.py`` asks about networks.

    :raises AttributeError: when this Neutron lacks a method
    """
    core = directory.get_plugin().__class__
    wrapping.wrap(core, 'update_port', _update)
    wrapping.wrap(core, 'delete_subnet', _subnet)
    wrapping.wrap(local_ip_db.LocalIPDbMixin, 'delete_local_ip', _local_ip)
