"""Whose rows a caller may see, by the rules in Nova's policy files."""

import copy
import threading
from typing import Any
from typing import Dict
from typing import NamedTuple
from typing import Optional

from nova import policy as nova_policy
from oslo_policy import policy

from cloud_security.compute import routing
from cloud_security.policy import reading
from cloud_security.policy import rules
from cloud_security.visibility import scope as scopes

_registering = threading.Lock()
_reading = threading.Lock()
#: Reads the files that Nova's enforcer reads. None: from the beginning.
_reader: Optional[policy.Enforcer] = None


class Decision(NamedTuple):
    """Whose rows a caller may see, and why.

    ``consulted`` has the rules in the order in which they were asked, with
    their answers; ``overrides`` tells whether the caller is isolated by
    nothing but who he is, so that acting on others' servers is remarkable.
    """

    scope: scopes.Scope
    consulted: Dict[str, bool]
    overrides: bool = False


def decide(context: Any, operation: Optional[routing.Operation]) -> Decision:
    """Decide the scope of one request.

    :param context: nova.context.RequestContext of the caller
    :raises ScopeError: when a rule or the caller is unknown
    """
    consulted: Dict[str, bool] = {}
    # Once: all rules of a decision are of one reading of the files.
    enforcer = in_force()
    target = _Target(context, operation)

    def holds(rule: str) -> bool:
        consulted[rule] = _holds(enforcer, rule, target, context)
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
            # Below one server, Nova loads what that server needs.
            reaches_needed=operation is not None
            and operation.server_id is not None,
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


def _holds(enforcer: Any, rule: str, target: Any, context: Any) -> bool:
    """Evaluate a rule, with all rules in force.

    :raises ScopeError: when rules are missing or not understood, or raise
    """
    if not enforcer.registered_rules.keys() <= enforcer.rules.keys():
        raise scopes.ScopeError(
            f"Nova's policy enforcer lost rules, {rule} cannot be decided: "
            'see what oslo.policy logs about the policy files.'
        )
    problem = reading.misread(enforcer, rule)
    if problem:
        raise scopes.ScopeError(f'Mend the policy files: {problem}.')
    try:
        return bool(enforcer.authorize(rule, target, context))
    except Exception as error:
        raise scopes.ScopeError(
            f'Mend the policy files: {rule} cannot be decided ({error}).'
        ) from error


class _Target(Dict[str, Any]):
    """The caller's own project and user; ``action`` is read when asked for.

    Most rules do not ask, and Nova wants to be the first to read a body.
    """

    def __init__(
        self, context: Any, operation: Optional[routing.Operation]
    ) -> None:
        super().__init__(nova_policy.default_target(context))
        self._operation = operation
        if operation is not None:
            self.update(verb=operation.verb, path=operation.path)

    def __missing__(self, key: str) -> str:
        if key == 'action' and self._operation is not None:
            return self._operation.action
        raise KeyError(key)


def in_force() -> Any:
    """Return an enforcer with the rules in force, Nova's and ours."""
    return _complete(_enforcer())


def _complete(enforcer: Any) -> Any:
    """Return an enforcer with all that stands in the policy files.

    Threads that read changed files share Nova's enforcer: meanwhile it lacks
    rules, or keeps old ones, and oslo.policy takes those for defaults. After
    a broken file, which is an error once, it stays so. Each could be an open
    door, so the files are read here by one thread at a time, and a broken one
    is an error for everybody.
    """
    global _reader
    if not enforcer.use_conf:
        return enforcer
    with _reading:
        reader, _reader = _reader, None
        if (
            reader is None
            or reader.registered_rules is not enforcer.registered_rules
        ):
            reader = policy.Enforcer(
                enforcer.conf,
                policy_file=enforcer.policy_file,
                default_rule=enforcer.default_rule,
            )
            reader.registered_rules = enforcer.registered_rules
            # Nova has warned already.
            reader.suppress_default_change_warnings = True
            reader.suppress_deprecation_warnings = True
        reader.load_rules()
        _reader = reader
        # Files that change from here on make new rules, but for others.
        complete = copy.copy(reader)
    complete.use_conf = False
    return complete


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
