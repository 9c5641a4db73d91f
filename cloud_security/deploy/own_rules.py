# SPDX-License-Identifier: Apache-2.0
"""The four rules of this package, as an operator wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from cloud_security.deploy import rule_set
from cloud_security.policy import inspection
from cloud_security.policy import rules
from cloud_security.policy import witness

#: Roles that Keystone gives together: who has the first has the others.
IMPLIED = {
    'admin': frozenset({'manager', 'member', 'reader'}),
    'manager': frozenset({'member', 'reader'}),
    'member': frozenset({'reader'}),
}
_ORDINARY = frozenset({('role', 'member'), ('role', 'reader')})
_OF_OPERATIONS = frozenset({'action', 'path', 'verb'})


class Finding(NamedTuple):
    """A sentence about rules, and whether it tells of an open door."""

    is_open: bool
    text: str


def misread(found: rule_set.RuleSet) -> Iterator[str]:
    """Yield sentences about rules that do not mean what was written."""
    names = [rule.name for rule in rules.RULES]
    for problem in inspection.problems(found.enforcer, names):
        yield (
            f"{problem}: every request fails, and the service's API does not "
            'start. Mend it.'
        )


def contradictions(found: rule_set.RuleSet) -> Iterator[Finding]:
    """Yield what our rules say that cannot be meant."""
    yield from _exempt(found)
    yield from _isolated(found)
    yield from _opened(found)
    yield from _uncounted(found)


def _goal(name: str, holds: bool = True) -> witness.Goal:
    return witness.Goal(rule_set.parse(f'rule:{name}'), holds)


def _operations(atoms: Any) -> list[str]:
    """Return what some atoms ask of the operation, as text."""
    return sorted(
        f'{match}:%({kind})s' for kind, match in atoms if _is_of(kind)
    )


def _is_of(kind: str) -> bool:
    return kind in _OF_OPERATIONS


def _is_ordinary(caller: witness.Caller) -> bool:
    """Tell whether every member of a project is such a caller."""
    return all(
        atom in _ORDINARY or _is_of(atom[0]) for atom in caller.true
    ) and not any(atom in _ORDINARY for atom in caller.false)


def _ordinary(
    found: rule_set.RuleSet, *goals: witness.Goal
) -> list[witness.Caller]:
    """Return ordinary callers, those that do most things at first."""
    callers = filter(_is_ordinary, found.search(*goals))
    return sorted(callers, key=lambda c: len(_operations(c.true | c.false)))


def _exempt(found: rule_set.RuleSet) -> Iterator[Finding]:
    for caller in _ordinary(found, _goal(rules.EXEMPT)):
        said = found.said_with_parts(rules.EXEMPT)
        asked = _operations(caller.true | caller.false)
        if asked:
            yield Finding(
                False,
                f'{said} holds for members where it asks for '
                f'{", ".join(asked)}: leave that where it concerns no server. '
                f'Else write the default:{found.defaults(rules.EXEMPT)}',
            )
        else:
            yield Finding(
                True,
                f'{said} holds for members: nobody is isolated. Name those '
                'who are exempt, or write the default:'
                f'{found.defaults(rules.EXEMPT)}',
            )
        return


def _isolated(found: rule_set.RuleSet) -> Iterator[Finding]:
    said = found.said_with_parts(rules.ISOLATED)
    advice = (
        f'Name the projects that are isolated, or write the default:'
        f'{found.defaults(rules.ISOLATED)}'
    )
    callers = [
        caller
        for caller in found.search(_goal(rules.ISOLATED))
        if not any(
            kind == 'role' and (kind, match) not in {*_ORDINARY, _MANAGER}
            for kind, match in caller.true
        )
    ]
    if not callers:
        yield Finding(
            True,
            f'{said} does not hold for members: nobody is isolated. {advice}',
        )
        return
    if all(_operations(caller.true | caller.false) for caller in callers):
        asked = _operations(callers[0].true | callers[0].false)
        yield Finding(
            True,
            f'{said} holds for some operations only ({", ".join(asked)}): '
            f'all others are open. {advice}',
        )
        return
    for caller in found.search(_goal(rules.ISOLATED, False)):
        lacking = [match for kind, match in caller.false if kind == 'role']
        if lacking and not caller.true - _ORDINARY:
            yield Finding(
                False,
                f'{said} does not hold for callers without the role '
                f'{" or ".join(sorted(lacking))}: nothing is hidden from '
                f'them. {advice}',
            )
            return


_MANAGER = ('role', 'manager')


def _opened(found: rule_set.RuleSet) -> Iterator[Finding]:
    see, change = _goal(rules.SEE_PROJECT), _goal(rules.CHANGE_PROJECT)
    not_exempt = _goal(rules.EXEMPT, False)
    for caller in _ordinary(found, see, change, not_exempt):
        if not _operations(caller.true | caller.false):
            yield Finding(
                True,
                f'{found.said_of(rules.SEE_PROJECT)} and '
                f'{found.said_of(rules.CHANGE_PROJECT)} hold for members: '
                'nobody is isolated. Name a role in them, or write the '
                f'defaults:{found.defaults(rules.SEE_PROJECT)}'
                f'{found.defaults(rules.CHANGE_PROJECT)}',
            )
            return
        break
    if _ordinary(found, see, not_exempt):
        yield Finding(
            False,
            f'{found.said_of(rules.SEE_PROJECT)} holds for members: all see '
            'all. Leave it where that is meant; a recipe tells what it opens. '
            f'Else write the default:{found.defaults(rules.SEE_PROJECT)}',
        )


def _uncounted(found: rule_set.RuleSet) -> Iterator[Finding]:
    see, change = _goal(rules.SEE_PROJECT), _goal(rules.CHANGE_PROJECT)
    both = [_others(caller) for caller in found.search(change, see)]
    told = set()
    for caller in found.search(change, _goal(rules.EXEMPT, False)):
        has = _with_implied(_others(caller))
        if any(needed <= has for needed in both):
            continue
        text = str(witness.Caller(_others(caller)))
        if text not in told:
            told.add(text)
            see_text = rule_set.text(found.enforcer.rules[rules.SEE_PROJECT])
            if text:
                wanted = rule_set.parse(f'{see_text} or ({text})')
                advice = rule_set.line(
                    rules.SEE_PROJECT, rule_set.text(wanted)
                )
            else:
                advice = rule_set.line(rules.CHANGE_PROJECT, see_text)
            yield Finding(
                False,
                f'{found.said_of(rules.CHANGE_PROJECT)} holds for callers '
                f'with {text or "any role"} and '
                f'{found.said_of(rules.SEE_PROJECT)} does not: it counts for '
                f'nothing then. Write into {_file(found)}:{advice}',
            )


def _file(found: rule_set.RuleSet) -> str:
    """Return the file in which the operator wrote about our rules."""
    places = (
        found.place(name) for name in (rules.SEE_PROJECT, rules.CHANGE_PROJECT)
    )
    return next((p.path for p in places if p), found.own_file())


def _others(caller: witness.Caller) -> frozenset[witness.Atom]:
    """Return what is true of a caller, whatever the operation."""
    return frozenset(atom for atom in caller.true if not _is_of(atom[0]))


def _with_implied(atoms: frozenset[witness.Atom]) -> set[witness.Atom]:
    """Return atoms with the roles that Keystone gives beside them."""
    return {
        *atoms,
        *(
            ('role', implied)
            for kind, match in atoms
            if kind == 'role'
            for implied in IMPLIED.get(match, ())
        ),
    }
