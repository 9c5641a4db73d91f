"""Whose rows a caller may see, by the rules in Nova's own enforcer."""

import threading
import time
from typing import Any
from typing import Optional

from nova import policy as nova_policy

from cloud_security.compute import routing
from cloud_security.policy import rules
from cloud_security.visibility import scope as scopes

_registering = threading.Lock()
#: How often, and after how many seconds, rules are looked for again.
ATTEMPTS = 50
WAIT = 0.02


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
    own = scopes.Scope(
        owner_id=context.user_id,
        # Below one server, Nova loads what that server needs.
        reaches_needed=operation is not None
        and operation.server_id is not None,
    )
    if not _holds(rules.SEE_PROJECT, context):
        return own
    if operation is not None and operation.is_read:
        return scopes.EVERYBODY
    if not _holds(rules.CHANGE_PROJECT, context):
        return own
    return scopes.EVERYBODY


def _holds(rule: str, context: Any) -> bool:
    """Evaluate a rule, with all rules in force.

    While oslo.policy reads changed files, other threads find only some rules
    and take the others for false, which could be an open door.

    :raises ScopeError: when rules stay missing
    """
    enforcer = _enforcer()
    target = nova_policy.default_target(context)
    for _ in range(ATTEMPTS):
        enforcer.load_rules()
        rules_before = enforcer.rules
        if enforcer.registered_rules.keys() <= rules_before.keys():
            holds: bool = enforcer.authorize(rule, target, context)
            # Reading files anew always makes a new object of the rules.
            if enforcer.rules is rules_before:
                return holds
        time.sleep(WAIT)
    raise scopes.ScopeError(
        f"Nova's policy enforcer lost rules, {rule} cannot be decided: see "
        'what oslo.policy logs about the policy files.'
    )


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
