"""What stands in the way of our rules in Nova's policy files.

oslo.policy reads every file of policy.d that does not begin with a dot, in
the order of their names; the last one that names a rule wins.
"""

import os
import re
from typing import Any
from typing import Dict
from typing import Iterator
from typing import List
from typing import Optional
from typing import Sequence
from typing import Set
from typing import Tuple

from nova import context as nova_context
from nova.conf import CONF
import yaml

from cloud_security.deploy import host
from cloud_security.policy import inspection
from cloud_security.policy import rules

#: The rules that the drop-in names; a rule of Nova that refers to one of them
#: is closed to members where the filter is missing.
BASE = frozenset(
    {
        'admin_or_owner',
        'project_manager_api',
        'project_member_api',
        'project_member_or_admin',
        'project_reader_api',
        'project_reader_or_admin',
    }
)
#: How files are named that nobody meant to be read.
LEFT_OVER = re.compile(
    r'#.*|.*(~|\.(ya?ml|json).+|'
    r'\.(bak|old|orig|save|swp|rpm\w+|dpkg-\w+|ucf-\w+))',
    re.IGNORECASE,
)
#: Somebody with all that a project can give, whom every rule is tried with.
MEMBER = {'user_id': 'a member', 'project_id': 'a project'}
ROLES = ('reader', 'member', 'manager')


def files() -> Iterator[str]:
    """Yield the policy files that Nova reads, in that order."""
    found = CONF.find_file(CONF.oslo_policy.policy_file)
    if found:
        yield found
    for directory in CONF.oslo_policy.policy_dirs:
        path = CONF.find_file(directory)
        if path and os.path.isdir(path):
            for name in sorted(os.listdir(path)):
                found = os.path.join(path, name)
                if not name.startswith('.') and not os.path.isdir(found):
                    yield found


def unreadable(paths: List[str]) -> Iterator[str]:
    """Yield sentences about files that are not, or should not be, read."""
    for path in paths:
        if os.path.islink(path) and not os.path.exists(path):
            yield (
                f'{path} leads to {os.readlink(path)}, which is not there, so '
                'every request fails: remove the link, or run '
                'cloud-security-manage enable after installing again.'
            )
            continue
        if LEFT_OVER.fullmatch(os.path.basename(path)):
            yield (
                f'{path} is read, and wins over files before it: move it out '
                'of that directory.'
            )
        try:
            _rules_in(path)
        except (OSError, ValueError, yaml.YAMLError) as error:
            yield f'{path} cannot be read, so every request fails: {error}.'


def open_without_the_filter(enforcer: Any, paths: List[str]) -> Iterator[str]:
    """Yield sentences about rules that would let members past a lost filter.

    :param enforcer: with the rules in force, outside of any request
    """
    last: Dict[str, str] = {
        name: path for path in paths for name in _rules_in(path)
    }
    place = _place_of_ours(paths)
    ours = None if place is None else paths[place]
    opened: Dict[str, List[str]] = {}
    raising: Dict[str, List[str]] = {}
    for name in sorted(BASE | set(enforcer.registered_rules)):
        if name not in enforcer.rules or not (
            name in BASE or _is_closed_by_default(enforcer, name)
        ):
            continue
        try:
            is_open = _holds(enforcer, name, ROLES)
        except Exception as error:
            raising.setdefault(str(error), []).append(name)
            continue
        parts = [
            part
            for part in inspection.referred(enforcer, name)
            if part in last
        ]
        others = [part for part in parts if last[part] != ours]
        # Whom else it may hold for, nobody can try out.
        if name in others and name in BASE:
            is_open = is_open or _asks_for_other_things(enforcer, name)
        if is_open:
            # What is to be edited: what a file has, as far as one has it.
            part = (others or parts or [name])[0]
            names = opened.setdefault(last.get(part, 'no file'), [])
            if part not in names:
                names.append(part)
    for why, names in raising.items():
        yield (
            f'{inspection.listed(names)} cannot be decided ({why}), so that '
            'requests that ask for it fail: mend it.'
        )
    if opened and ours is None:
        yield (
            f'{host.LINK} is not among the policy files, so that a lost '
            'filter would go unnoticed: run cloud-security-manage enable.'
        )
        return
    for path, names in opened.items():
        yield (
            f'Rules in {path} no longer ask for isolation:enforced, so that '
            f'a lost filter would go unnoticed: {inspection.listed(names)}. '
            'Add "and isolation:enforced" to them.'
        )


def replaced(paths: List[str]) -> Iterator[str]:
    """Yield sentences about rules of the operator's that ours replace."""
    place = _place_of_ours(paths)
    for path in paths[: place or 0]:
        names = sorted(BASE & set(_rules_in(path)))
        if names:
            yield (
                f'{host.LINK} is read after {path} and replaces its '
                f'{inspection.listed(names)}: move what you wrote into a file '
                'that sorts after it, with "and isolation:enforced" added.'
            )


def _place_of_ours(paths: List[str]) -> Optional[int]:
    names = [os.path.basename(path) for path in paths]
    return names.index(host.LINK) if host.LINK in names else None


def _somebody(roles: Sequence[str]) -> nova_context.RequestContext:
    """Return a caller; this thread goes on working for nobody."""
    return nova_context.RequestContext(
        roles=list(roles), overwrite=False, **MEMBER
    )


def _holds(enforcer: Any, rule: str, roles: Sequence[str]) -> bool:
    """Tell whether a rule holds for a member with these roles."""
    return bool(enforcer.enforce(rule, dict(MEMBER), _somebody(roles)))


def _asks_for_other_things(enforcer: Any, name: str) -> bool:
    """Tell whether a rule can hold, for others than admins, without us."""
    if str(enforcer.rules[name]) in ('!', 'rule:context_is_admin'):
        return False
    return ('isolation', 'enforced') not in inspection.asks(enforcer, name)


def _is_closed_by_default(enforcer: Any, name: str) -> bool:
    check = enforcer.registered_rules[name].check
    return any(
        getattr(part, 'match', None) in BASE
        for part in inspection.checks(check)
    )


def contradictions(enforcer: Any) -> Iterator[Tuple[bool, str]]:
    """Yield what our rules say that cannot be meant.

    :returns: whether it opens a door, and a sentence
    """
    for rule in rules.list_rules():
        problem = inspection.misread(enforcer, rule.name)
        if problem:
            yield True, f'{problem}: every request fails. Mend it.'
            return

    for rule in rules.list_rules():
        try:
            _holds(enforcer, rule.name, ROLES)
        except Exception as error:
            yield (
                True,
                f'{rule.name} cannot be decided ({error}), so that requests '
                'fail: mend it.',
            )
            return

    def holds(rule: str, *roles: str) -> bool:
        return _holds(enforcer, rule, roles)

    member = ('reader', 'member')
    if holds(rules.EXEMPT, *member):
        yield True, f'{rules.EXEMPT} holds for members: nobody is isolated.'
    elif holds(rules.SEE_PROJECT, *member):
        yield True, f'{rules.SEE_PROJECT} holds for members: all see all.'
    kinds = {kind for kind, _ in inspection.asks(enforcer, rules.ISOLATED)}
    if kinds <= {'role', 'rule'} and not holds(rules.ISOLATED, *ROLES):
        yield (
            True,
            f'{rules.ISOLATED} does not hold for members: nobody is isolated.',
        )
    for role in ('manager',) + member:
        if holds(rules.CHANGE_PROJECT, role) and not holds(
            rules.SEE_PROJECT, role
        ):
            yield (
                False,
                f'{rules.CHANGE_PROJECT} holds for the role {role} and '
                f'{rules.SEE_PROJECT} does not: it counts for nothing then.',
            )


def roles(enforcer: Any) -> Set[str]:
    """Return the roles that our rules name."""
    return {
        match.lower()
        for rule in (rules.SEE_PROJECT, rules.CHANGE_PROJECT)
        for kind, match in inspection.asks(enforcer, rule)
        if kind == 'role'
    }


def _rules_in(path: str) -> Dict[str, Any]:
    """Return the rules in a policy file.

    :raises ValueError: when it holds something else
    """
    with open(path) as stream:
        found = yaml.safe_load(stream) or {}
    if not isinstance(found, dict):
        raise ValueError('it holds no rules')
    return found
