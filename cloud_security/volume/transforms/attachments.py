# SPDX-License-Identifier: Apache-2.0
"""Nova's changes of attachments, in the name of a user.

Nova takes the IDs of attachments from its own database, where it has checked
that the server is the user's. Old servers hold volumes of other owners:
without this exemption nobody could detach them. A service token alone exempts
nothing else, because the IDs in other requests are the user's choice.
Source: nova/volume/cinder.py attachment_update, attachment_delete and
attachment_complete, Nova 29 to 34.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from cloud_security.policy import operation as operations
from cloud_security.wsgi import service_tokens

_CHANGES = frozenset(
    {('PUT', '/attachments/{id}'), ('DELETE', '/attachments/{id}')}
)
_ACTION = ('POST', '/attachments/{id}/action')
_COMPLETE = 'os-complete'


def is_changed_by_service(
    context: Any, operation: Optional[operations.Operation]
) -> bool:
    """Tell whether Nova changes an attachment, with a service token."""
    if operation is None or not service_tokens.is_beside(context):
        return False
    route = operation.verb, operation.path
    return route in _CHANGES or (
        route == _ACTION and operation.action == _COMPLETE
    )
