# SPDX-License-Identifier: Apache-2.0
"""Recorder: writes one record for what a request denied or overrode.

A caller must not recognize a record, neither by content nor by time. So the
recorder looks the owner up after the response has been sent, and does the
same for a resource that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Optional

from oslo_log import log as logging
from oslo_serialization import jsonutils
from oslo_utils import timeutils
import webob

from cloud_security.audit import cadf
from cloud_security.audit import events
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import monitor
from cloud_security.wsgi import service as services

LOG = logging.getLogger(__name__)


class _Closing:
    """The body of a response, with a function to call after it was sent."""

    def __init__(
        self, chunks: Iterable[bytes], close: Callable[[], None]
    ) -> None:
        self._chunks = chunks
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)

    def close(self) -> None:
        """Close the chunks, and call the function."""
        try:
            if hasattr(self._chunks, 'close'):
                self._chunks.close()
        finally:
            self._close()


class Recorder:
    """Writes records into the log and, if configured, to the message bus."""

    def __init__(self, service: services.Service, mode: str) -> None:
        """Read ``[cloud_security] audit``."""
        self._service = service
        self._mode = mode
        self._audit = service.conf.cloud_security.audit
        self._bus = (
            cadf.Bus(
                service.notifications,
                service.host(service.conf),
                service.cadf_type,
            )
            if self._audit == 'both'
            else None
        )

    def write_after(
        self,
        exchange: exchanges.Exchange,
        response: webob.Response,
        found: monitor.Owners,
        is_denial: bool,
    ) -> None:
        """Write the record of a request, once its response has been sent.

        :param found: hidden resources that scope and transforms found
        :param is_denial: whether a transform refused the request
        """
        operation = exchange.operation
        is_open = exchange.decision.scope.is_everybody
        if not is_open and self._mode == 'monitor':
            self._write_after(events.WOULD_HIDE, exchange, response, found)
        elif self._audit == 'off' or not self._service.acts(operation):
            return
        elif is_open:
            if found and response.status_code < 400:
                self._write_after(events.OVERRODE, exchange, response, found)
        elif response.status_code == 404 or is_denial:
            self._write_after(
                events.DENIED,
                exchange,
                response,
                found,
                look_up=operation.resource_id if operation else None,
            )

    def _write_after(
        self,
        event: str,
        exchange: exchanges.Exchange,
        response: webob.Response,
        found: monitor.Owners,
        look_up: Optional[str] = None,
    ) -> None:
        """Write a record of the resources that were found.

        :param look_up: the ID in the path, of what may be hidden
        """

        def write() -> None:
            if look_up:
                found.update(
                    self._service.hidden([look_up], exchange.caller_id)
                )
            if not found:
                return
            record = events.record(
                exchange.context,
                _operation(exchange),
                found,
                timeutils.utcnow(with_timezone=True).isoformat(),
                response.status_code,
                self._service.name,
            )
            LOG.info(
                '%s %s',
                event,
                jsonutils.dumps(record, sort_keys=True),
                extra={'cloud_security': record},
            )
            if self._bus is not None and event != events.WOULD_HIDE:
                self._bus.send(event, record, response.status_code)

        _after(response, write, self._service.things)


def _after(
    response: webob.Response, close: Callable[[], None], things: str
) -> None:
    def guarded() -> None:
        # The response is out and was right. A record that cannot be written
        # must not end the connection.
        try:
            close()
        except Exception:
            LOG.exception(
                'A record of hidden %s could not be written.', things
            )

    # webob removes Content-Length, and would append it elsewhere.
    headers = list(response.headerlist)
    response.app_iter = _Closing(response.app_iter, guarded)
    response.headerlist = headers


def _operation(exchange: exchanges.Exchange) -> str:
    """Return such as ``POST /servers/{id}/action reboot``."""
    operation = exchange.operation
    if operation is None:
        return str(exchange.request.method)
    return f'{operation.verb} {operation.path} {operation.action}'.strip()
