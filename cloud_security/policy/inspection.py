# SPDX-License-Identifier: Apache-2.0
"""Reading of rules: do they mean what was written?

oslo.policy takes what it cannot parse for false, a rule that is missing or
that compares what no token has, too, and ``null`` for true. For
``cloud_security:isolated`` and its neighbours each is an open door.
Source: oslo_policy/_parser.py, 4.3 to 6.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple
from typing import Optional

from oslo_policy import _checks

from cloud_security.policy import origin
from cloud_security.policy import rule_text
from cloud_security.policy import rules
from cloud_security.policy import vocabulary

#: Checks that ask for roles, or for nothing, and what they are put together
#: with. Not their subclasses, which may ask for more.
_BY_ROLES = frozenset(
    {
        _checks.AndCheck,
        _checks.FalseCheck,
        _checks.NotCheck,
        _checks.OrCheck,
        _checks.RoleCheck,
        _checks.RuleCheck,
        _checks.TrueCheck,
    }
)


class Fault(NamedTuple):
    """A rule that does not mean what was written, and why, in words."""

    rule: str
    text: str


def checks(check: Any) -> Iterator[Any]:
    """Yield a check and those that it consists of."""
    yield check
    parts = getattr(check, 'rules', None) or [getattr(check, 'rule', None)]
    for part in parts:
        if isinstance(part, _checks.BaseCheck):
            yield from checks(part)


def referred(enforcer: Any, name: str) -> list[str]:
    """Return the names of a rule and of all that it refers to, also missing.

    :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
    """
    found: list[str] = []
    names = [name]
    while names:
        name = names.pop()
        if name in found:
            continue
        found.append(name)
        names.extend(_refers(enforcer, name))
    return found


def _refers(enforcer: Any, name: str) -> list[str]:
    """Return the names of the rules that a rule itself names."""
    if name not in enforcer.rules:
        return []
    return [
        check.match
        for check in checks(enforcer.rules[name])
        if isinstance(check, _checks.RuleCheck)
    ]


def misread(enforcer: Any, name: str) -> Optional[str]:
    """Return what is wrong with a rule, in words, or None.

    :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
    """
    for found in faults(enforcer, name):
        return found.text
    return None


def faults(
    enforcer: Any,
    name: str,
    words: vocabulary.Vocabulary = vocabulary.OWN,
) -> Iterator[Fault]:
    """Yield what is wrong with a rule and with those that it refers to.

    :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
    :param words: what tokens and the target of this rule have
    """
    for part in referred(enforcer, name):
        if part not in enforcer.rules:
            text = f'{name} refers to rule:{part}, which is not there'
            yield Fault(_referring(enforcer, name, part), text)
            continue
        if is_cyclic(enforcer, part):
            text = f'{part} refers to itself, so that it cannot be decided'
            yield Fault(part, text)
            continue
        through = '' if part == name else f' (by rule:{part})'
        asked = map(str, checks(enforcer.rules[part]))
        if through and 'isolation:enforced' in asked:
            by = _referring(enforcer, name, part)
            yield Fault(
                by,
                f'{by} refers to rule:{part}, which asks for '
                'isolation:enforced and never holds here: name roles there',
            )
            continue
        for text in _own_faults(enforcer, part, words):
            yield Fault(part, text if part == name else f'{text}{through}')


def _referring(enforcer: Any, name: str, other: str) -> str:
    """Return the rule in whose text the name of another one stands."""
    for part in referred(enforcer, name):
        if other in _refers(enforcer, part):
            return part
    return name


def is_cyclic(enforcer: Any, name: str) -> bool:
    """Tell whether a rule leads to itself.

    :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
    """
    return any(
        name in referred(enforcer, part) for part in _refers(enforcer, name)
    )


def _own_faults(
    enforcer: Any, name: str, words: vocabulary.Vocabulary
) -> Iterator[str]:
    """Yield what is wrong with a rule by itself."""
    text = written(enforcer, name)
    if text is not _UNKNOWN and not rule_text.is_rule(text):
        either = '"@"' if name == rules.ISOLATED else '"!" or "@"'
        yield f'{name} is {text!r}, which is no rule: write {either}'
        return
    texts = [] if text is _UNKNOWN else list(rule_text.words(text))
    if text is not _UNKNOWN and not _is_parsed(enforcer.rules[name], text):
        yield f'{name} cannot be understood: {text}'
        return
    for word in texts:
        why = rule_text.fault(word)
        if why:
            yield f'{name} cannot be understood: {word} {why}'
    for check in checks(enforcer.rules[name]):
        fault = vocabulary.fault(check, words)
        if fault:
            yield f'{name} asks for {check}, which {fault}'


def _is_parsed(check: Any, text: Any) -> bool:
    """Tell whether oslo.policy understood the text of a rule.

    It takes a text that it cannot parse for one check that is false, and each
    check that it does not know for false, too.
    """
    words = list(rule_text.words(text))
    if not isinstance(check, _checks.BaseCheck) or (
        isinstance(check, _checks.FalseCheck) and words != ['!']
    ):
        return False
    false = [
        part for part in checks(check) if isinstance(part, _checks.FalseCheck)
    ]
    return len(false) <= words.count('!')


#: The text of a rule that was given to an enforcer without one.
_UNKNOWN = object()


def written(enforcer: Any, name: str) -> Any:
    """Return a rule as it was written, _UNKNOWN where that is not known."""
    for holder in (enforcer.file_rules, enforcer.registered_rules):
        if name in holder:
            return holder[name].check_str
    return _UNKNOWN


def problems(enforcer: Any, names: Iterable[str]) -> list[str]:
    """Return what is wrong with rules, with the file that has the fault.

    :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
    :returns: one text for each fault, without a full stop
    """
    found: dict[str, str] = {}
    for name in names:
        for fault in faults(enforcer, name):
            place = origin.place(enforcer, fault.rule)
            where = f'{place}: ' if place else ''
            found.setdefault(fault.text, f'{where}{fault.text}')
    return list(found.values())


def asks_roles_only(enforcer: Any, name: str) -> bool:
    """Tell whether a rule has the same answer to all with the same roles.

    :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
    """
    return all(
        type(check) in _BY_ROLES and '%' not in getattr(check, 'match', '')
        for part in referred(enforcer, name)
        for check in checks(enforcer.rules.get(part))
    )


def asks(enforcer: Any, name: str) -> set[tuple[str, str]]:
    """Return ``{(kind, match)}`` of all that a rule asks for."""
    return {
        (check.kind, check.match)
        for part in referred(enforcer, name)
        for check in checks(enforcer.rules.get(part))
        if hasattr(check, 'match')
    }


def mentions(enforcer: Any, name: str, words: set[str]) -> bool:
    """Tell whether a rule, or one that it refers to, compares one of these.

    :param words: such as ``%(user_id)s``
    """
    return any(
        word in match for _, match in asks(enforcer, name) for word in words
    )


def listed(names: list[str], most: Optional[int] = 8) -> str:
    """Return the names of rules for a sentence, the first of many.

    :param most: how many, None for all
    """
    few = names[:most]
    more = len(names) - len(few)
    return ', '.join(few) + (f' and {more} more' if more else '')
