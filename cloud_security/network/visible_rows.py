# SPDX-License-Identifier: Apache-2.0
"""Conditions of the rows that a viewer may read, for each of Neutron's models.

Isolation is about the caller's project: rows of other projects, which Neutron
shows to the owner of a network or by RBAC, stay as they are.

Neutron joins many tables to each statement. A condition names its own tables
by aliases, or SQLAlchemy would correlate them with those.
"""

from __future__ import annotations

from typing import Any

from neutron.db import models_v2
from neutron.db.models import address_group
from neutron.db.models import securitygroup
from neutron_lib import constants
import sqlalchemy as sa

from cloud_security.network import aliases
from cloud_security.network import models
from cloud_security.network import viewer as viewers

#: Device owners of ports of Neutron's own, such as those of routers.
_NETWORKS = 'network:%'
#: Device owners of ports that Nova or Ironic has bound to a server.
_BOUND = ('compute:%', 'baremetal:%')


def ports(viewer: viewers.Viewer, port: Any) -> Any:
    """Return the condition of ports.

    :param port: the model, or the columns of an alias of its table
    """
    conditions = [
        _other_project(viewer, port),
        port.device_owner.like(_NETWORKS),
        _owned(models_v2.Port, viewer, port.id),
    ]
    if viewer.sees_bound_ports:
        conditions += [port.device_owner.like(owner) for owner in _BOUND]
    return sa.and_(sa.or_(*conditions), *_no_hidden_address(viewer, port))


def floating_ips(viewer: viewers.Viewer, floating_ip: Any) -> Any:
    """Return the condition of floating IPs.

    The owner of a port sees what leads to it: Neutron asks with their context
    before it changes or deletes that port.
    """
    owner = aliases.owners(models.PortOwner)
    forwarding = aliases.forwardings()
    is_own = owner.c.user_id == viewer.user_id
    of_fip = aliases.owners(models.FloatingIPOwner)
    is_of_fip = of_fip.c.resource_id == floating_ip.id
    return sa.or_(
        _other_project(viewer, floating_ip),
        _exists(is_of_fip, of_fip.c.user_id == viewer.user_id),
        # A floating IP of the project belongs to the member who uses it.
        _exists(
            is_of_fip,
            of_fip.c.user_id.is_(None),
            *_leads_to_no_other(viewer, floating_ip),
        ),
        _exists(owner.c.resource_id == floating_ip.fixed_port_id, is_own),
        _exists(
            forwarding.c.floatingip_id == floating_ip.id,
            forwarding.c.internal_neutron_port_id == owner.c.resource_id,
            is_own,
        ),
    )


def _leads_to_no_other(viewer: viewers.Viewer, floating_ip: Any) -> list[Any]:
    """Return conditions that no port of another is behind a floating IP."""
    forwarding = aliases.forwardings()
    target = forwarding.c.internal_neutron_port_id
    return [
        sa.or_(
            floating_ip.fixed_port_id.is_(None),
            _owned(models_v2.Port, viewer, floating_ip.fixed_port_id),
        ),
        sa.not_(
            _exists(
                forwarding.c.floatingip_id == floating_ip.id,
                sa.not_(_owned(models_v2.Port, viewer, target)),
            )
        ),
    ]


def local_ips(viewer: viewers.Viewer, address: Any) -> Any:
    """Return the condition of local IPs, which belong to their local port."""
    port = aliases.ports()
    return sa.or_(
        _other_project(viewer, address),
        _owned(models_v2.Port, viewer, address.local_port_id),
        # Nobody knows who made it there. Neutron's own have no project yet.
        _exists(
            port.c.id == address.local_port_id,
            port.c.project_id.not_in((viewer.project_id, '')),
        ),
    )


def of_local_ips(
    viewer: viewers.Viewer, port_id: Any, local_ip_id: Any
) -> Any:
    """Return the condition of associations, with a port and a local IP."""
    address = aliases.local_ips()
    return sa.and_(
        on_ports(viewer, port_id),
        _exists(address.c.id == local_ip_id, local_ips(viewer, address.c)),
    )


def security_groups(viewer: viewers.Viewer, group_id: Any) -> Any:
    """Return the condition of security groups, by a column with their IDs.

    The default group is the project's. Groups on an own port can be seen.
    RBAC opens nothing inside of the project: Neutron lets each member make a
    policy for any group of it.
    """
    group = aliases.rows(securitygroup.SecurityGroup, 'id', 'project_id')
    default = aliases.rows(
        securitygroup.DefaultSecurityGroup, 'security_group_id'
    )
    binding = aliases.bindings()
    owner = aliases.owners(models.PortOwner)
    conditions = [
        _owned(securitygroup.SecurityGroup, viewer, group_id),
        _exists(default.c.security_group_id == group_id),
        _exists(
            binding.c.security_group_id == group_id,
            binding.c.port_id == owner.c.resource_id,
            owner.c.user_id == viewer.user_id,
        ),
        _exists(group.c.id == group_id, _other_project(viewer, group.c)),
    ]
    if viewer.new_ids:
        conditions.append(group_id.in_(sorted(viewer.new_ids)))
    return sa.or_(*conditions)


def address_groups(viewer: viewers.Viewer, group_id: Any) -> Any:
    """Return the condition of address groups, by a column with their IDs."""
    group = aliases.rows(address_group.AddressGroup, 'id', 'project_id')
    return sa.or_(
        _owned(address_group.AddressGroup, viewer, group_id),
        _exists(group.c.id == group_id, _other_project(viewer, group.c)),
    )


def on_ports(viewer: viewers.Viewer, port_id: Any) -> Any:
    """Return the condition of rows on ports that can be seen.

    Those are trunks, which belong to their parent port, subports, and NDP
    proxies. Neutron looks whether a port is a subport before it reads the
    port.

    :param port_id: the column with the ID of the port
    """
    port = aliases.ports()
    return _exists(port.c.id == port_id, ports(viewer, port.c))


def of_floating_ips(viewer: viewers.Viewer, floating_ip_id: Any) -> Any:
    """Return the condition of rows of floating IPs that can be seen.

    :param floating_ip_id: the column with the ID of the floating IP
    """
    floating_ip = aliases.floating_ips()
    return _exists(
        floating_ip.c.id == floating_ip_id,
        floating_ips(viewer, floating_ip.c),
    )


def _no_hidden_address(viewer: viewers.Viewer, port: Any) -> list[Any]:
    """Return conditions that hide ports which Neutron makes for others.

    The port of a floating IP on the external network, and the one of a local
    IP, have its ID and its address. Here, a thing is another's by its owner
    alone: the whole condition takes MariaDB milliseconds to plan.
    """
    floating_ip = aliases.floating_ips()
    address = aliases.local_ips()
    return [
        sa.or_(
            port.device_owner != device_owner,
            sa.not_(
                sa.exists()
                .select_from(
                    thing.outerjoin(owner, owner.c.resource_id == owned)
                )
                .where(
                    of_port == port.id,
                    thing.c.project_id == viewer.project_id,
                    sa.or_(
                        owner.c.resource_id.is_(None),
                        owner.c.user_id != viewer.user_id,
                    ),
                )
            ),
        )
        for device_owner, thing, of_port, owner, owned in (
            (
                constants.DEVICE_OWNER_FLOATINGIP,
                floating_ip,
                floating_ip.c.floating_port_id,
                aliases.owners(models.FloatingIPOwner),
                floating_ip.c.id,
            ),
            (
                constants.DEVICE_OWNER_LOCAL_IP,
                address,
                address.c.local_port_id,
                aliases.owners(models.PortOwner),
                address.c.local_port_id,
            ),
        )
    ]


def _owned(model: type, viewer: viewers.Viewer, row_id: Any) -> Any:
    """Return the condition that a row is the viewer's, or the project's."""
    owner = aliases.owners(models.OWNERS[model])
    return _exists(
        owner.c.resource_id == row_id,
        sa.or_(
            owner.c.user_id == viewer.user_id,
            owner.c.user_id.is_(None),
        ),
    )


def _other_project(viewer: viewers.Viewer, row: Any) -> Any:
    return sa.or_(
        row.project_id != viewer.project_id, row.project_id.is_(None)
    )


def _exists(*conditions: Any) -> Any:
    return sa.exists().where(sa.and_(*conditions))
