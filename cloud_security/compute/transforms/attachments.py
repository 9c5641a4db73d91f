# SPDX-License-Identifier: Apache-2.0
"""Cinder's question whether a volume is still attached (CVE-2023-2088).

Cinder asks with the token of the user who wants an attachment deleted, and
takes 404 as "gone, delete it". So Cinder must never get 404 for a server that
is hidden.
Source: cinder/volume/api.py attachment_deletion_allowed, Cinder 22 and later.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from nova.policies import volumes_attachments
from oslo_serialization import jsonutils
import webob

from cloud_security.compute import ownership
from cloud_security.policy import operation as operations
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import service_tokens
from cloud_security.wsgi import transform

PATH = '/servers/{server_id}/os-volume_attachments/{id}'


def is_asked_by_service(
    context: Any, operation: Optional[operations.Operation]
) -> bool:
    """Tell whether Cinder asks with a service token beside the user's.

    Cinder does with ``[service_user] send_service_user_token``.
    """
    return (
        operation is not None
        and operation.is_read
        and operation.path == PATH
        and service_tokens.is_beside(context)
    )


def refuse(
    exchange: exchanges.Exchange, response: webob.Response
) -> Optional[transform.Change]:
    """Turn 404 into 403 where the server is not one of the caller's.

    Hidden and unknown servers are refused alike, in the words of Nova's own
    refusal. An own server keeps its 404: there it is the truth.
    """
    operation = exchange.operation
    if (
        operation is None
        or operation.resource_id is None
        or response.status_code != 404
        or ownership.own([operation.resource_id], exchange.caller_id)
    ):
        return None
    rule = volumes_attachments.POLICY_ROOT % 'show'
    refusal = {
        'forbidden': {
            'code': 403,
            'message': f"Policy doesn't allow {rule} to be performed.",
        }
    }
    return transform.Change(
        status=403,
        body=jsonutils.dump_as_bytes(refusal),
        is_denial=True,
    )


REFUSE = transform.Transform(after=refuse, routes=frozenset({('GET', PATH)}))
