# SPDX-License-Identifier: Apache-2.0
"""Explanation of what a caller may see and change, without a request.

The code that decides in the filter decides here. The service's own look-ups
find the resource, or do not, in the scope of that decision.
"""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
from typing import Any
from typing import NamedTuple
from typing import Optional

from cloud_security.policy import decision
from cloud_security.policy import inspection
from cloud_security.policy import operation as operations
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import service as services
from cloud_security.wsgi import startup

#: Substitutions with which rules ask for an operation.
OF_OPERATIONS = {'%(action)s', '%(path)s', '%(verb)s'}


class Explanation(NamedTuple):
    """The outcome of a caller's requests.

    ``rules`` holds the rules and their results, those for reading first;
    ``asks`` is true where they ask what the caller does, so that other
    operations can have other results. The last three are None without a
    resource; ``answer`` is the response to GET, ``acts`` that to actions.
    """

    mode: str
    rules: dict[str, bool]
    asks: bool
    sees: str
    changes: str
    owner: Optional[str]
    answer: Optional[str]
    acts: Optional[str]


@dataclasses.dataclass(frozen=True)
class Question:
    """A caller, a resource or none, and the service's ways to look it up.

    ``name`` is the service's, and ``things`` the noun for what callers own.
    ``acting`` is an operation that changes the resource. ``owner`` returns
    the owner of the resource, as text, and ``answer`` the response to GET for
    it, within a scope.
    """

    name: str
    mode: str
    enforcer: Any
    context: Any
    things: str
    resource_id: str
    reading: operations.Operation
    acting: operations.Operation
    owner: Callable[[str], str]
    answer: Callable[[scopes.Scope], str]

    def explain(self) -> Explanation:
        """Explain; the service's configuration must have been read.

        :raises ScopeError: when it cannot be decided; the filter raises it
            too
        """
        enforcer = self.enforcer
        reads = decision.decide(enforcer, self.context, self.reading)
        changes = decision.decide(enforcer, self.context, self.acting)
        consulted = {**reads.consulted, **changes.consulted}
        owner = answer = acts = None
        if self.resource_id:
            owner = self.owner(self.resource_id)
            answer = self.answer(reads.scope)
            acts = self.as_in_stock
            if self.answer(changes.scope) == '404':
                acts = '404'
        return Explanation(
            self.mode,
            consulted,
            any(
                inspection.mentions(enforcer, rule, OF_OPERATIONS)
                for rule in consulted
            ),
            self._said(reads.scope),
            self._said(changes.scope),
            owner,
            answer,
            acts,
        )

    @property
    def as_in_stock(self) -> str:
        """The response of the service to those whom it does not isolate."""
        return f'as in stock {self.name}'

    def _said(self, scope: scopes.Scope) -> str:
        if scope.is_everybody:
            return self.as_in_stock
        return f'own {self.things} only'


def of_filtered(
    service: services.Service,
    context: Any,
    folder: str,
    resource_id: str,
    action: str,
    owner: Callable[[str], str],
    answer: Callable[[Any, str], str],
) -> Question:
    """Return the question about a service that has the filter.

    :param folder: the first part of paths, such as ``servers``
    :param answer: returns the response to GET, of a context and an ID
    """

    def answered(scope: scopes.Scope) -> str:
        startup.install(service)
        with scopes.entered(scope, context.request_id):
            return answer(context, resource_id)

    path, arguments = f'/{folder}/{{id}}', {'id': resource_id}
    return Question(
        service.name,
        service.conf.cloud_security.mode,
        service.rules.read(),
        context,
        folder,
        resource_id,
        operations.Operation('GET', path, arguments, resource_id),
        operations.Operation(
            'POST', f'{path}/action', arguments, resource_id, lambda: action
        ),
        owner,
        answered,
    )
