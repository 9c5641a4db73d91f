# SPDX-License-Identifier: Apache-2.0
"""Owners of new images.

Glance takes the property ``user_id`` for one like any other: Nova writes it,
other callers write none or what they like. The filter writes the caller's ID
over it. An image that a manager or an admin makes of a server belongs to the
owner of that server, or this owner could not unshelve it. An image that an
admin makes for another project belongs to the project, or to whom the admin
names.
Source: glance/api/v2/images.py RequestDeserializer.create,
glance/common/scripts/image_import/main.py create_image, Glance 28 to 33.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from oslo_log import log as logging
from oslo_serialization import jsonutils

from cloud_security.image import models
from cloud_security.image import sent_json
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import server_owners
from cloud_security.wsgi import transform

LOG = logging.getLogger(__name__)

IMAGES = ('POST', '/images')
#: A task of type import makes an image with the properties in its input.
TASKS = ('POST', '/tasks')


def stamp(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Write the owner of the image that a request makes."""
    operation = exchange.operation
    sent = sent_json.load(exchange.environ)
    properties = sent
    if operation is not None and (operation.verb, operation.path) == TASKS:
        properties = _get(_get(sent, 'input'), 'image_properties')
    if not isinstance(properties, dict) or not exchange.context.user_id:
        return None
    if _is_for_another_project(exchange, properties):
        return None
    properties[models.OWNER] = _owner_id(exchange, properties)
    return transform.Change(body=jsonutils.dump_as_bytes(sent))


def _get(found: Any, key: str) -> Any:
    return found.get(key) if isinstance(found, dict) else None


def _is_for_another_project(
    exchange: exchanges.Exchange, properties: dict[str, Any]
) -> bool:
    """Tell whether an exempt caller gives a new image to another project.

    Glance's rules let admins alone write ``owner``.
    """
    return (
        exchange.decision.scope.is_everybody
        and properties.get(models.SERVER) is None
        and properties.get('owner') not in (None, exchange.context.project_id)
    )


def _owner_id(exchange: exchanges.Exchange, properties: dict[str, Any]) -> str:
    """Return the caller's ID, or that of the owner of the imaged server."""
    server_id = properties.get(models.SERVER)
    if server_id is None or not exchange.decision.scope.is_everybody:
        return exchange.caller_id
    try:
        owner_id = server_owners.owner_id(
            exchange.context.auth_token,
            exchange.context.service_catalog,
            server_id,
        )
    except Exception as error:  # noqa: BLE001 whatever Nova responds
        LOG.warning(
            'Nova could not be asked whose server %s is, so that an image of '
            'it belongs to user %s who made it: %s. An admin can give it to '
            'another user: openstack image set --property user_id=USER IMAGE',
            server_id,
            exchange.caller_id,
            error,
        )
        owner_id = None
    return owner_id or exchange.caller_id


_ROUTES = frozenset({IMAGES, TASKS})
STAMP = (
    transform.Transform(before=stamp, routes=_ROUTES),
    transform.Transform(before=stamp, routes=_ROUTES, for_unrestricted=True),
)
