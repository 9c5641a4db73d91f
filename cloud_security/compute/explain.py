# SPDX-License-Identifier: Apache-2.0
"""Explain what a caller may see and change in Nova, without a request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nova import context as nova_context
from nova import exception
from nova import objects
from oslo_utils import uuidutils

from cloud_security.compute import ownership
from cloud_security.compute import service
from cloud_security.wsgi import explanation

SHOW = 'os_compute_api:servers:show'


def explain(
    user_id: str,
    project_id: str,
    roles: Iterable[str],
    server_id: str = '',
    action: str = '',
) -> explanation.Explanation:
    """Explain; Nova's configuration must have been read.

    :param server_id: a server that the caller asks for
    :param action: such as ``reboot``; rules can ask for it
    :raises ScopeError: when it cannot be decided; the filter raises it too
    """
    context = nova_context.RequestContext(
        user_id=user_id,
        project_id=project_id,
        roles=list(roles),
        # This thread works for nobody.
        overwrite=False,
    )
    return explanation.of_filtered(
        service.NOVA, context, 'servers', server_id, action, _owner, _answer
    ).explain()


def _owner(server_id: str) -> str:
    found = ownership.owners([server_id])
    if not found:
        return 'there is no such server'
    [owner_id] = found.values()
    return owner_id or 'nobody: its API record has no user'


def _answer(context: Any, server_id: str) -> str:
    """Return the response to GET /servers/{server_id}."""
    if not uuidutils.is_uuid_like(server_id):
        return '404'
    try:
        project_id = _project_id(context, server_id)
        return _allowed(context, project_id)
    except (exception.InstanceMappingNotFound, exception.InstanceNotFound):
        return '404'


def _allowed(context: Any, project_id: str) -> str:
    try:
        context.can(SHOW, target={'project_id': project_id})
    except exception.PolicyNotAuthorized:
        return '403'
    except Exception:
        # A rule that cannot be decided.
        return '500'
    return '200'


def _project_id(context: Any, server_id: str) -> str:
    """Look a server up as Nova's API does.

    Source: nova/compute/api.py API._get_instance, Nova 29 to 34.
    """
    mapping = objects.InstanceMapping.get_by_instance_uuid(context, server_id)
    if mapping.cell_mapping is None:
        build = objects.BuildRequest.get_by_instance_uuid(context, server_id)
        return str(build.instance.project_id)
    with nova_context.target_cell(context, mapping.cell_mapping) as cell:
        instance = objects.Instance.get_by_uuid(
            cell, server_id, expected_attrs=[]
        )
    return str(instance.project_id)
