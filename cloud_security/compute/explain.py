# SPDX-License-Identifier: Apache-2.0
"""Explain what a caller may see and change, and why, without a request.

The code that decides in the filter decides here. Nova's own look-ups find the
server, or do not, in the scope of that decision.
"""

from typing import Any
from typing import Dict
from typing import Iterable
from typing import NamedTuple
from typing import Optional

from nova import context as nova_context
from nova import exception
from nova import objects
from nova.conf import CONF
from oslo_utils import uuidutils

from cloud_security.compute import ownership
from cloud_security.compute import service
from cloud_security.policy import decision
from cloud_security.policy import inspection
from cloud_security.policy import operation as operations
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import startup

SHOW = 'os_compute_api:servers:show'
#: Names of scopes: everybody's, and one owner's.
ALL = 'as in stock Nova'
OWN = 'own servers only'
#: Substitutions with which rules ask for an operation.
OF_OPERATIONS = {'%(action)s', '%(path)s', '%(verb)s'}


class Explanation(NamedTuple):
    """The outcome of a caller's requests.

    ``rules`` holds the rules and their results, those for reading first;
    ``asks`` is true where they ask what the caller does, so that other
    operations can have other results. The last three are None without a
    server; ``answer`` is the response to GET, ``acts`` that to actions.
    """

    mode: str
    rules: Dict[str, bool]
    asks: bool
    sees: str
    changes: str
    owner: Optional[str]
    answer: Optional[str]
    acts: Optional[str]


def explain(
    user_id: str,
    project_id: str,
    roles: Iterable[str],
    server_id: str = '',
    action: str = '',
) -> Explanation:
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
    enforcer = service.NOVA.rules.read()
    reads = decision.decide(
        enforcer,
        context,
        operations.Operation(
            'GET', '/servers/{id}', {'id': server_id}, server_id
        ),
    )
    changes = decision.decide(
        enforcer,
        context,
        operations.Operation(
            'POST',
            '/servers/{id}/action',
            {'id': server_id},
            server_id,
            lambda: action,
        ),
    )
    consulted = {**reads.consulted, **changes.consulted}
    owner = answer = acts = None
    if server_id:
        owner = _owner(server_id)
        answer = _answer(context, reads.scope, server_id)
        acts = ALL
        if _answer(context, changes.scope, server_id) == '404':
            acts = '404'
    return Explanation(
        CONF.cloud_security.mode,
        consulted,
        any(
            inspection.mentions(enforcer, rule, OF_OPERATIONS)
            for rule in consulted
        ),
        _said(reads.scope),
        _said(changes.scope),
        owner,
        answer,
        acts,
    )


def _said(scope: scopes.Scope) -> str:
    return ALL if scope.is_everybody else OWN


def _owner(server_id: str) -> str:
    found = ownership.owners([server_id])
    if not found:
        return 'there is no such server'
    [owner_id] = found.values()
    return owner_id or 'nobody: its API record has no user'


def _answer(context: Any, scope: scopes.Scope, server_id: str) -> str:
    """Return the response to GET /servers/{server_id}, in enforce mode."""
    startup.install(service.NOVA)
    if not uuidutils.is_uuid_like(server_id):
        return '404'
    try:
        with scopes.entered(scope, context.request_id):
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
