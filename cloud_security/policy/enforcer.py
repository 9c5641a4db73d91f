# SPDX-License-Identifier: Apache-2.0
"""RulesInForce: the rules of a service and ours, read from its policy files.

Source: oslo_policy/policy.py Enforcer.load_rules, oslo.policy 4.3 to 6.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import functools
import threading
from typing import Any
from typing import Optional

from oslo_policy import policy

from cloud_security.policy import file_state
from cloud_security.policy import inspection
from cloud_security.policy import rules
from cloud_security.visibility import scope as scopes

_NAMES = frozenset(rule.name for rule in rules.RULES)
#: A cache of evaluated rules keeps this many combinations of roles.
_MAX_ROLES = 1000


class RulesInForce:
    """Reads the policy files of one service, with one thread at a time.

    Threads that read changed files share the service's enforcer. Meanwhile
    that enforcer lacks rules or keeps old ones, and oslo.policy falls back to
    the defaults. After a broken file, which raises once, the enforcer stays
    incomplete. Each of these could open a door, so this class reads the files
    itself, and a broken file is an error for every caller.
    """

    def __init__(self, find: Callable[[], Any]) -> None:
        """Remember how to find the service's enforcer.

        :param find: returns the oslo_policy.policy.Enforcer of the service
        """
        self._find = find
        self._registering = threading.Lock()
        self._reading = threading.Lock()
        self._latest: Optional[_Snapshot] = None

    def read(self) -> Any:
        """Return an enforcer with all rules in force."""
        return self._complete(self._registered())

    def _registered(self) -> Any:
        """Return the service's enforcer, with our rules registered."""
        enforcer = self._find()
        if _NAMES <= enforcer.registered_rules.keys():
            return enforcer
        with self._registering:
            for rule in rules.list_rules():
                if rule.name not in enforcer.registered_rules:
                    # An enforcer without policy files takes no defaults over.
                    enforcer.rules.setdefault(rule.name, rule.check)
                    enforcer.register_default(rule)
        return enforcer

    def _complete(self, enforcer: Any) -> Any:
        """Return an enforcer with all that the policy files hold now."""
        if not enforcer.use_conf:
            return enforcer
        latest = self._latest
        if latest is not None and latest.is_current(enforcer):
            return latest
        with self._reading:
            self._latest = None
            # A new one each time: oslo.policy does not read a file again that
            # another with an older time has replaced.
            reader = _reader_like(enforcer)
            files = file_state.PolicyFiles(reader)
            # Taken before reading, so that a change during it is noticed.
            before = files.state(), len(reader.registered_rules)
            reader.load_rules()
            self._latest = snapshot = _Snapshot(reader, files, *before)
        return snapshot


def _reader_like(enforcer: Any) -> policy.Enforcer:
    """Return an enforcer of ours that reads what a service's reads."""
    reader = policy.Enforcer(
        enforcer.conf,
        policy_file=enforcer.policy_file,
        default_rule=enforcer.default_rule,
    )
    reader.registered_rules = enforcer.registered_rules
    # The service's own enforcer has logged these warnings.
    reader.suppress_default_change_warnings = True
    reader.suppress_deprecation_warnings = True
    return reader


class _Snapshot(policy.Enforcer):
    """An enforcer that keeps the rules of one reading."""

    def __init__(
        self,
        reader: policy.Enforcer,
        files: file_state.PolicyFiles,
        state: Optional[file_state.State],
        registered: int,
    ) -> None:
        """Copy the rules of a reader.

        :param state: of the files, before they were read
        :param registered: the number of registered rules at that time
        """
        # The reader replaces these attributes when it reads again.
        self.__dict__.update(reader.__dict__)
        self.files = files
        self.state = state
        self.registered = registered
        self.problem = functools.lru_cache(maxsize=None)(
            functools.partial(_problem, self)
        )
        self.asks_roles_only = functools.lru_cache(maxsize=None)(
            functools.partial(inspection.asks_roles_only, self)
        )
        self._by_roles: dict[Any, bool] = {}

    def load_rules(self, force_reload: bool = False) -> None:
        """Keep the rules."""

    def holds_for_roles(
        self, rule: str, target: Any, creds: Mapping[str, Any]
    ) -> bool:
        """Evaluate a rule that asks for roles only, once for equal roles."""
        key = rule, tuple(creds['roles'])
        is_true = self._by_roles.get(key)
        if is_true is None:
            if len(self._by_roles) >= _MAX_ROLES:
                self._by_roles.clear()
            is_true = self.authorize(rule, target, dict(creds))
            self._by_roles[key] = is_true
        return is_true

    def is_current(self, enforcer: Any) -> bool:
        """Tell whether reading now would bring the same rules."""
        return (
            self.registered_rules is enforcer.registered_rules
            and self.registered == len(enforcer.registered_rules)
            and self.state is not None
            and self.state == self.files.state()
        )


def holds(
    enforcer: Any, rule: str, target: Any, creds: Mapping[str, Any]
) -> bool:
    """Evaluate a rule.

    :param enforcer: from RulesInForce.read
    :raises ScopeError: when rules are missing, misread or raise
    """
    snapshot = enforcer if isinstance(enforcer, _Snapshot) else None
    problem = snapshot.problem(rule) if snapshot else _problem(enforcer, rule)
    if problem:
        raise scopes.ScopeError(problem)
    try:
        if snapshot and snapshot.asks_roles_only(rule):
            return snapshot.holds_for_roles(rule, target, creds)
        return bool(enforcer.authorize(rule, target, dict(creds)))
    except Exception as error:
        raise scopes.ScopeError(
            f'Mend the policy files: {rule} cannot be decided ({error}).'
        ) from error


def _problem(enforcer: Any, rule: str) -> Optional[str]:
    """Return why a rule cannot be decided, None where it can."""
    if not enforcer.registered_rules.keys() <= enforcer.rules.keys():
        return (
            f'The policy enforcer lost rules, {rule} cannot be decided: '
            'see what oslo.policy logs about the policy files.'
        )
    problem = inspection.misread(enforcer, rule)
    return f'Mend the policy files: {problem}.' if problem else None
