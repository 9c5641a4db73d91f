# SPDX-License-Identifier: Apache-2.0
"""Rules of security groups, and changes of the default group.

Neutron reads rules with the context of an admin and leaves the rest to
policy, which knows projects only.
Source: neutron/db/securitygroups_db.py, Neutron 24 to 29.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from neutron.extensions import securitygroup as extension
from neutron.objects import securitygroup
from neutron_lib import exceptions
from neutron_lib.api import validators
from neutron_lib.plugins import directory
from oslo_utils import uuidutils

from cloud_security.network import cascades
from cloud_security.network import viewer as viewers
from cloud_security.network import wrapping

_GROUP = 'security_group_id'
_GROUPS = 'security_groups'


class DefaultGroupIsProjects(exceptions.NotAuthorized):  # type: ignore[misc]
    """An isolated caller changes the default group."""

    message = (
        "The default security group is the project's: a manager of the "
        'project can change it.'
    )


def _rules(
    original: Any,
    self: Any,
    context: Any,
    filters: Optional[dict[str, Any]] = None,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Read the rules of groups that the caller may see."""
    if viewers.isolated(context) is None:
        return original(self, context, filters, *args, **kwargs)
    wanted = dict(filters or {})
    visible = _visible(context, wanted)
    if not visible:
        # The first question of a project makes its default group.
        original(self, context, filters, *args, **kwargs)
        visible = _visible(context, wanted)
    wanted[_GROUP] = visible
    marker = kwargs.get('marker')
    if marker and not _sees_rule(context, marker):
        # Neutron begins behind a marker that it finds, and at the first rule
        # without one: a hidden marker becomes an unknown one.
        kwargs['marker'] = uuidutils.generate_uuid()
    return original(self, context, wanted, *args, **kwargs)


def _rule(
    original: Any, self: Any, context: Any, id: str, *args: Any, **kwargs: Any
) -> Any:
    """Read a rule whose group the caller may see."""
    if viewers.isolated(context) is not None and not _sees_rule(context, id):
        raise extension.SecurityGroupRuleNotFound(id=id)
    return original(self, context, id, *args, **kwargs)


def _group_of_update(
    original: Any, self: Any, context: Any, id: str, *args: Any, **kwargs: Any
) -> Any:
    refuse_default(context, {id})
    return original(self, context, id, *args, **kwargs)


def _group_of_new_rule(
    original: Any,
    self: Any,
    context: Any,
    *args: Any,
    **kwargs: Any,
) -> Any:
    # One or many rules, whose argument has another name then.
    [body] = [*args, *kwargs.values()]
    refuse_default(context, _groups(body))
    return original(self, context, *args, **kwargs)


def _group_of_rule(
    original: Any, self: Any, context: Any, id: str, *args: Any, **kwargs: Any
) -> Any:
    if viewers.isolated(context) is not None:
        rule = securitygroup.SecurityGroupRule.get_object(context, id=id)
        if rule is not None:
            refuse_default(context, {rule.security_group_id})
    return original(self, context, id, *args, **kwargs)


def _deleted_group(
    original: Any, self: Any, context: Any, id: str, *args: Any, **kwargs: Any
) -> Any:
    """Delete a group that the caller may see.

    OVN's driver reads the rules of other groups that name it.
    """
    if viewers.isolated(context) is None:
        return original(self, context, id, *args, **kwargs)
    self.get_security_group(context, id, fields=['id'])
    cascades.refuse_named_group(context, id)
    with viewers.seeing_everybodys(context):
        return original(self, context, id, *args, **kwargs)


def _groups_on_port(
    original: Any,
    self: Any,
    context: Any,
    id: str,
    port: Any,
    original_port: Any,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Give groups to a port; those on it can stay, also if hidden.

    A port of the project shows what is on it.
    """
    wanted = port['port'].get(_GROUPS)
    staying = set(original_port.get(_GROUPS) or ()).intersection(
        wanted if validators.is_attr_set(wanted) else ()
    )
    with viewers.seeing_groups(context, staying):
        return original(
            self, context, id, port, original_port, *args, **kwargs
        )


#: ``{name of a method of the core plugin: what stands around it}``
METHODS: dict[str, wrapping.Around] = {
    'get_security_group_rules': _rules,
    'get_security_group_rule': _rule,
    'update_security_group': _group_of_update,
    'delete_security_group': _deleted_group,
    'create_security_group_rule': _group_of_new_rule,
    'create_security_group_rule_bulk': _group_of_new_rule,
    'create_security_group_rule_bulk_native': _group_of_new_rule,
    'delete_security_group_rule': _group_of_rule,
    '_update_security_group_on_port': _groups_on_port,
}


def restrict() -> None:
    """Restrict what isolated callers see and change.

    :raises AttributeError: when this Neutron lacks a method
    """
    core = directory.get_plugin()
    if not hasattr(core, 'get_security_group_rules'):
        # A core plugin without security groups.
        return
    for name, around in METHODS.items():
        wrapping.wrap(core.__class__, name, around)


def refuse_default(context: Any, group_ids: set[str]) -> None:
    """Refuse a change of the default group of the caller's project.

    :raises DefaultGroupIsProjects: when one of the groups is it
    """
    viewer = viewers.isolated(context)
    if viewer is None or not group_ids:
        return
    # The database compares: MariaDB takes an ID in capitals for the same.
    if securitygroup.DefaultSecurityGroup.objects_exist(
        context.elevated(),
        project_id=viewer.project_id,
        security_group_id=sorted(group_ids),
    ):
        raise DefaultGroupIsProjects()


def _groups(body: Any) -> set[str]:
    """Return the IDs of groups in the body of a request for new rules."""
    rules = body.get('security_group_rules') or [body]
    return {
        str(rule['security_group_rule'].get(_GROUP))
        for rule in rules
        if 'security_group_rule' in rule
    }


def _visible(context: Any, filters: dict[str, Any]) -> list[str]:
    """Return the IDs of groups that a caller may see.

    :param filters: of rules; without them, Neutron lists rules of the project
    """
    groups: dict[str, Any] = (
        {'id': list(filters[_GROUP])} if filters.get(_GROUP) else {}
    )
    if not filters:
        groups['project_id'] = context.project_id
    return [
        str(group_id)
        for group_id in securitygroup.SecurityGroup.get_values(
            context, 'id', **groups
        )
    ]


def _sees_rule(context: Any, rule_id: str) -> bool:
    """Tell whether a caller may see the group of a rule."""
    found = securitygroup.SecurityGroupRule.get_object(
        context.elevated(), id=rule_id
    )
    return found is not None and bool(
        securitygroup.SecurityGroup.objects_exist(
            context, id=found.security_group_id
        )
    )
