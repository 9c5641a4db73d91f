# SPDX-License-Identifier: Apache-2.0
"""Deletions of the project's things that would take hidden rows along.

The database deletes the rules that name a security group, the subports of a
trunk, and the associations of local IPs with a port. Neutron does not ask
whose they are. The refusals are Neutron's own for a thing that is in use; with
an own thing, rows go as they do in stock Neutron.
Source: neutron/db/models/securitygroup.py, neutron/services/trunk/models.py
and neutron/db/models/local_ip.py, Neutron 24 to 29.
"""

from __future__ import annotations

from typing import Any

from neutron.db import models_v2
from neutron.db.models import local_ip
from neutron.db.models import securitygroup
from neutron.extensions import securitygroup as extension
from neutron.services.trunk import exceptions as trunk_exceptions
from neutron.services.trunk import models as trunk_models
from neutron.services.trunk import plugin as trunk_plugin
from neutron_lib import exceptions
from neutron_lib.plugins import directory
import sqlalchemy as sa

from cloud_security.network import database
from cloud_security.network import dependents
from cloud_security.network import viewer as viewers
from cloud_security.network import visible_rows
from cloud_security.network import wrapping


def refuse_named_group(context: Any, group_id: str) -> None:
    """Keep a group of the project that hidden rules, or the default's, name.

    :raises SecurityGroupInUse: when one does
    """
    viewer = viewers.isolated(context)
    if viewer is None:
        return
    rule = securitygroup.SecurityGroupRule
    default = securitygroup.DefaultSecurityGroup
    if database.is_there(
        rule.remote_group_id == group_id,
        rule.security_group_id != group_id,
        dependents.not_own(
            viewer, securitygroup.SecurityGroup, rule.remote_group_id
        ),
        visible_rows.security_groups(viewer, rule.remote_group_id),
        # Neutron itself keeps the default group.
        ~sa.exists().where(default.security_group_id == group_id),
        sa.or_(
            sa.exists().where(
                default.security_group_id == rule.security_group_id
            ),
            sa.not_(
                visible_rows.security_groups(viewer, rule.security_group_id)
            ),
        ),
    ):
        raise extension.SecurityGroupInUse(id=group_id)


def _trunk(
    original: Any,
    self: Any,
    context: Any,
    trunk_id: str,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Delete a trunk; one of the project has no hidden subport then.

    :raises TrunkInUse: when it has one
    """
    viewer = viewers.isolated(context)
    trunk, subport = trunk_models.Trunk, trunk_models.SubPort
    if viewer is not None and database.is_there(
        trunk.id == trunk_id,
        subport.trunk_id == trunk.id,
        dependents.not_own(viewer, models_v2.Port, trunk.port_id),
        visible_rows.on_ports(viewer, trunk.port_id),
        sa.not_(visible_rows.on_ports(viewer, subport.port_id)),
    ):
        raise trunk_exceptions.TrunkInUse(trunk_id=trunk_id)
    return original(self, context, trunk_id, *args, **kwargs)


def _port(
    original: Any, self: Any, context: Any, id: str, *args: Any, **kwargs: Any
) -> Any:
    """Delete a port; one of the project has no hidden local IP then.

    :raises ServicePortInUse: when it has one
    """
    viewer = viewers.isolated(context)
    association = local_ip.LocalIPAssociation
    if viewer is not None and database.is_there(
        association.fixed_port_id == id,
        dependents.not_own(viewer, models_v2.Port, association.fixed_port_id),
        visible_rows.on_ports(viewer, association.fixed_port_id),
        sa.not_(
            visible_rows.of_local_ips(
                viewer, association.fixed_port_id, association.local_ip_id
            )
        ),
    ):
        raise exceptions.ServicePortInUse(
            port_id=id, reason='it has a local IP'
        )
    return original(self, context, id, *args, **kwargs)


def restrict() -> None:
    """Let isolated callers delete nothing hidden with what is the project's.

    ``group_rules.py`` asks about groups.

    :raises AttributeError: when this Neutron lacks a method
    """
    wrapping.wrap(trunk_plugin.TrunkPlugin, 'delete_trunk', _trunk)
    wrapping.wrap(directory.get_plugin().__class__, 'delete_port', _port)
