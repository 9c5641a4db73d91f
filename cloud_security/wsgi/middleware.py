# SPDX-License-Identifier: Apache-2.0
"""UserIsolation: the filter, the same for every service.

The filter stands behind the filter that makes the context, and before all that
responds from the service's data. It reads the caller's context from the
environ and holds the caller's scope while the service responds. The service
responds to every request itself; transforms change requests and responses
where rows do not cover. In enforce mode, a request whose scope the filter
cannot decide gets 500. In monitor mode the filter logs that, and the service
responds as without the filter.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
import types
from typing import Any

import webob

from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import depth
from cloud_security.wsgi import plan as plans
from cloud_security.wsgi import recorder as recorders
from cloud_security.wsgi import service as services
from cloud_security.wsgi import startup
from cloud_security.wsgi import stream as streams

Application = Callable[..., Any]


def factory(
    service: services.Service, local_conf: dict[str, str]
) -> Callable[[Application], Application]:
    """Return the filter of a service for paste.deploy.

    :param local_conf: options of the filter's section of api-paste.ini
    :raises UnsafeStart: when the filter could not protect
    """
    mode = startup.mode(service, local_conf)
    recorder = recorders.Recorder(service, mode)

    def user_isolation(application: Application) -> Application:
        startup.check(service, application, mode)
        depth.give_back(
            lambda measuring: (
                UserIsolation(service, measuring, 'off', recorder).respond
            ),
            {
                'REQUEST_METHOD': 'GET',
                **service.environ(
                    types.SimpleNamespace(request_id='cloud_security-depth')
                ),
            },
        )
        # A method, because Python calls it without C code, see depth.py.
        return UserIsolation(service, application, mode, recorder).respond

    return user_isolation


class UserIsolation:
    """WSGI middleware: one request from start to end."""

    def __init__(
        self,
        service: services.Service,
        application: Application,
        mode: str,
        recorder: recorders.Recorder,
    ) -> None:
        """Prepare for the application that follows the filter."""
        self.application = application
        self._service = service
        # Mode off holds a scope for every request and does nothing else. With
        # the scope, isolation:enforced holds: without it, the drop-in would
        # refuse all members.
        self._planner = (
            None
            if mode == 'off'
            else plans.Planner(service, application, mode)
        )
        self._recorder = recorder

    def respond(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Let the service answer within the caller's scope.

        :raises ScopeError: in each mode, where the environ has no context, or
            the context no ID of a request of its own
        """
        context = self._service.context(environ)
        if context is None:
            raise scopes.ScopeError(
                'user_isolation got a request without '
                f'{self._service.context_key}: in api-paste.ini it belongs '
                f'after {self._service.context_filter}.'
            )
        plan = self._planner and self._planner.plan(environ, context)
        restores = plan.before() if plan else {}
        started: list[Any] = []
        chunks: list[bytes] = []

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            started[:] = status, headers
            return chunks.append

        scope = plan.scope if plan else scopes.EVERYBODY
        with scopes.entered(scope, context.request_id):
            # A helper function here would be one frame more by which
            # depth.py raises Python's limit, for the whole process.
            sent = self.application(environ, start)
            is_stream = streams.is_stream(
                self._service.streamed_types, started
            )
            try:
                # The service reads the rest of its rows inside the scope.
                if not is_stream:
                    chunks.extend(sent)
            finally:
                if not is_stream and hasattr(sent, 'close'):
                    sent.close()
        [status, headers] = started
        response = webob.Response(
            status=status,
            headerlist=list(headers),
            app_iter=streams.Stream(chunks, sent, scope)
            if is_stream
            else [b''.join(chunks)],
        )
        if plan:
            is_denial = not is_stream and plan.after(response, restores)
            self._recorder.write_after(
                plan.exchange, response, plan.found, is_denial
            )
        sent_on: Iterable[bytes] = response(environ, start_response)
        return sent_on
