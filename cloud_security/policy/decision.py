# SPDX-License-Identifier: Apache-2.0
"""Decision: the rows that one caller may see, by the rules in force."""

from __future__ import annotations

from typing import Any
from typing import NamedTuple
from typing import Optional

from cloud_security.policy import enforcer as enforcers
from cloud_security.policy import operation as operations
from cloud_security.policy import rules
from cloud_security.visibility import scope as scopes


class Decision(NamedTuple):
    """The scope of a request, and the reasons for it.

    ``consulted`` maps the rules that were evaluated, in that order, to their
    results. ``overrides`` is true where ``exempt``, ``see_project`` or
    ``change_project`` opened the request, and false where the project is not
    isolated: the filter records what callers change whom these rules open.
    """

    scope: scopes.Scope
    consulted: dict[str, bool]
    overrides: bool = False


def decide(
    enforcer: Any,
    context: Any,
    operation: Optional[operations.Operation],
) -> Decision:
    """Decide the scope of one request.

    :param enforcer: from RulesInForce.read, so that all rules of a decision
        come from one reading of the files
    :param context: oslo_context.context.RequestContext of the caller
    :raises ScopeError: when a rule or the caller is unknown
    """
    consulted: dict[str, bool] = {}
    target = _Target(context, operation)
    creds = context.to_policy_values()

    def holds(rule: str) -> bool:
        consulted[rule] = enforcers.holds(enforcer, rule, target, creds)
        return consulted[rule]

    everybody = Decision(scopes.EVERYBODY, consulted, overrides=True)
    if holds(rules.EXEMPT):
        return everybody
    if not holds(rules.ISOLATED):
        return everybody._replace(overrides=False)
    if not context.user_id:
        raise scopes.ScopeError('A caller without a user id owns nothing.')
    own = Decision(
        scopes.Scope(
            owner_id=context.user_id,
            project_id=context.project_id or '',
            # Below one resource, the service loads what that one needs.
            reaches_needed=operation is not None
            and operation.resource_id is not None,
        ),
        consulted,
    )
    if not holds(rules.SEE_PROJECT):
        return own
    if operation is not None and operation.is_read:
        return everybody
    if not holds(rules.CHANGE_PROJECT):
        return own
    return everybody


class _Target(dict[str, Any]):
    """The caller's own project and user, and the operation.

    ``action`` is read when a rule asks for it: few rules do, and the service
    should be the first to read a body.
    """

    def __init__(
        self, context: Any, operation: Optional[operations.Operation]
    ) -> None:
        super().__init__(
            project_id=context.project_id, user_id=context.user_id
        )
        self._operation = operation
        if operation is not None:
            self.update(verb=operation.verb, path=operation.path)

    def __missing__(self, key: str) -> str:
        if key == 'action' and self._operation is not None:
            return self._operation.action
        raise KeyError(key)
