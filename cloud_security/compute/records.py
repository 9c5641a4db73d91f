"""One structured log record for what was hidden from whom.

The caller must not be able to tell it from an answer, by content or by time:
the owner is looked up and the record written after the answer has been sent,
and the look-up is the same for a server that does not exist.
"""

from typing import Any
from typing import Callable
from typing import Dict
from typing import Iterable
from typing import Iterator
from typing import Optional

from oslo_log import log as logging
from oslo_serialization import jsonutils
import webob

from cloud_security.compute import attachments
from cloud_security.compute import exchange as exchanges

LOG = logging.getLogger(__name__)

#: An isolated caller got 404 (or the refusal that Cinder gets) for an
#: existing server of somebody else.
DENIED = 'cloud_security.denied'
#: Monitor mode: what enforce would have hidden.
WOULD_HIDE = 'cloud_security.would_hide'
#: How many servers a record lists; ``count`` always counts them all.
MAX_SERVERS = 100
#: Characters; callers choose the names of actions.
MAX_OPERATION = 200


class _Closing:
    """The body of an answer, and what to do once it has been sent."""

    def __init__(
        self, chunks: Iterable[bytes], close: Callable[[], None]
    ) -> None:
        self._chunks = chunks
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)


def write_after(exchange: exchanges.Exchange, answer: webob.Response) -> None:
    """Write what there is to record once the answer has been sent."""
    operation = exchange.operation
    if not exchange.enforces:
        _after(answer, lambda: _write(WOULD_HIDE, exchange, exchange.found))
    elif (
        operation is not None
        and operation.server_id is not None
        and (
            answer.status_code == 404
            or attachments.is_refused(exchange, answer)
        )
    ):
        server_id = operation.server_id
        _after(
            answer,
            lambda: _write(DENIED, exchange, exchange.hidden([server_id])),
        )


def _after(answer: webob.Response, close: Callable[[], None]) -> None:
    def guarded() -> None:
        # The answer is out and was right; a record that cannot be written
        # is an error of its own and must not end the connection.
        try:
            close()
        except Exception:
            LOG.exception('A record of hidden servers could not be written.')

    length = answer.content_length
    answer.app_iter = _Closing(answer.app_iter, guarded)
    answer.content_length = length


def _write(
    event: str, exchange: exchanges.Exchange, servers: Dict[str, Optional[str]]
) -> None:
    if not servers:
        return
    context = exchange.context
    record: Dict[str, Any] = {
        'request_id': context.request_id,
        'user_id': context.user_id,
        'project_id': context.project_id,
        'operation': _operation(exchange),
        'count': len(servers),
        'servers': [
            {'server_id': server_id, 'owner_id': owner_id}
            for server_id, owner_id in sorted(servers.items())[:MAX_SERVERS]
        ],
    }
    LOG.info(
        '%s %s',
        event,
        jsonutils.dumps(record, sort_keys=True),
        extra={'cloud_security': record},
    )


def _operation(exchange: exchanges.Exchange) -> str:
    """Return such as ``POST /servers/{id}/action reboot``."""
    operation = exchange.operation
    if operation is None:
        return str(exchange.request.method)
    name = f'{operation.verb} {operation.path}'
    if operation.path.endswith('/action'):
        name += ' ' + ', '.join(map(str, exchange.json_body() or ()))
    return name[:MAX_OPERATION]
