# SPDX-License-Identifier: Apache-2.0
"""Security groups that Neutron's policy reads for a request about rules.

The policy reads the group of a new rule with the context of an admin, before
the plugin reads anything. It finds a hidden group, and refuses an unknown one
at once: what comes later, such as that all rules of a request must have one
group, would tell one from the other.
Source: neutron/policy.py OwnerCheck, Neutron 24 to 29.
"""

from __future__ import annotations

from collections.abc import Mapping
import contextvars
from typing import Any

from neutron import policy
from neutron_lib.plugins import directory

from cloud_security.network import routed
from cloud_security.network import viewer as viewers
from cloud_security.network import wrapping

#: The beginning of fields of a rule's group, in policies.
_GROUP = 'security_group:'

_asking: contextvars.ContextVar[Any] = contextvars.ContextVar(
    'cloud_security_asking', default=None
)


def _asked(original: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
    """Remember whose request Neutron's policy decides about."""
    token = _asking.set(context)
    try:
        return original(context, *args, **kwargs)
    finally:
        _asking.reset(token)


def _owned(
    original: Any, self: Any, target: Mapping[str, Any], *args: Any
) -> bool:
    """Compare the project of a group that the caller may see.

    :raises SecurityGroupNotFound: when the group is hidden
    """
    is_owned = bool(original(self, target, *args))
    if is_owned and self.target_field.startswith(_GROUP):
        _look_for(target.get('security_group_id'))
    return is_owned


def _look_for(group_id: Any) -> None:
    """Read a group with the caller's context, in requests that change."""
    context = _asking.get()
    operation = routed.operation(context) if context is not None else None
    if (
        group_id
        and operation is not None
        and not operation.is_read
        and viewers.isolated(context) is not None
    ):
        directory.get_plugin().get_security_group(
            context, group_id, fields=['id']
        )


def restrict() -> None:
    """Let Neutron's policy find no hidden groups for isolated callers.

    :raises AttributeError: when this Neutron lacks a method
    """
    for name in ('check', 'enforce'):
        wrapping.wrap(policy, name, _asked)
    wrapping.wrap(policy.OwnerCheck, '__call__', _owned)
