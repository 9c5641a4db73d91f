# SPDX-License-Identifier: Apache-2.0
"""UserIsolation: the filter, the same for every service.

The filter stands directly before the service's own application. It reads the
caller's context from the environ and answers no request itself: it holds the
caller's scope while the service answers. Transforms change what rows do not
cover. The filter lets no request through whose scope it cannot decide; the
service then answers 500.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import contextlib
import re
from typing import Any
from typing import ContextManager
from typing import NamedTuple

import webob
import webob.dec

from cloud_security.policy import decision as decisions
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import monitor
from cloud_security.wsgi import recorder as recorders
from cloud_security.wsgi import service as services
from cloud_security.wsgi import startup
from cloud_security.wsgi import transform as transforms

Application = Callable[..., Any]


def factory(
    service: services.Service, local_conf: dict[str, str]
) -> Callable[[Application], UserIsolation]:
    """Return the filter of a service for paste.deploy.

    :param local_conf: options of the filter's section of api-paste.ini
    :raises UnsafeStart: when the filter could not protect
    """
    mode = startup.mode(service, local_conf)
    recorder = recorders.Recorder(service, mode)

    def user_isolation(application: Application) -> UserIsolation:
        startup.check(service, application, mode)
        return UserIsolation(service, application, mode, recorder)

    return user_isolation


class Step(NamedTuple):
    """A transform, and whether the filter applies what it returns."""

    transform: transforms.Transform
    is_applied: bool


class Plan(NamedTuple):
    """All that the filter does with one request.

    ``found`` gets the hidden servers that scope and transforms find.
    """

    exchange: exchanges.Exchange
    scope: scopes.Scope
    steps: list[Step]
    found: monitor.Owners


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
        self.service = service
        self.application = application
        self.mode = mode
        self.recorder = recorder
        self._route = service.router(application)
        # An error is an error, but monitor mode changes no response.
        self._careful: Callable[[], ContextManager[None]] = (
            monitor.harmlessly if mode == 'monitor' else contextlib.nullcontext
        )

    @webob.dec.wsgify
    def __call__(self, request: webob.Request) -> webob.Response:
        """Let the service answer within the caller's scope."""
        context = request.environ.get(self.service.context_key)
        if context is None:
            raise scopes.ScopeError(
                f'user_isolation got a request without '
                f'{self.service.context_key}: in api-paste.ini it belongs '
                'after keystonecontext.'
            )
        plan = None
        if self.mode != 'off':
            with self._careful():
                plan = self._plan(request, context)
        if plan is None:
            return self._respond(request, context, scopes.EVERYBODY)
        restores: dict[str, str] = {}
        is_denial = False
        for step in plan.steps:
            with self._careful():
                restores.update(self._before(plan, step))
        response = self._respond(request, context, plan.scope)
        for step in plan.steps:
            with self._careful():
                is_denial |= self._after(plan, step, response)
        _restore(response, restores)
        self.recorder.write_after(
            plan.exchange, response, plan.found, is_denial
        )
        return response

    def _plan(self, request: webob.Request, context: Any) -> Plan:
        """Choose the scope and the transforms of a request."""
        service = self.service
        operation = self._route(request.environ)
        decision = decisions.decide(service.rules.read(), context, operation)
        if service.is_exempt(context, operation):
            decision = decisions.Decision(scopes.EVERYBODY, decision.consulted)
        exchange = exchanges.Exchange(
            request, dict(request.environ), context, operation, decision
        )
        chosen = [
            transform
            for transform in service.transforms
            if transform.is_for(operation)
        ]
        found: monitor.Owners = {}
        for_everybody = [
            Step(transform, is_applied=True)
            for transform in chosen
            if transform.for_everybody
        ]
        if decision.scope.is_everybody:
            scope = monitor.overriding(service, exchange, found)
            return Plan(exchange, scope, for_everybody, found)
        enforces = self.mode == 'enforce'
        for_owners = [
            Step(transform, is_applied=enforces)
            for transform in chosen
            if not transform.for_everybody
        ]
        if enforces:
            return Plan(exchange, decision.scope, for_owners, found)
        # Monitor mode responds to isolated callers as to everybody.
        scope = monitor.noting(service, exchange, found)
        return Plan(exchange, scope, for_owners + for_everybody, found)

    def _before(self, plan: Plan, step: Step) -> Mapping[str, str]:
        """Change the request, and return the texts to restore."""
        before = step.transform.before
        change = before(plan.exchange) if before else None
        if change is None:
            return {}
        plan.found.update(change.hidden)
        if not step.is_applied:
            return {}
        if change.body is not None:
            plan.exchange.request.body = change.body
        return change.restores

    def _after(self, plan: Plan, step: Step, response: webob.Response) -> bool:
        """Change the response, and tell whether that is a refusal."""
        after = step.transform.after
        change = after(plan.exchange, response) if after else None
        if change is None:
            return False
        plan.found.update(change.hidden)
        if not step.is_applied:
            return False
        if change.status is not None:
            response.status = change.status
        if change.body is not None:
            _put(response, change.body)
        return change.is_denial

    def _respond(
        self, request: webob.Request, context: Any, scope: scopes.Scope
    ) -> webob.Response:
        with scopes.entered(scope, context.request_id):
            response = request.get_response(self.application)
            # The service reads the rest of its rows inside the scope.
            response.body
        return response


def _restore(response: webob.Response, restores: Mapping[str, str]) -> None:
    """Let a response repeat what the caller sent."""
    if not restores:
        return
    # The longest first: one text can begin with another.
    texts = sorted(restores, key=len, reverse=True)
    pattern = '|'.join(map(re.escape, texts)).encode()
    _put(
        response,
        re.sub(
            pattern,
            lambda found: restores[found.group().decode()].encode(),
            response.body,
        ),
    )


def _put(response: webob.Response, body: bytes) -> None:
    """Replace the body of a response; its headers stay in their order."""
    headers = [
        (name, str(len(body)) if name.lower() == 'content-length' else text)
        for name, text in response.headerlist
    ]
    response.body = body
    response.headerlist = headers
