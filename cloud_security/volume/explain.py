# SPDX-License-Identifier: Apache-2.0
"""Explain what a caller may see and change in Cinder, without a request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cinder import context as cinder_context
from cinder import exception
from cinder import objects
from cinder.policies import volumes as policies

from cloud_security.volume import ownership
from cloud_security.volume import service
from cloud_security.wsgi import explanation


def explain(
    user_id: str,
    project_id: str,
    roles: Iterable[str],
    volume_id: str = '',
    action: str = '',
) -> explanation.Explanation:
    """Explain; Cinder's configuration must have been read.

    :param volume_id: a volume that the caller asks for
    :param action: such as ``os-extend``; rules can ask for it
    :raises ScopeError: when it cannot be decided; the filter raises it too
    """
    context = cinder_context.RequestContext(
        user_id,
        project_id,
        roles=list(roles),
        # This thread works for nobody.
        overwrite=False,
    )
    return explanation.of_filtered(
        service.CINDER, context, 'volumes', volume_id, action, _owner, _answer
    ).explain()


def _owner(volume_id: str) -> str:
    # Nobody has this ID, so that every owner is told.
    found = ownership.hidden([volume_id], '')
    if not found:
        return 'there is no such volume'
    [owner_id] = found.values()
    return owner_id or 'nobody: its row has no user'


def _answer(context: Any, volume_id: str) -> str:
    """Return the response to GET /volumes/{volume_id}.

    Source: cinder/volume/api.py API.get, Cinder 24 to 29, which takes a
    refusal for not found.
    """
    try:
        volume = objects.Volume.get_by_id(context, volume_id)
        context.authorize(policies.GET_POLICY, target_obj=volume)
    except (exception.VolumeNotFound, exception.PolicyNotAuthorized):
        return '404'
    except Exception:  # noqa: BLE001 a rule that cannot be decided
        return '500'
    return '200'
