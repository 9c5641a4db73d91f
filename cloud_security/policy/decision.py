"""Whose rows a caller may see, by the rules in Nova's policy files."""

import functools
import threading
from typing import Any
from typing import Dict
from typing import NamedTuple
from typing import Optional

from nova import policy as nova_policy
from oslo_policy import policy

from cloud_security.policy import file_state
from cloud_security.policy import inspection
from cloud_security.policy import rules
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import routing

_NAMES = frozenset(rule.name for rule in rules.RULES)
#: How many answers to the same roles are kept.
_MOST_ANSWERS = 1000
_registering = threading.Lock()
_reading = threading.Lock()
#: Reads the files that Nova's enforcer reads. None: from the beginning.
_reader: Optional[policy.Enforcer] = None
#: What was read last, while the files are the same. None: nothing.
_latest: 'Optional[_Complete]' = None


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
    creds = dict(context.to_policy_values())

    def holds(rule: str) -> bool:
        consulted[rule] = _holds(enforcer, rule, target, creds)
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


def _holds(
    enforcer: Any, rule: str, target: Any, creds: Dict[str, Any]
) -> bool:
    """Evaluate a rule, with all rules in force.

    :raises ScopeError: when rules are missing or not understood, or raise
    """
    settled = enforcer if isinstance(enforcer, _Complete) else None
    problem = settled.problem(rule) if settled else _problem(enforcer, rule)
    if problem:
        raise scopes.ScopeError(problem)
    try:
        if settled and settled.asks_roles_only(rule):
            return settled.holds_for_roles(rule, target, creds)
        return bool(enforcer.authorize(rule, target, creds))
    except Exception as error:
        raise scopes.ScopeError(
            f'Mend the policy files: {rule} cannot be decided ({error}).'
        ) from error


def _problem(enforcer: Any, rule: str) -> Optional[str]:
    """Return why a rule cannot be decided, None where it can."""
    if not enforcer.registered_rules.keys() <= enforcer.rules.keys():
        return (
            f"Nova's policy enforcer lost rules, {rule} cannot be decided: "
            'see what oslo.policy logs about the policy files.'
        )
    problem = inspection.misread(enforcer, rule)
    return f'Mend the policy files: {problem}.' if problem else None


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


class _Complete(policy.Enforcer):
    """An enforcer with all that was read, which reads nothing more."""

    def __init__(
        self,
        reader: policy.Enforcer,
        state: Optional[file_state.State],
        registered: int,
    ) -> None:
        """Take over what a reader has.

        :param state: of the files, before they were read
        :param registered: how many rules were registered then
        """
        # Files that change from here on make new rules, but for others.
        self.__dict__.update(reader.__dict__)
        self.state = state
        self.registered = registered
        self.problem = functools.lru_cache(maxsize=None)(
            functools.partial(_problem, self)
        )
        self.asks_roles_only = functools.lru_cache(maxsize=None)(
            functools.partial(inspection.asks_roles_only, self)
        )
        self._answers: Dict[Any, bool] = {}

    def load_rules(self, force_reload: bool = False) -> None:
        """Keep the rules."""

    def holds_for_roles(
        self, rule: str, target: Any, creds: Dict[str, Any]
    ) -> bool:
        """Evaluate a rule that asks for roles only, once for the same ones."""
        asked = rule, tuple(creds['roles'])
        holds = self._answers.get(asked)
        if holds is None:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            holds = self._answers[asked] = self.authorize(rule, target, creds)
        return holds

    def is_of(self, enforcer: Any) -> bool:
        """Tell whether it has all that another enforcer would read now."""
        return (
            self.registered_rules is enforcer.registered_rules
            and self.registered == len(enforcer.registered_rules)
            and self.state is not None
            and self.state == file_state.state(self)
        )


def _complete(enforcer: Any) -> Any:
    """Return an enforcer with all that stands in the policy files.

    Threads that read changed files share Nova's enforcer: meanwhile it lacks
    rules, or keeps old ones, and oslo.policy takes those for defaults. After
    a broken file, which is an error once, it stays so. Each could be an open
    door, so the files are read here by one thread at a time, and a broken one
    is an error for everybody.
    """
    global _reader, _latest
    if not enforcer.use_conf:
        return enforcer
    latest = _latest
    if latest is not None and latest.is_of(enforcer):
        return latest
    with _reading:
        reader, _reader, _latest = _reader, None, None
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
        # Before they are read: what changes meanwhile is noticed.
        before = file_state.state(reader), len(reader.registered_rules)
        reader.load_rules()
        _reader = reader
        _latest = complete = _Complete(reader, *before)
    return complete


def _enforcer() -> Any:
    """Return Nova's enforcer, with our rules beside its own.

    Source: nova/policy.py, Nova 29 to 34.
    """
    if nova_policy._ENFORCER is None:
        nova_policy.init()
    enforcer = nova_policy._ENFORCER
    if _NAMES <= enforcer.registered_rules.keys():
        return enforcer
    with _registering:
        for rule in rules.list_rules():
            if rule.name not in enforcer.registered_rules:
                # Where rules are not read from files, nothing else would
                # bring the default into force.
                enforcer.rules.setdefault(rule.name, rule.check)
                enforcer.register_default(rule)
    return enforcer
