# SPDX-License-Identifier: Apache-2.0
"""Explain what a caller may see and change in Neutron, without a request.

A command loads no plugin of Neutron's. So the rules and the owners decide, and
Neutron's own policy is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from neutron_lib import context as neutron_context
from oslo_config import cfg

from cloud_security.deploy import apis
from cloud_security.network import holdings
from cloud_security.network import ownership
from cloud_security.network import viewer as viewers
from cloud_security.policy import operation as operations
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import explanation

#: ``{kind of a thing: the first part of its path}``
_FOLDERS = {
    'port': 'ports',
    'floating IP': 'floatingips',
    'security group': 'security-groups',
    'address group': 'address-groups',
}


def explain(
    user_id: str,
    project_id: str,
    roles: Iterable[str],
    resource_id: str = '',
    action: str = '',
) -> explanation.Explanation:
    """Explain; Neutron's configuration must have been read.

    :param resource_id: a port, floating IP, security group or address group
        that the caller asks for
    :param action: Neutron has none in bodies; rules can ask for it
    :raises ScopeError: when it cannot be decided; the plugin raises it too
    """
    context = neutron_context.Context(
        user_id=user_id,
        project_id=project_id,
        roles=[role.lower() for role in roles],
        # This thread works for nobody.
        overwrite=False,
    )
    thing = holdings.thing(resource_id) if resource_id else None
    folder = _FOLDERS[thing.kind] if thing else 'ports'

    def operation(verb: str) -> operations.Operation:
        return operations.Operation(
            verb,
            f'/{folder}/{{id}}',
            {'id': resource_id},
            resource_id,
            lambda: action,
        )

    def answer(scope: scopes.Scope) -> str:
        if thing is None:
            return '404'
        viewer = viewers.Viewer(scope.owner_id, scope.project_id)
        is_hidden = not scope.is_everybody and ownership.hidden(
            viewer, [thing.id]
        )
        return '404' if is_hidden else question.as_in_stock

    question = explanation.Question(
        apis.NEUTRON.name,
        cfg.CONF.cloud_security.mode,
        viewers.RULES.read(),
        context,
        'ports, floating IPs, security groups, address groups and trunks',
        resource_id,
        operation('GET'),
        operation('PUT'),
        lambda _: _owner(thing),
        answer,
    )
    found = question.explain()
    if not viewers.has_global_access(context):
        return found
    # Neutron itself shows everything, whatever our rules say.
    is_there = question.as_in_stock if thing else '404'
    name = (
        'context_is_admin'
        if context.is_admin
        else 'context_with_global_access'
    )
    return found._replace(
        rules={name: True},
        asks=False,
        sees=question.as_in_stock,
        changes=question.as_in_stock,
        answer=is_there if resource_id else None,
        acts=is_there if resource_id else None,
    )


def _owner(thing: Optional[holdings.Thing]) -> str:
    """Return the owner of a thing, in words."""
    if thing is None:
        return 'there is no such port, floating IP or group'
    if thing.is_projects or (thing.has_owner and thing.owner_id is None):
        return 'the project'
    return thing.owner_id or 'nobody yet: no isolated caller sees it'
