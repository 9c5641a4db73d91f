# SPDX-License-Identifier: Apache-2.0
"""Recorder: the record of what a request denied or overrode.

The recorder looks the owner up after the response has been sent, and does the
same for a resource that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

import webob

from cloud_security.audit import events
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import monitor
from cloud_security.wsgi import records
from cloud_security.wsgi import service as services


class Recorder:
    """Writes records into the log and, if configured, to the message bus."""

    def __init__(self, service: services.Service, mode: str) -> None:
        """Read ``[cloud_security] audit``."""
        self._service = service
        self._mode = mode
        self._records = records.Records(
            service.name,
            service.conf,
            service.notifications,
            lambda: service.host(service.conf),
            service.cadf_type,
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
        elif self._records.audit == 'off' or not self._service.acts(operation):
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
            self._records.write(
                event,
                exchange.context,
                _operation(exchange),
                found,
                response.status_code,
            )

        _after(response, write, self._service.things)


def _after(
    response: webob.Response, close: Callable[[], None], things: str
) -> None:
    # webob removes Content-Length, and would append it elsewhere.
    headers = list(response.headerlist)
    response.app_iter = records.Followed(response.app_iter, close, things)
    response.headerlist = headers


def _operation(exchange: exchanges.Exchange) -> str:
    """Return such as ``POST /servers/{id}/action reboot``."""
    operation = exchange.operation
    if operation is None:
        return str(exchange.request.method)
    return records.described(operation)
