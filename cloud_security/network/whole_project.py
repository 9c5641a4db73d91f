# SPDX-License-Identifier: Apache-2.0
"""Questions of Neutron's about everybody's rows, with the caller's context.

Nothing in these requests names a port or a floating IP, and what Neutron
learns does not reach the caller but as a refusal that stock Neutron gives.
Source: Neutron 24 to 29, the file of each as below.
"""

from __future__ import annotations

from typing import Any

from neutron.db import db_base_plugin_common
from neutron.db import l3_db
from neutron.db import l3_dvr_db
from neutron.db import l3_extra_gws_db
from neutron.quota import resource
from neutron.services.portforwarding import pf_plugin
from neutron.services.qos import qos_plugin
from neutron_lib.plugins import directory

from cloud_security.network import viewer as viewers
from cloud_security.network import wrapping

#: On networks and subnets: neutron/db/ipam_pluggable_backend.py gives new
#: addresses to the ports of a network, neutron/services/qos/qos_plugin.py
#: looks whether they can have the policy of their network.
OF_NETWORKS = (
    'create_subnet',
    'create_subnet_bulk',
    'update_subnet',
    'delete_subnet',
    'update_network',
)
#: Each method stands in the class that has it, so that the order does not
#: matter in which Neutron loads its plugins.
METHODS: tuple[tuple[type, str], ...] = (
    # Without it, the database refuses the second port with an address, and
    # Neutron tries again for minutes.
    (db_base_plugin_common.DbBasePluginCommon, '_is_mac_in_use'),
    # Whether something of a member needs a router's interface or gateway.
    (l3_db.L3_NAT_dbonly_mixin, '_confirm_router_interface_not_in_use'),
    (l3_db.L3_NAT_dbonly_mixin, '_delete_router_gw_port_db'),
    # Whether the floating IP of a port on the external network is there.
    (l3_db.L3_NAT_dbonly_mixin, 'prevent_l3_port_deletion'),
    # Which forwarding the database found, of which the caller gets their own
    # values back.
    (pf_plugin.PortForwardingPlugin, '_find_existing_port_forwarding'),
    # Extra gateways that floating IPs use.
    (
        l3_extra_gws_db.ExtraGatewaysDbOnlyMixin,
        '_router_extra_gw_port_has_floating_ips',
    ),
    # The port behind the floating IP of an address beside those of a port.
    (
        l3_dvr_db._DVRAgentInterfaceMixin,
        '_get_address_pair_active_port_with_fip',
    ),
    # How much of a quota is used, where Neutron counts a list: of trunks and
    # RBAC policies.
    (resource.CountableResource, 'count'),
    # Whether the ports with a policy can have its new rules.
    (qos_plugin.QoSPlugin, '_get_ports_with_policy'),
)


def _open(
    original: Any, self: Any, context: Any, *args: Any, **kwargs: Any
) -> Any:
    with viewers.seeing_everybodys(context):
        return original(self, context, *args, **kwargs)


def see_everybodys() -> None:
    """Let Neutron see everybody's rows in these methods.

    :raises AttributeError: when this Neutron lacks one
    """
    for cls, name in METHODS:
        wrapping.wrap(cls, name, _open)
    core = directory.get_plugin().__class__
    for name in OF_NETWORKS:
        wrapping.wrap(core, name, _open)
