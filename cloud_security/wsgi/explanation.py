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

    ``folder`` is the part of the path, such as ``servers``, and the noun for
    what callers own. ``owner`` returns the owner of the resource, as text.
    ``answer`` returns the response to GET for it, within the caller's scope.
    """

    service: services.Service
    context: Any
    folder: str
    resource_id: str
    action: str
    owner: Callable[[str], str]
    answer: Callable[[Any, str], str]

    def explain(self) -> Explanation:
        """Explain; the service's configuration must have been read.

        :raises ScopeError: when it cannot be decided; the filter raises it
            too
        """
        enforcer = self.service.rules.read()
        reads = decision.decide(enforcer, self.context, self._reading())
        changes = decision.decide(enforcer, self.context, self._acting())
        consulted = {**reads.consulted, **changes.consulted}
        owner = answer = acts = None
        if self.resource_id:
            owner = self.owner(self.resource_id)
            answer = self._answer(reads.scope)
            acts = self._all
            if self._answer(changes.scope) == '404':
                acts = '404'
        return Explanation(
            self.service.conf.cloud_security.mode,
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

    def _reading(self) -> operations.Operation:
        return operations.Operation(
            'GET',
            f'/{self.folder}/{{id}}',
            {'id': self.resource_id},
            self.resource_id,
        )

    def _acting(self) -> operations.Operation:
        return operations.Operation(
            'POST',
            f'/{self.folder}/{{id}}/action',
            {'id': self.resource_id},
            self.resource_id,
            lambda: self.action,
        )

    @property
    def _all(self) -> str:
        return f'as in stock {self.service.name}'

    def _said(self, scope: scopes.Scope) -> str:
        return self._all if scope.is_everybody else f'own {self.folder} only'

    def _answer(self, scope: scopes.Scope) -> str:
        """Return the response to GET, in enforce mode."""
        startup.install(self.service)
        with scopes.entered(scope, self.context.request_id):
            return self.answer(self.context, self.resource_id)
