"""Cinder's question whether a volume is still attached (CVE-2023-2088).

Cinder asks with the token of whoever wants an attachment deleted and takes
404 as "gone, delete it". It must never get 404 for a server that is hidden.
Source: cinder/volume/api.py attachment_deletion_allowed, Cinder 22 and later.
"""

from typing import Any
from typing import Optional

from nova.policies import volumes_attachments
from oslo_serialization import jsonutils
import webob

from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import routing

PATH = '/servers/{server_id}/os-volume_attachments/{id}'
SERVICE_ROLE = 'service'


def is_asked_by_service(
    context: Any, operation: Optional[routing.Operation]
) -> bool:
    """Tell whether Cinder asks with a service token beside the user's.

    It does with ``[service_user] send_service_user_token``.
    """
    return (
        operation is not None
        and operation.is_read
        and operation.path == PATH
        and SERVICE_ROLE in (context.service_roles or [])
    )


def refuse(exchange: exchanges.Exchange, answer: webob.Response) -> None:
    """Turn 404 into 403 where the server is not one of the caller's.

    Hidden and unknown servers are refused alike, in the words of Nova's own
    refusal. An own server keeps its 404: there it is the truth.
    """
    operation = exchange.operation
    if (
        operation is None
        or operation.server_id is None
        or not exchange.enforces
        or not exchange.is_for('GET', PATH)
        or answer.status_code != 404
        or exchange.own([operation.server_id])
    ):
        return
    rule = volumes_attachments.POLICY_ROOT % 'show'
    answer.status = 403
    said = {
        'forbidden': {
            'code': 403,
            'message': f"Policy doesn't allow {rule} to be performed.",
        }
    }
    exchanges.put(answer, jsonutils.dump_as_bytes(said))


def is_refused(exchange: exchanges.Exchange, answer: webob.Response) -> bool:
    """Tell whether an answer may be such a refusal."""
    return answer.status_code == 403 and exchange.is_for('GET', PATH)
