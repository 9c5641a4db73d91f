# SPDX-License-Identifier: Apache-2.0
"""RBAC policies of groups that the caller may not see.

Neutron asks as an admin whether an object belongs to the caller's project. So
a member could share the group of another member, and see it then.
Source: neutron/db/rbac_db_mixin.py and neutron/objects/rbac_db.py, Neutron 24
to 29.
"""

from __future__ import annotations

from typing import Any

from neutron.objects import address_group
from neutron.objects import securitygroup
from neutron_lib.plugins import directory
from oslo_utils import uuidutils

from cloud_security.network import group_rules
from cloud_security.network import viewer as viewers
from cloud_security.network import wrapping

#: ``{object_type of a policy: Neutron's object}``
OBJECTS = {
    'address_group': address_group.AddressGroup,
    'security_group': securitygroup.SecurityGroup,
}


def _create(original: Any, self: Any, context: Any, rbac_policy: Any) -> Any:
    """Make a policy, for a hidden group as for an unknown ID."""
    wanted = rbac_policy['rbac_policy']
    found = OBJECTS.get(wanted.get('object_type'))
    if found is securitygroup.SecurityGroup:
        group_rules.refuse_default(context, {wanted['object_id']})
    if (
        found is None
        or viewers.isolated(context) is None
        or found.objects_exist(context, id=wanted['object_id'])
    ):
        return original(self, context, rbac_policy)
    # Neutron's response does not repeat the ID.
    unknown = {**wanted, 'object_id': uuidutils.generate_uuid()}
    return original(self, context, {**rbac_policy, 'rbac_policy': unknown})


def _change(
    original: Any, self: Any, context: Any, id: str, *args: Any, **kwargs: Any
) -> Any:
    """Change or delete a policy, but for the default group."""
    if viewers.isolated(context) is not None:
        policy = securitygroup.SecurityGroupRBAC.get_object(context, id=id)
        if policy is not None:
            group_rules.refuse_default(context, {policy.object_id})
    return original(self, context, id, *args, **kwargs)


def _object_type(original: Any, self: Any, context: Any, entry_id: str) -> Any:
    """Return the type of a policy that the caller may see.

    Neutron remembers the types of all policies, and tells the type of one
    that it remembers.
    """
    if viewers.isolated(context) is not None:
        self.object_type_cache.pop(entry_id, None)
    return original(self, context, entry_id)


def restrict() -> None:
    """Restrict what isolated callers share.

    :raises AttributeError: when this Neutron lacks a method
    """
    core = directory.get_plugin()
    if not hasattr(core, 'create_rbac_policy'):
        # A core plugin without RBAC.
        return
    wrapping.wrap(core.__class__, 'create_rbac_policy', _create)
    for name in ('update_rbac_policy', 'delete_rbac_policy'):
        wrapping.wrap(core.__class__, name, _change)
    wrapping.wrap(core.__class__, '_get_object_type', _object_type)
