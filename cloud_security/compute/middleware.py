"""The filter ``user_isolation`` of Nova's API.

It stands directly before ``osapi_compute_app_v21`` in every pipeline that
ends there::

    [filter:user_isolation]
    paste.filter_factory = cloud_security.compute.middleware:factory

It reads ``nova.context`` from the environ and answers nothing of its own: it
holds the caller's scope while Nova answers. What rows do not cover is changed
on the way in (BEFORE) and on the way out (AFTER). It never lets a request
through whose scope it cannot tell; Nova's FaultWrapper makes that a 500.
"""

import contextlib
from typing import Any
from typing import Callable
from typing import ContextManager
from typing import Dict

from nova.conf import CONF
import webob
import webob.dec

from cloud_security.compute.transforms import attachments
from cloud_security.compute.transforms import floating_ips
from cloud_security.compute.transforms import foreign_ids
from cloud_security.compute.transforms import quotas
from cloud_security.compute.transforms import scheduler_hints
from cloud_security.policy import decision as decisions
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import monitor
from cloud_security.wsgi import recorder as recorders
from cloud_security.wsgi import routing
from cloud_security.wsgi import startup

Application = Callable[..., Any]

BEFORE = (scheduler_hints.neutralize, floating_ips.guard)
AFTER = (attachments.refuse, quotas.hide_usage, foreign_ids.replace)


def factory(
    global_conf: Dict[str, str], **local_conf: str
) -> Callable[[Application], 'UserIsolation']:
    """Return the filter for paste.deploy.

    :raises UnsafeStart: when the filter could not protect
    """
    mode = startup.mode(CONF, local_conf)
    recorder = recorders.Recorder(CONF)

    def user_isolation(application: Application) -> 'UserIsolation':
        startup.check(application, mode)
        return UserIsolation(application, mode, recorder)

    return user_isolation


class UserIsolation:
    """WSGI middleware: one request from start to end."""

    def __init__(
        self, application: Application, mode: str, recorder: recorders.Recorder
    ) -> None:
        self.application = application
        self.mode = mode
        self.recorder = recorder
        # What goes wrong is an error, but monitor mode changes no answer.
        self.careful: Callable[[], ContextManager[None]] = (
            monitor.harmlessly if mode == 'monitor' else contextlib.nullcontext
        )

    @webob.dec.wsgify
    def __call__(self, request: webob.Request) -> webob.Response:
        """Let Nova answer within the caller's scope."""
        context = request.environ.get('nova.context')
        if context is None:
            raise scopes.ScopeError(
                'user_isolation got a request without nova.context: in '
                'api-paste.ini it belongs after keystonecontext.'
            )
        if self.mode == 'off':
            return self._answer(request, context, scopes.EVERYBODY)
        exchange = None
        with self.careful():
            exchange = self._decide(request, context)
        if exchange is None:
            return self._answer(request, context, scopes.EVERYBODY)
        if exchange.decision.scope.is_everybody:
            with self.careful():
                scheduler_hints.neutralize(exchange)
            answer = self._answer(request, context, monitor.others(exchange))
            exchange.restore(answer)
            scheduler_hints.show_as_sent(exchange, answer)
            self.recorder.write_after(exchange, answer)
            return answer
        scope = exchange.decision.scope
        if not exchange.enforces:
            scope = monitor.scope(exchange)
        with self.careful():
            for change in BEFORE:
                change(exchange)
        answer = self._answer(request, context, scope)
        with self.careful():
            for amend in AFTER:
                amend(exchange, answer)
        exchange.restore(answer)
        scheduler_hints.show_as_sent(exchange, answer)
        self.recorder.write_after(exchange, answer)
        return answer

    def _decide(
        self, request: webob.Request, context: Any
    ) -> exchanges.Exchange:
        operation = routing.operation(self.application, request.environ)
        decision = decisions.decide(context, operation)
        if attachments.is_asked_by_service(context, operation):
            decision = decisions.Decision(scopes.EVERYBODY, decision.consulted)
        return exchanges.Exchange(
            request,
            context,
            operation,
            decision,
            enforces=self.mode == 'enforce',
        )

    def _answer(
        self, request: webob.Request, context: Any, scope: scopes.Scope
    ) -> webob.Response:
        with scopes.entered(scope, context.request_id):
            answer = request.get_response(self.application)
            # Whatever is still to be read is read inside the scope.
            answer.body
        return answer
