"""One structured record for what was hidden from whom, or overridden.

The caller must not be able to tell it from an answer, by content or by time:
the owner is looked up and the record written after the answer has been sent,
and the look-up is the same for a server that does not exist.
"""

from typing import Any
from typing import Callable
from typing import Dict
from typing import Iterable
from typing import Iterator

from oslo_config import cfg
from oslo_log import log as logging
from oslo_serialization import jsonutils
from oslo_utils import timeutils
import webob

from cloud_security.audit import cadf
from cloud_security.compute.transforms import attachments
from cloud_security.wsgi import exchange as exchanges

LOG = logging.getLogger(__name__)

#: An isolated caller got 404 (or the refusal that Cinder gets) for an
#: existing server of somebody else.
DENIED = 'cloud_security.denied'
#: A manager or an admin acted on somebody else's server.
OVERRODE = 'cloud_security.overrode'
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


class Recorder:
    """Writes records into the log and, where it is asked to, on the bus."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        """Prepare for ``[cloud_security] audit``."""
        self.audit = conf.cloud_security.audit
        self.bus = cadf.Bus() if self.audit == 'both' else None

    def write_after(
        self, exchange: exchanges.Exchange, answer: webob.Response
    ) -> None:
        """Write what there is to record once the answer has been sent."""
        operation = exchange.operation
        is_open = exchange.decision.scope.is_everybody
        if not is_open and not exchange.enforces:
            self._write_after(WOULD_HIDE, exchange, answer)
        elif (
            self.audit == 'off'
            or operation is None
            or operation.server_id is None
        ):
            return
        elif is_open:
            if exchange.found and answer.status_code < 400:
                self._write_after(OVERRODE, exchange, answer)
        elif answer.status_code == 404 or attachments.is_refused(
            exchange, answer
        ):
            self._write_after(
                DENIED, exchange, answer, look_up=operation.server_id
            )

    def _write_after(
        self,
        event: str,
        exchange: exchanges.Exchange,
        answer: webob.Response,
        look_up: str = '',
    ) -> None:
        """Write a record of the servers that were found.

        :param look_up: a server that may be hidden, and is looked for then
        """

        def write() -> None:
            if look_up:
                exchange.hidden([look_up])
            if not exchange.found:
                return
            record = _record(exchange)
            LOG.info(
                '%s %s',
                event,
                jsonutils.dumps(record, sort_keys=True),
                extra={'cloud_security': record},
            )
            if self.bus is not None and event != WOULD_HIDE:
                self.bus.send(event, record, answer.status_code)

        _after(answer, write)


def _after(answer: webob.Response, close: Callable[[], None]) -> None:
    def guarded() -> None:
        # The answer is out and was right; a record that cannot be written
        # is an error of its own and must not end the connection.
        try:
            close()
        except Exception:
            LOG.exception('A record of hidden servers could not be written.')

    # webob takes the length out, and would put it back elsewhere.
    headers = list(answer.headerlist)
    answer.app_iter = _Closing(answer.app_iter, guarded)
    answer.headerlist = headers


def _record(exchange: exchanges.Exchange) -> Dict[str, Any]:
    context = exchange.context
    servers = exchange.found
    return {
        'time': timeutils.utcnow(with_timezone=True).isoformat(),
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


def _operation(exchange: exchanges.Exchange) -> str:
    """Return such as ``POST /servers/{id}/action reboot``."""
    operation = exchange.operation
    if operation is None:
        return str(exchange.request.method)
    name = f'{operation.verb} {operation.path} {operation.action}'
    return name.strip()[:MAX_OPERATION]
