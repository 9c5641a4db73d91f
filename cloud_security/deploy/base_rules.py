# SPDX-License-Identifier: Apache-2.0
"""The base rules of a service, which a drop-in closes outside the filter."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
import os
from typing import Any
from typing import Optional

from oslo_context import context as oslo_context
from oslo_policy import policy

from cloud_security.deploy import correction
from cloud_security.deploy import lever
from cloud_security.deploy import rule_set
from cloud_security.policy import inspection
from cloud_security.policy import origin
from cloud_security.policy import witness


def are_dropped_in(found: rule_set.RuleSet) -> bool:
    """Tell whether any base rule asks for the filter."""
    return any(
        ('isolation', 'enforced') in inspection.asks(found.enforcer, name)
        for name in found.api.base_rules
        if name in found.enforcer.rules
    )


def undecidable(
    found: rule_set.RuleSet,
    names: Collection[str],
    is_of_service: Callable[[Any], bool] = lambda check: False,
) -> Iterator[str]:
    """Yield sentences about checks that raise when they are asked.

    :param names: of the rules that are asked, and lead to these checks
    :param is_of_service: tells checks that look up what the service has
    """
    creds = {
        **oslo_context.RequestContext(
            user_id='a member',
            project_id='a project',
            roles=['member', 'reader'],
            overwrite=False,
        ).to_policy_values(),
        'is_admin': False,
    }
    target = {'user_id': 'a member', 'project_id': 'a project'}
    raising: dict[str, str] = {}
    asking: dict[str, set[str]] = {}
    for name in sorted(names):
        for part in inspection.referred(found.enforcer, name):
            check = found.enforcer.rules.get(part)
            if part not in raising:
                asked = [
                    one
                    for one in inspection.checks(check)
                    if not is_of_service(one)
                ]
                raising[part] = _raised(asked, target, creds, found.enforcer)
                if inspection.is_cyclic(found.enforcer, part):
                    # Python gives up, and the service answers with 500.
                    raising[part] = 'it refers to itself'
            if raising[part]:
                asking.setdefault(part, set()).add(name)
    for part, led in asking.items():
        yield (
            f'{found.said_of(part)} cannot be decided ({raising[part]}), so '
            f'that requests that ask for {found.listed(led)} fail: mend it.'
        )


def _raised(checks: Any, target: Any, creds: Any, enforcer: Any) -> str:
    """Return what the parts of a check raise, '' where none does."""
    for part in checks:
        if part is None or hasattr(part, 'rules') or hasattr(part, 'rule'):
            continue
        if isinstance(part, policy.RuleCheck):
            continue
        try:
            enforcer.enforce(part, target, creds)
        except Exception as error:
            return f'{part}: {error}'
    return ''


def open_without_the_filter(
    found: rule_set.RuleSet, besides: Collection[str] = ()
) -> Iterator[str]:
    """Yield sentences about rules that would let callers past a lost filter.

    :param besides: rules about which something else has been said
    """

    names = sorted(
        (found.api.base_rules | set(found.enforcer.registered_rules))
        - {*found.without_servers, *besides, *lever.OURS}
    )

    def opened_then(rules_then: Mapping[str, Any], led: Any = names) -> Any:
        return _opened(found, rules_then, led)

    rules_then: Mapping[str, Any] = found.changed({})
    opened = opened_then(rules_then)
    if opened and not are_dropped_in(found):
        folders = ', '.join(found.enforcer.conf.oslo_policy.policy_dirs)
        yield (
            f'{found.api.link} is not among the policy files ([oslo_policy] '
            f'policy_dirs is {folders}), so that a lost {found.api.noun} '
            'would go unnoticed: run cloud-security-manage enable, or link it '
            'into that folder.'
        )
        return
    while opened:
        pulled = lever.find(found, rules_then, opened, opened_then)
        if pulled is None:
            yield (
                f'{found.listed(opened)} let callers past a lost '
                f'{found.api.noun}, which would go unnoticed: add '
                'isolation:enforced to them.'
            )
            return
        closed = pulled.closes - {pulled.name}
        leading = f'; {len(closed)} rules lead to it: {found.listed(closed)}'
        yield (
            f'{pulled.place}: {pulled.name} lets '
            f'{rule_set.who(pulled.caller)} past a lost {found.api.noun}, '
            f'which would go unnoticed{leading if closed else ""}. Write '
            f'there:{rule_set.line(pulled.name, pulled.text)}'
        )
        rules_then = pulled.rules_then
        opened = opened_then(rules_then)


def replaced(found: rule_set.RuleSet) -> Iterator[str]:
    """Yield sentences about rules of the operator's that ours replace."""
    for path, places in _before_ours(found):
        wanted = {
            place.name: place
            for place in places
            if place.name in found.api.base_rules
            and not _is_default(found, place)
        }
        if wanted:
            lines = ''.join(
                rule_set.line(
                    name,
                    rule_set.text(
                        correction.closed(
                            found, rule_set.parse(wanted[name].value)
                        )
                    ),
                )
                for name in sorted(wanted)
            )
            yield (
                f'{os.path.basename(found.drop_in)} is read after {path} and '
                'replaces its '
                f'{", ".join(sorted(wanted))}: take what you wrote out of '
                f'{path}. If you want it, write into '
                f'{found.own_file()}:{lines}'
            )


def _before_ours(found: rule_set.RuleSet) -> Iterator[tuple[str, list[Any]]]:
    """Yield files that are read before the drop-in, with their rules."""
    paths = found.origins.paths
    if found.drop_in:
        for path in paths[: paths.index(found.drop_in)]:
            yield path, origin.read(path)


def _is_default(found: rule_set.RuleSet, place: Any) -> bool:
    """Tell whether a place repeats the service's default, as generators do."""
    default = found.enforcer.registered_rules.get(place.name)
    if default is None:
        return False
    check = str(rule_set.parse(place.value))
    old = getattr(default, 'deprecated_rule', None)
    defaults = [default.check]
    if old:
        # What generators write where enforce_new_defaults is off.
        defaults.append(policy.OrCheck([default.check, old.check]))
    return check in map(str, defaults)


def _opened(
    found: rule_set.RuleSet,
    rules_then: Mapping[str, Any],
    names: Collection[str],
) -> dict[str, witness.Caller]:
    """Return which names are open, each with a caller that it lets in."""
    base = found.api.base_rules
    shut = found.changed(dict.fromkeys(base, correction.FILTER), rules_then)
    opened = {}
    for name in names:
        if name not in rules_then:
            continue
        caller = _caller(found, name, rules_then[name], rules_then)
        if caller is None:
            continue
        if name not in base:
            # Some are open to everybody by default, and tell nothing.
            default = found.enforcer.registered_rules[name].check
            if _caller(found, name, default, shut) is not None:
                continue
        opened[name] = caller
    return opened


def _caller(
    found: rule_set.RuleSet,
    name: str,
    check: Any,
    rules_then: Mapping[str, Any],
) -> Optional[witness.Caller]:
    """Return a caller that a rule lets in outside the filter."""
    callers = found.callers(check, found.target(name), rules_then)
    return next(callers, None)
