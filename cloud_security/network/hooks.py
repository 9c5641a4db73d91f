# SPDX-License-Identifier: Apache-2.0
"""Query hooks: Neutron calls one for each statement on a model.

Neutron's questions about everybody's rows pass no hook, or use an elevated
context. ``model_query.register_hook`` keeps weak references, and a hook that
went away fails open. So ``HOOKS`` keeps the functions. The plugin checks at
start that each hook resolves, and ``isolation:enforced`` at each request.
Source: neutron_lib/db/model_query.py, neutron-lib 3.11 to 5.0.
"""

from __future__ import annotations

from collections.abc import Callable
import functools
from typing import Any

from neutron.db import models_v2
from neutron.db import rbac_db_models
from neutron.db.models import address_group
from neutron.db.models import l3
from neutron.db.models import local_ip
from neutron.db.models import ndp_proxy
from neutron.db.models import port_forwarding
from neutron.db.models import securitygroup
from neutron.services.trunk import models as trunk_models
from neutron_lib.db import model_query
from neutron_lib.utils import helpers

from cloud_security.network import viewer as viewers
from cloud_security.network import visible_rows

NAME = 'cloud_security'

Hook = Callable[[Any, Any, Any], Any]


#: ``{Neutron's model: returns the condition of rows that a viewer may read}``.
#: Each function gets the viewer and the model.
CONDITIONS: dict[Any, Callable[[viewers.Viewer, Any], Any]] = {
    models_v2.Port: lambda viewer, port: visible_rows.ports(viewer, port),
    l3.FloatingIP: lambda viewer, fip: visible_rows.floating_ips(viewer, fip),
    securitygroup.SecurityGroup: lambda viewer, group: (
        visible_rows.security_groups(viewer, group.id)
    ),
    securitygroup.SecurityGroupRule: lambda viewer, rule: (
        visible_rows.security_groups(viewer, rule.security_group_id)
    ),
    rbac_db_models.SecurityGroupRBAC: lambda viewer, policy: (
        visible_rows.security_groups(viewer, policy.object_id)
    ),
    address_group.AddressGroup: lambda viewer, group: (
        visible_rows.address_groups(viewer, group.id)
    ),
    rbac_db_models.AddressGroupRBAC: lambda viewer, policy: (
        visible_rows.address_groups(viewer, policy.object_id)
    ),
    trunk_models.Trunk: lambda viewer, trunk: visible_rows.on_ports(
        viewer, trunk.port_id
    ),
    trunk_models.SubPort: lambda viewer, subport: visible_rows.on_ports(
        viewer, subport.port_id
    ),
    local_ip.LocalIP: lambda viewer, address: visible_rows.local_ips(
        viewer, address
    ),
    local_ip.LocalIPAssociation: lambda viewer, one: visible_rows.of_local_ips(
        viewer, one.fixed_port_id, one.local_ip_id
    ),
    ndp_proxy.NDPProxy: lambda viewer, proxy: visible_rows.on_ports(
        viewer, proxy.port_id
    ),
    port_forwarding.PortForwarding: lambda viewer, one: (
        visible_rows.of_floating_ips(viewer, one.floatingip_id)
    ),
}


def _restrict(context: Any, model: Any, query: Any) -> Any:
    """Add the condition of a model for isolated callers: the hook."""
    viewer = viewers.isolated(context)
    if viewer is None:
        return query
    return query.filter(condition(viewer, model))


@functools.lru_cache(maxsize=100)
def condition(viewer: viewers.Viewer, model: Any) -> Any:
    """Return the condition of a model for a viewer, and keep recent ones.

    Building the condition of ports takes a millisecond, and each has 42 KiB.
    """
    return CONDITIONS[model](viewer, model)


#: ``{Neutron's model: our hook}``
HOOKS: dict[Any, Hook] = dict.fromkeys(CONDITIONS, _restrict)


def register() -> None:
    """Register the hooks; again changes nothing."""
    for model, hook in HOOKS.items():
        # A filter_hook gets the conditions so far, and a later one of another
        # plugin may join them with OR.
        model_query.register_hook(
            model, NAME, query_hook=hook, filter_hook=None
        )


def unresolved() -> list[str]:
    """Return the names of models for which Neutron calls no hook of ours."""
    return [
        model.__name__
        for model, hook in HOOKS.items()
        if not any(
            helpers.resolve_ref(found.get('query')) is hook
            for found in model_query.get_hooks(model)
        )
    ]
