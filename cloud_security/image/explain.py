# SPDX-License-Identifier: Apache-2.0
"""Explain what a caller may see and change in Glance, without a request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from glance import context as glance_context
from glance import db
from glance.api.v2 import policy
from glance.common import exception
import webob.exc

from cloud_security.image import ownership
from cloud_security.image import service
from cloud_security.wsgi import explanation


def explain(
    user_id: str,
    project_id: str,
    roles: Iterable[str],
    image_id: str = '',
    action: str = '',
) -> explanation.Explanation:
    """Explain; Glance's configuration must have been read.

    :param image_id: an image that the caller asks for
    :param action: Glance has none in bodies; rules can ask for it
    :raises ScopeError: when it cannot be decided; the filter raises it too
    """
    context = glance_context.RequestContext(
        user_id=user_id,
        project_id=project_id,
        roles=[role.lower() for role in roles],
        # This thread works for nobody.
        overwrite=False,
    )
    return explanation.of_filtered(
        service.GLANCE, context, 'images', image_id, action, _owner, _answer
    ).explain()


def _owner(image_id: str) -> str:
    found = ownership.named(image_id)
    if found is None:
        return 'there is no such image'
    visibility, owner_id = found
    if visibility != 'private':
        return f'everybody who may see it: it is {visibility}'
    return owner_id or 'the project: it names no user'


def _answer(context: Any, image_id: str) -> str:
    """Return the response to GET /images/{image_id}.

    Source: glance/api/v2/images.py ImagesController.show, Glance 28 to 33.
    """
    try:
        image = db.ImageRepo(context, db.get_api()).get(image_id)
        policy.ImageAPIPolicy(
            context, image, context.policy_enforcer
        ).get_image()
    except (exception.NotFound, webob.exc.HTTPNotFound):
        return '404'
    except webob.exc.HTTPForbidden:
        return '403'
    except Exception:  # noqa: BLE001 a rule that cannot be decided
        return '500'
    return '200'
