# SPDX-License-Identifier: Apache-2.0
"""The four rules of this package, as an operator wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloud_security.deploy import ordinary
from cloud_security.deploy import reach
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


def misread(found: rule_set.RuleSet) -> Iterator[str]:
    """Yield sentences about rules that do not mean what was written."""
    names = [rule.name for rule in rules.RULES]
    for problem in inspection.problems(found.enforcer, names):
        yield (
            f"{problem}: every request fails, and the service's API does not "
            'start. Mend it.'
        )


def contradictions(found: rule_set.RuleSet) -> Iterator[reach.Finding]:
    """Yield what our rules say that cannot be meant."""
    told: list[reach.Finding] = []
    for name in found.exempting:
        # Our rule can refer to the service's own, which is open once.
        if not any(map(_is_open, told)):
            told += _exempt(found, name)
    told += [*_of_domains(found), *reach.isolated(found), *_opened(found)]
    if not any(map(_is_open, told)):
        told += reach.together(found)
    yield from told
    yield from _uncounted(found)


def _is_open(finding: reach.Finding) -> bool:
    return finding.is_open


def _goal(name: str, holds: bool = True) -> witness.Goal:
    return witness.Goal(rule_set.parse(f'rule:{name}'), holds)


def _is_ordinary(caller: witness.Caller) -> bool:
    """Tell whether every member of a project is such a caller."""
    return all(
        atom in reach.ORDINARY or reach.is_of_operation(atom[0])
        for atom in caller.true
    ) and not any(
        atom in reach.ORDINARY or witness.lacks_service(atom)
        for atom in caller.false
    )


def _ordinary(
    found: rule_set.RuleSet, *goals: witness.Goal
) -> list[witness.Caller]:
    """Return ordinary callers, those that do most things at first."""
    callers = filter(_is_ordinary, found.search(*goals))
    return sorted(
        callers, key=lambda c: len(reach.operations(c.true | c.false))
    )


def _too_long(found: rule_set.RuleSet, name: str, goals: Any) -> Any:
    """Yield a finding where a search ended before it was through."""
    if rule_set.is_too_long(list(found.search(*goals))):
        yield reach.Finding(
            False,
            f'{found.said_with_parts(name)} is too long to be judged for all '
            'callers: give a role to those whom it names, and name that role.',
        )


def _exempt(found: rule_set.RuleSet, name: str) -> Iterator[reach.Finding]:
    """Yield members to whom a rule gives everything.

    :param name: of our rule, or of a service's own that does the same
    """
    said = found.said_with_parts(name)
    lines = found.defaults(name)
    default = f'write the default:{lines}' if lines else 'take the rule out.'
    callers = _ordinary(found, _goal(name))
    asked = [
        reach.operations(caller.true | caller.false) for caller in callers
    ]
    if ordinary.Caller(found).judge(name) or [] in asked:
        yield reach.Finding(
            True,
            f'{said} holds for members: nobody is isolated. Name those who '
            f'are exempt, or {default}',
        )
    elif asked:
        yield reach.Finding(
            False,
            f'{said} holds for members where it asks for '
            f'{", ".join(asked[0])}: leave that where it concerns no '
            f'{found.api.thing}. Else {default}',
        )
    elif ordinary.Caller(found, ordinary.READER).judge(name):
        yield reach.Finding(
            False,
            f'{said} holds for readers who are no members: nothing is hidden '
            f'from them. Name those who are exempt, or {default}',
        )
    else:
        yield from _too_long(found, name, [_goal(name)])


def _of_domains(found: rule_set.RuleSet) -> Iterator[reach.Finding]:
    """Yield domains from whose members the rules hide nothing."""
    told = set()
    for name, holds in (
        *((name, True) for name in found.exempting),
        (rules.ISOLATED, False),
    ):
        for caller in found.search(_goal(name, holds)):
            domains = frozenset(
                (kind, match)
                for kind, match in caller.true
                if kind in rule_set.DOMAINS and '%' not in match
            )
            is_all = domains and _is_ordinary(
                caller._replace(true=caller.true - domains)
            )
            who = str(witness.Caller(domains))
            if is_all and who not in told:
                told.add(who)
                yield reach.Finding(
                    False,
                    f'{found.said_with_parts(name)} leaves out all callers '
                    f'with {who}: nothing is hidden from the members among '
                    'them. Name a role beside the domain, or leave that '
                    'where no member of an isolated project is in it.',
                )


def _opened(found: rule_set.RuleSet) -> Iterator[reach.Finding]:
    see, change = _goal(rules.SEE_PROJECT), _goal(rules.CHANGE_PROJECT)
    not_exempt = _goal(rules.EXEMPT, False)
    member = ordinary.Caller(found)
    if member.judge(rules.EXEMPT):
        return
    sees = member.judge(rules.SEE_PROJECT)
    callers = _ordinary(found, see, change, not_exempt)
    asked = [
        reach.operations(caller.true | caller.false) for caller in callers
    ]
    if [] in asked or (sees and member.judge(rules.CHANGE_PROJECT)):
        yield reach.Finding(
            True,
            f'{found.said_of(rules.SEE_PROJECT)} and '
            f'{found.said_of(rules.CHANGE_PROJECT)} hold for members: '
            'nobody is isolated. Name a role in them, or write the '
            f'defaults:{found.defaults(rules.SEE_PROJECT)}'
            f'{found.defaults(rules.CHANGE_PROJECT)}',
        )
    elif sees or _ordinary(found, see, not_exempt):
        yield reach.Finding(
            False,
            f'{found.said_of(rules.SEE_PROJECT)} holds for members: all see '
            'all. Leave it where that is meant; a recipe tells what it opens. '
            f'Else write the default:{found.defaults(rules.SEE_PROJECT)}',
        )
    else:
        yield from _too_long(found, rules.SEE_PROJECT, [see])


def _uncounted(found: rule_set.RuleSet) -> Iterator[reach.Finding]:
    see, change = _goal(rules.SEE_PROJECT), _goal(rules.CHANGE_PROJECT)
    both = [_others(caller) for caller in found.search(change, see)]
    told = set()
    for caller in found.search(change, _goal(rules.EXEMPT, False)):
        if caller == witness.SOMEBODY:
            yield from _too_long(found, rules.CHANGE_PROJECT, [change, see])
            continue
        has = _with_implied(_others(caller))
        if any(needed <= has for needed in both):
            continue
        text = str(witness.Caller(_others(caller)))
        if text not in told:
            told.add(text)
            see_text = rule_set.text(found.enforcer.rules[rules.SEE_PROJECT])
            name = rules.SEE_PROJECT if text else rules.CHANGE_PROJECT
            if text:
                wanted = rule_set.parse(f'{see_text} or ({text})')
                advice = rule_set.line(
                    rules.SEE_PROJECT, rule_set.text(wanted)
                )
            else:
                advice = rule_set.line(rules.CHANGE_PROJECT, see_text)
            yield reach.Finding(
                False,
                f'{found.said_of(rules.CHANGE_PROJECT)} holds for callers '
                f'with {text or "any role"} and '
                f'{found.said_of(rules.SEE_PROJECT)} does not: it counts for '
                f'nothing then. Write into {_file(found, name)}:{advice}',
            )


def _file(found: rule_set.RuleSet, name: str) -> str:
    """Return the file in which a rule counts."""
    place = found.place(name)
    return place.path if place else found.own_file()


def _others(caller: witness.Caller) -> frozenset[witness.Atom]:
    """Return what is true of a caller, whatever the operation."""
    return frozenset(
        atom for atom in caller.true if not reach.is_of_operation(atom[0])
    )


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
