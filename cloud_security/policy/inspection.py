"""Whether rules mean what was written.

oslo.policy takes what it cannot parse for false, and a rule that is missing,
too. For ``cloud_security:isolated`` that would be an open door.
Source: oslo_policy/_parser.py, 4.3 to 5.
"""

from typing import Any
from typing import Iterator
from typing import List
from typing import Optional
from typing import Set
from typing import Tuple

from oslo_policy import _checks

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


def checks(check: Any) -> Iterator[Any]:
    """Yield a check and those that it consists of."""
    yield check
    parts = getattr(check, 'rules', None) or [getattr(check, 'rule', None)]
    for part in parts:
        if isinstance(part, _checks.BaseCheck):
            yield from checks(part)


def referred(enforcer: Any, name: str) -> List[str]:
    """Return the names of a rule and of all that it refers to, also missing.

    :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
    """
    found: List[str] = []
    names = [name]
    while names:
        name = names.pop()
        if name in found:
            continue
        found.append(name)
        if name in enforcer.rules:
            names.extend(
                check.match
                for check in checks(enforcer.rules[name])
                if isinstance(check, _checks.RuleCheck)
            )
    return found


def misread(enforcer: Any, name: str) -> Optional[str]:
    """Return what is wrong with a rule, in words, or None.

    :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
    """
    for part in referred(enforcer, name):
        if part not in enforcer.rules:
            return f'{name} refers to rule:{part}, which is not there'
        text = _text(enforcer, part)
        false = [
            check
            for check in checks(enforcer.rules[part])
            if isinstance(check, _checks.FalseCheck)
        ]
        if text is not None and len(false) > _words(text).count('!'):
            return f'{part} cannot be understood: {text}'
    return None


def asks_roles_only(enforcer: Any, name: str) -> bool:
    """Tell whether a rule has the same answer to all with the same roles.

    :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
    """
    return all(
        type(check) in _BY_ROLES and '%' not in getattr(check, 'match', '')
        for part in referred(enforcer, name)
        for check in checks(enforcer.rules.get(part))
    )


def _text(enforcer: Any, name: str) -> Any:
    """Return a rule as it was written, None where that is not known."""
    for holder in (enforcer.file_rules, enforcer.registered_rules):
        if name in holder:
            return holder[name].check_str
    return None


def _words(text: Any) -> List[str]:
    """Return the words of a rule, also of the old form with lists."""
    if isinstance(text, str):
        return text.replace('(', ' ').replace(')', ' ').split()
    return [word for part in text for word in _words(part)]


def asks(enforcer: Any, name: str) -> Set[Tuple[str, str]]:
    """Return ``{(kind, match)}`` of all that a rule asks for."""
    return {
        (check.kind, check.match)
        for part in referred(enforcer, name)
        for check in checks(enforcer.rules.get(part))
        if hasattr(check, 'match')
    }


def mentions(enforcer: Any, name: str, words: Set[str]) -> bool:
    """Tell whether a rule, or one that it refers to, compares one of these.

    :param words: such as ``%(user_id)s``
    """
    return any(
        word in match for _, match in asks(enforcer, name) for word in words
    )


def listed(names: List[str]) -> str:
    """Return the names of rules for a sentence, the first eight of many."""
    few = names[:8]
    more = len(names) - len(few)
    return ', '.join(few) + (f' and {more} more' if more else '')
