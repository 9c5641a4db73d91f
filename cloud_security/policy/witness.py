# SPDX-License-Identifier: Apache-2.0
"""A search for callers for whom a rule holds, by reading the rule.

Trying a rule out finds only callers of whom somebody thought. This search
takes the roles, domains and IDs from the rules themselves. A check that only
a server of the site's can decide (``http:``) counts as one that may hold.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Mapping
import re
from typing import Any
from typing import NamedTuple
from typing import Optional
from typing import Union

from oslo_policy import _checks

from cloud_security.policy import checks as own_checks
from cloud_security.policy import vocabulary

#: What a target says of an attribute: the caller's own value, another's, or
#: one that cannot be told. A target that lacks it makes a check false.
OWN = 'own'
OTHER = 'other'
ANY = 'any'
Target = Mapping[str, str]
#: The caller's own project and user, and what is done, as our rules have it.
OURS: Target = {
    'project_id': OWN,
    'user_id': OWN,
    'action': ANY,
    'path': ANY,
    'verb': ANY,
}
#: Something that is true or false of a caller, such as ``('role', 'member')``.
Atom = tuple[str, str]
#: After so many steps a rule is too long to be told.
_MOST_STEPS = 20000
#: Attributes of which a caller has one. Others can be several at once: roles,
#: and what checks of a service's or a site's own look up.
_SINGLE = (vocabulary.CREDENTIALS | vocabulary.OWN.target) - {
    'roles',
    'service_roles',
}
#: Attributes that a token for a project does not have.
_OF_OTHER_TOKENS = frozenset({'domain_id', 'system', 'system_scope'})
_OF_TARGET = re.compile(r'%\(([^()]+)\)s')


class Goal(NamedTuple):
    """A check that is to hold, or not to hold, for a target."""

    check: Any
    holds: bool
    target: Target = OURS
    #: The rules through which the search came here.
    through: frozenset[str] = frozenset()


class Caller(NamedTuple):
    """Conditions on a caller; printed as the text of a rule."""

    true: frozenset[Atom]
    false: frozenset[Atom] = frozenset()

    def __str__(self) -> str:
        return ' and '.join(f'{kind}:{match}' for kind, match in self._asked())

    def _asked(self) -> list[Atom]:
        return sorted(self.true, key=lambda atom: (atom[0] != 'role', atom))

    def with_(self, atom: Atom, holds: bool) -> Optional[Caller]:
        """Return a caller of whom this is true, too, None for a conflict."""
        kind, _ = atom
        others = self.true if kind in _SINGLE else ()
        is_other = any(other[0] == kind for other in others)
        if holds:
            if atom in self.false or (is_other and atom not in self.true):
                return None
            if lacks_service(atom):
                # A member's own request has no service token.
                return self
            return self._replace(true=self.true | {atom})
        if atom in self.true:
            return None
        return self._replace(false=self.false | {atom})


#: A caller of whom nothing is known, because the search was too long.
SOMEBODY = Caller(frozenset({('somebody', '')}))


def lacks_service(atom: Atom) -> bool:
    """Tell whether an atom says that no service's token is there."""
    kind, match = atom
    # Roles are a list, which is no None.
    is_one = kind.startswith('service_') and kind != 'service_roles'
    return is_one and match == 'None'


class Search:
    """A search through rules."""

    def __init__(
        self,
        rules: Mapping[str, Any],
        legacy_defaults: bool,
        enforced: bool = False,
    ) -> None:
        """Search through rules.

        :param rules: ``{name: check}``
        :param legacy_defaults: the opposite of enforce_new_defaults
        :param enforced: inside the filter
        """
        self._rules = rules
        self._isolation = {
            'enforced': enforced,
            'legacy_defaults': legacy_defaults,
        }

    def callers(self, *goals: Goal) -> Iterator[Caller]:
        """Yield callers of whom all is true; some may come twice."""
        pending: Any = None
        for goal in reversed(goals):
            pending = goal, pending
        # Explicit, for rules can name hundreds of projects.
        stack = [(pending, Caller(frozenset()))]
        steps = 0
        while stack:
            steps += 1
            if steps > _MOST_STEPS:
                yield SOMEBODY
                return
            pending, caller = stack.pop()
            if pending is None:
                yield caller
                continue
            goal, rest = pending
            stack.extend(reversed(list(self._next(goal, rest, caller))))

    def _next(self, goal: Goal, rest: Any, caller: Caller) -> Iterator[Any]:
        check, holds = goal.check, goal.holds
        if isinstance(check, _checks.NotCheck):
            yield (
                (goal._replace(check=check.rule, holds=not holds), rest),
                caller,
            )
        elif isinstance(check, (_checks.AndCheck, _checks.OrCheck)):
            parts = [goal._replace(check=part) for part in check.rules]
            if isinstance(check, _checks.AndCheck) == holds:
                for part in reversed(parts):
                    rest = part, rest
                yield rest, caller
            else:
                for part in parts:
                    yield (part, rest), caller
        elif _refers_to(check):
            yield from self._referred(goal, rest, caller)
        else:
            found = self._judge(check, goal.target)
            if isinstance(found, bool):
                if found == holds:
                    yield rest, caller
                return
            with_it = caller.with_(found, holds)
            if with_it is not None:
                yield rest, with_it

    def _referred(
        self, goal: Goal, rest: Any, caller: Caller
    ) -> Iterator[Any]:
        name, is_same = _refers_to(goal.check) or ('', True)
        holds = goal.holds == is_same
        try:
            check = self._rules[name]
        except KeyError:
            check = None
        if check is None or name in goal.through:
            if not holds:
                yield rest, caller
            return
        through = goal.through | {name}
        next_goal = goal._replace(check=check, holds=holds, through=through)
        yield (next_goal, rest), caller

    def _judge(self, check: Any, target: Target) -> Union[bool, Atom]:
        """Return what a check is, or what must be true for it."""
        if isinstance(check, (_checks.TrueCheck, _checks.FalseCheck)):
            return isinstance(check, _checks.TrueCheck)
        if isinstance(check, own_checks.IsolationCheck):
            if check.match.startswith('default:'):
                # Another in each release, so that it is one that may hold.
                return str(check.kind), check.match
            return self._isolation.get(check.match, False)
        kind, match = str(check.kind), str(check.match)
        names = _OF_TARGET.findall(match)
        if any(name not in target for name in names):
            return False
        if isinstance(check, _checks.RoleCheck):
            return 'role', match.lower()
        if type(check) is not _checks.registered_checks[None]:
            return kind, match
        try:
            literal = ast.literal_eval(kind)
        except (ValueError, SyntaxError, TypeError):
            return _judge_attribute(kind, match, names, target)
        if not names:
            return match == str(literal)
        if target[names[0]] == OWN and literal is None:
            return False
        return names[0], str(literal)


def _refers_to(check: Any) -> Optional[tuple[str, bool]]:
    """Return the rule that a check stands for, and whether it is negated."""
    if isinstance(check, _checks.RuleCheck):
        return check.match, True
    if getattr(check, 'kind', None) == 'is_admin':
        # Services set it by this rule.
        return 'context_is_admin', check.match.lower() == 'true'
    return None


def _judge_attribute(
    kind: str, match: str, names: list[str], target: Target
) -> Union[bool, Atom]:
    if kind not in vocabulary.CREDENTIALS:
        return False
    if kind in _OF_OTHER_TOKENS:
        return match == 'None'
    if kind == 'is_admin_project':
        # True wherever Keystone does not say otherwise, which is everywhere.
        return match == 'True'
    if kind == 'roles':
        return 'role', match.lower()
    if match == f'%({kind})s' and target[kind] != ANY:
        return target[kind] == OWN
    if not names and match == 'None':
        return kind not in ('project_id', 'user_id') and (kind, match)
    return kind, match
