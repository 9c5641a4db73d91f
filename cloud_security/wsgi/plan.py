# SPDX-License-Identifier: Apache-2.0
"""Plan: all that the filter does with one request, chosen before it starts."""

from __future__ import annotations

from collections.abc import Mapping
import contextlib
import dataclasses
import re
from typing import Any
from typing import ContextManager
from typing import NamedTuple
from typing import Optional

import webob

from cloud_security.policy import decision as decisions
from cloud_security.policy import operation as operations
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import body as bodies
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import monitor
from cloud_security.wsgi import service as services
from cloud_security.wsgi import transform as transforms


class Step(NamedTuple):
    """A transform, and whether the filter applies what it returns."""

    transform: transforms.Transform
    is_applied: bool


class Planner:
    """Chooses scope and steps of requests, in one mode."""

    def __init__(
        self, service: services.Service, application: Any, mode: str
    ) -> None:
        """Prepare for the application that follows the filter."""
        self._service = service
        self._route = service.router(application)
        self._enforces = mode == 'enforce'
        # Monitor mode changes no response: the log gets its errors.
        self._careful: ContextManager[Any] = (
            contextlib.nullcontext() if self._enforces else monitor.Harmless()
        )
        self._steps: dict[Any, tuple[Step, ...]] = {}

    def plan(self, environ: dict[str, Any], context: Any) -> Optional[Plan]:
        """Return the plan for a request.

        :returns: None in monitor mode, where enforce would have failed
        :raises ScopeError: when the rules cannot decide
        """
        with self._careful:
            return self._plan(environ, context)
        # Harmless has logged an error.
        return None

    def _plan(self, environ: dict[str, Any], context: Any) -> Plan:
        service = self._service
        operation = self._route(environ)
        decision = decisions.decide(service.rules.read(), context, operation)
        if service.is_exempt(context, operation):
            decision = decisions.Decision(scopes.EVERYBODY, decision.consulted)
        exchange = exchanges.Exchange(
            environ, dict(environ), context, operation, decision
        )
        found: monitor.Owners = {}
        scope = decision.scope
        if not scope.is_everybody:
            scope = self._of_isolated(exchange)
            if scope is not decision.scope:
                exchange = dataclasses.replace(
                    exchange, decision=decision._replace(scope=scope)
                )
        is_open = scope.is_everybody
        if is_open:
            scope = monitor.overriding(service, exchange, found)
        elif not self._enforces:
            scope = monitor.noting(service, exchange, found)
        steps = self._chosen(operation, is_open)
        return Plan(exchange, scope, steps, found, self._careful)

    def _of_isolated(self, exchange: exchanges.Exchange) -> scopes.Scope:
        """Return the scope of an isolated caller for one request."""
        if self._service.has_proof(exchange):
            return scopes.EVERYBODY
        scope = exchange.decision.scope
        totals = self._service.totals(exchange.operation)
        if totals == scope.totals:
            return scope
        return dataclasses.replace(scope, totals=totals)

    def _chosen(
        self, operation: Optional[operations.Operation], is_open: bool
    ) -> tuple[Step, ...]:
        """Return the steps for an operation; their number is limited."""
        key = (operation and (operation.verb, operation.path), is_open)
        steps = self._steps.get(key)
        if steps is None:
            chosen = [
                transform
                for transform in self._service.transforms
                if transform.is_for(operation)
            ]
            for_isolated = [
                Step(transform, is_applied=self._enforces)
                for transform in chosen
                if not transform.for_unrestricted and not is_open
            ]
            # Monitor mode responds to isolated callers as to everybody.
            for_unrestricted = [
                Step(transform, is_applied=True)
                for transform in chosen
                if transform.for_unrestricted
                and (is_open or not self._enforces)
            ]
            steps = self._steps[key] = tuple(for_isolated + for_unrestricted)
        return steps


class Plan(NamedTuple):
    """The scope of a request, and the steps around it.

    ``found`` gets the hidden resources that scope and steps find.
    """

    exchange: exchanges.Exchange
    scope: scopes.Scope
    steps: tuple[Step, ...]
    found: monitor.Owners
    careful: ContextManager[Any]

    def before(self) -> Mapping[str, str]:
        """Change the request.

        :returns: ``{text in the new request: what the caller sent}``
        """
        restores: dict[str, str] = {}
        for step in self.steps:
            if step.transform.before:
                with self.careful:
                    restores.update(self._before(step, step.transform.before))
        return restores

    def _before(self, step: Step, before: transforms.Before) -> dict[str, str]:
        exchange = self.exchange
        try:
            change = before(exchange)
        except RecursionError as error:
            if step.is_applied:
                # Only a body can be that deep, and the service may respond
                # before it reads the body.
                bodies.withhold(exchange.environ, error)
            return {}
        if not change or not self._notes(step, change):
            return {}
        if change.body is not None:
            exchange.request.body = change.body
        if change.query is not None:
            exchange.environ['QUERY_STRING'] = change.query
        if change.store is not None:
            change.store()
        return dict(change.restores)

    def after(
        self, response: webob.Response, restores: Mapping[str, str]
    ) -> bool:
        """Change the response.

        :param restores: from ``before``
        :returns: whether a step refused the request
        """
        is_denial = False
        for step in self.steps:
            if step.transform.after:
                with self.careful:
                    change = step.transform.after(self.exchange, response)
                    if change and self._notes(step, change):
                        is_denial |= change.is_denial
                        if change.status is not None:
                            response.status = change.status
                        if change.body is not None:
                            _put(response, change.body)
        if restores:
            _put(response, _restored(response.body, restores))
        return is_denial

    def _notes(self, step: Step, change: transforms.Change) -> bool:
        """Note what a step found, and tell whether its change applies."""
        self.found.update(change.hidden)
        return step.is_applied


def _restored(body: bytes, restores: Mapping[str, str]) -> bytes:
    """Return the body of a response, with what the caller sent."""
    # The longest first: one text can begin with another.
    texts = sorted(restores, key=len, reverse=True)
    return re.sub(
        '|'.join(map(re.escape, texts)).encode(),
        lambda found: restores[found.group().decode()].encode(),
        body,
    )


def _put(response: webob.Response, body: bytes) -> None:
    """Replace the body of a response; its headers stay in their order."""
    headers = [
        (name, str(len(body)) if name.lower() == 'content-length' else text)
        for name, text in response.headerlist
    ]
    response.body = body
    response.headerlist = headers
