# SPDX-License-Identifier: Apache-2.0
"""Rules as they should read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import Optional

from oslo_policy import policy

from cloud_security.deploy import rule_set
from cloud_security.policy import checks as own_checks
from cloud_security.policy import inspection
from cloud_security.policy import witness

FILTER = own_checks.IsolationCheck('isolation', 'enforced')


def closed(
    found: rule_set.RuleSet,
    check: Any,
    rules_then: Optional[Mapping[str, Any]] = None,
    target: witness.Target = rule_set.UNKNOWN,
) -> Any:
    """Return a check that asks for the filter where it is open without it."""

    def is_open(part: Any) -> bool:
        return any(found.callers(part, target, rules_then))

    check = _without_negation(check)
    parts = check.rules if isinstance(check, policy.OrCheck) else [check]
    opened = [part for part in parts if is_open(part)]
    shut = [part for part in parts if part not in opened]
    if not opened:
        return check
    body = opened[0] if len(opened) == 1 else policy.OrCheck(opened)
    if isinstance(body, policy.AndCheck):
        body = policy.AndCheck([*body.rules, FILTER])
    elif str(body) == '@':
        body = FILTER
    else:
        body = policy.AndCheck([body, FILTER])
    result = policy.OrCheck([*shut, body]) if shut else body
    if is_open(result):
        result = policy.AndCheck([check, FILTER])
    return rule_set.parse(rule_set.text(result))


def _without_negation(check: Any) -> Any:
    """Return a check without ``not isolation:enforced``.

    With the filter asked for as well, it would hold for nobody.
    """
    if isinstance(check, policy.NotCheck):
        if isinstance(check.rule, own_checks.IsolationCheck):
            return rule_set.parse('@')
        return policy.NotCheck(_without_negation(check.rule))
    if isinstance(check, (policy.AndCheck, policy.OrCheck)):
        parts = [_without_negation(part) for part in check.rules]
        if isinstance(check, policy.AndCheck):
            parts = [part for part in parts if str(part) != '@']
        if not parts:
            return rule_set.parse('@')
        return parts[0] if len(parts) == 1 else type(check)(parts)
    return check


def without_owner(found: rule_set.RuleSet, name: str) -> Any:
    """Return a rule that leaves owners to isolation.

    Where the rule compares user_id, it asks for a base rule instead.
    """
    default = found.enforcer.registered_rules[name].check
    base = (
        'project_reader_api'
        if any(
            'project_reader' in getattr(part, 'match', '')
            for part in inspection.checks(default)
        )
        else 'project_member_api'
    )
    return rule_set.parse(
        rule_set.text(
            _replaced(
                found.enforcer.rules[name],
                found.enforcer.rules,
                policy.RuleCheck('rule', base),
            )
        )
    )


def _replaced(check: Any, rules: Mapping[str, Any], base: Any) -> Any:
    """Return a check with another for each that compares user_id."""
    if isinstance(check, policy.RuleCheck):
        inner = rules.get(check.match)
        if inner is None or not _compares_owner(inner, rules):
            return check
        return _replaced(inner, rules, base)
    if isinstance(check, policy.NotCheck):
        return policy.NotCheck(_replaced(check.rule, rules, base))
    if isinstance(check, (policy.AndCheck, policy.OrCheck)):
        parts = {
            str(part): part
            for part in (_replaced(part, rules, base) for part in check.rules)
        }
        return type(check)(list(parts.values()))
    return base if _compares_owner(check, rules) else check


def _compares_owner(check: Any, rules: Mapping[str, Any]) -> bool:
    """Tell whether a check, or a rule that it names, compares user_id."""
    names = {part.match for part in _rule_checks(check)}
    seen: set[str] = set()
    checks = list(inspection.checks(check))
    while names - seen:
        name = min(names - seen)
        seen.add(name)
        inner = rules.get(name)
        checks.extend(inspection.checks(inner))
        names |= {part.match for part in _rule_checks(inner)}
    return any(
        word in getattr(part, 'match', '')
        for part in checks
        for word in ('%(user_id)s', '%(target.user_id)s')
    )


def _rule_checks(check: Any) -> list[Any]:
    return [
        part
        for part in inspection.checks(check)
        if isinstance(part, policy.RuleCheck)
    ]
