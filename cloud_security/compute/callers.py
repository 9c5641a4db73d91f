"""Whose rows a caller may see, by the rules in Nova's own enforcer."""

import threading
from typing import Any
from typing import Optional

from nova import policy as nova_policy

from cloud_security.compute import routing
from cloud_security.policy import rules
from cloud_security.visibility import scope as scopes

_registering = threading.Lock()


def scope_of(
    context: Any, operation: Optional[routing.Operation]
) -> scopes.Scope:
    """Decide the scope of one request.

    :param context: nova.context.RequestContext of the caller
    :raises ScopeError: when a rule or the caller is unknown
    """
    if _holds(rules.EXEMPT, context) or not _holds(rules.ISOLATED, context):
        return scopes.EVERYBODY
    if not context.user_id:
        raise scopes.ScopeError('A caller without a user id owns nothing.')
    own = scopes.Scope(owner_id=context.user_id)
    if not _holds(rules.SEE_PROJECT, context):
        return own
    if operation is not None and operation.is_read:
        return scopes.EVERYBODY
    if not _holds(rules.CHANGE_PROJECT, context):
        return own
    return scopes.EVERYBODY


def _holds(rule: str, context: Any) -> bool:
    enforcer = _enforcer()
    holds: bool = enforcer.authorize(
        rule, nova_policy.default_target(context), context
    )
    # oslo.policy answers False for a rule that it has lost, which for
    # "isolated" would be an open door.
    if rule not in enforcer.rules:
        raise scopes.ScopeError(
            f"Nova's policy enforcer does not know the rule {rule}."
        )
    return holds


def _enforcer() -> Any:
    """Return Nova's enforcer, with our rules beside its own.

    Source: nova/policy.py, Nova 29 to 34.
    """
    nova_policy.init()
    enforcer = nova_policy._ENFORCER
    with _registering:
        for rule in rules.list_rules():
            if rule.name not in enforcer.registered_rules:
                enforcer.register_default(rule)
                # Where rules are not read from files, nothing else would
                # bring the default into force.
                enforcer.rules.setdefault(rule.name, rule.check)
    return enforcer
