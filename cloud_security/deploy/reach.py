# SPDX-License-Identifier: Apache-2.0
"""The reach of isolation: members whom our rules isolate, or leave out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from cloud_security.deploy import ordinary
from cloud_security.deploy import rule_set
from cloud_security.policy import rules
from cloud_security.policy import witness

ORDINARY = frozenset({('role', 'member'), ('role', 'reader')})
_USUAL = ORDINARY | {('role', 'manager')}
_OF_OPERATIONS = frozenset({'action', 'path', 'verb'})


class Finding(NamedTuple):
    """A sentence about rules, and whether it tells of an open door."""

    is_open: bool
    text: str


def operations(atoms: Any) -> list[str]:
    """Return what some atoms ask of the operation, as text."""
    return sorted(
        f'{match}:%({kind})s' for kind, match in atoms if is_of_operation(kind)
    )


def is_of_operation(kind: str) -> bool:
    """Tell whether an atom is about the operation, not about the caller."""
    return kind in _OF_OPERATIONS


def isolated(found: rule_set.RuleSet) -> Iterator[Finding]:
    """Yield what the rule about isolated callers says of members."""
    said = found.said_with_parts(rules.ISOLATED)
    advice = (
        'Name the projects that are isolated, or write the default:'
        f'{found.defaults(rules.ISOLATED)}'
    )
    if ordinary.Caller(found).judge(rules.ISOLATED):
        yield from _lacking(found, said, advice)
        return
    callers = _searched(found)
    asked: list[str] = []
    for caller in callers:
        if _special(caller) or not _holds(found, caller):
            continue
        asked = operations(caller.true | caller.false)
        if not asked:
            yield from _lacking(found, said, advice)
            return
    if asked:
        yield Finding(
            True,
            f'{said} holds for some operations only ({", ".join(asked)}): '
            f'all others are open. {advice}',
        )
    else:
        yield _without_members(found, said, advice, callers)


def together(found: rule_set.RuleSet) -> Iterator[Finding]:
    """Yield a finding where the four rules together isolate no member."""
    if ordinary.Caller(found).is_isolated():
        return
    callers = _searched(found)
    if any(_made_up(found, caller).is_isolated() for caller in callers):
        return
    defaults = ''.join(
        found.defaults(name)
        for name in (rules.EXEMPT, rules.SEE_PROJECT, rules.CHANGE_PROJECT)
    )
    # Where the others are defaults, this one is not.
    defaults = defaults or found.defaults(rules.ISOLATED)
    yield Finding(
        True,
        f'{found.said_with_parts(rules.ISOLATED)} holds only for callers to '
        f'whom {found.said_of(rules.EXEMPT)}, or '
        f'{found.said_of(rules.SEE_PROJECT)} and '
        f'{found.said_of(rules.CHANGE_PROJECT)}, give everything: nobody is '
        f'isolated. Write the defaults:{defaults}',
    )


def _searched(found: rule_set.RuleSet) -> list[witness.Caller]:
    check = rule_set.parse(f'rule:{rules.ISOLATED}')
    return list(found.search(witness.Goal(check, True)))


def _lacking(
    found: rule_set.RuleSet, said: str, advice: str
) -> Iterator[Finding]:
    """Yield a role without which members are not isolated."""
    check = rule_set.parse(f'rule:{rules.ISOLATED}')
    for caller in found.search(witness.Goal(check, False)):
        lacking = [match for kind, match in caller.false if kind == 'role']
        if lacking and not caller.true - ORDINARY:
            yield Finding(
                False,
                f'{said} does not hold for callers without the role '
                f'{" or ".join(sorted(lacking))}: nothing is hidden from '
                f'them. {advice}',
            )
            return


def _without_members(
    found: rule_set.RuleSet,
    said: str,
    advice: str,
    callers: list[witness.Caller],
) -> Finding:
    """Return what a rule is that holds for no member."""
    for caller in filter(_special, callers):
        if _made_up(found, caller).is_isolated():
            asked = frozenset(
                (kind, match)
                for kind, match in caller.true - ORDINARY
                if not is_of_operation(kind)
            )
            return Finding(
                False,
                f'{said} holds only for callers with {witness.Caller(asked)}, '
                f'or the like: nothing is hidden from all others. {advice}',
            )
    if rule_set.is_too_long(callers):
        return Finding(
            True, f'{said} is too long to be judged for all callers. {advice}'
        )
    return Finding(
        True,
        f'{said} does not hold for members: nobody is isolated. {advice}',
    )


def _special(caller: witness.Caller) -> frozenset[witness.Atom]:
    """Return roles that make a caller another than members and managers."""
    return frozenset(
        atom
        for atom in caller.true
        if atom[0] == 'role' and atom not in _USUAL
    )


def _made_up(
    found: rule_set.RuleSet, caller: witness.Caller
) -> ordinary.Caller:
    """Return a caller with a token such as a search found it.

    Those with roles of the site's own have no others, where they must not.
    """
    special = [match for _, match in sorted(_special(caller))]
    usual = [
        role
        for role in ordinary.MEMBER
        if not special or ('role', role) not in caller.false
    ]
    return ordinary.Caller(found, (*usual, *special), dict(caller.true))


def _holds(found: rule_set.RuleSet, caller: witness.Caller) -> bool:
    """Tell whether the rule holds for a caller, as far as can be told."""
    if caller == witness.SOMEBODY:
        return False
    return _made_up(found, caller).judge(rules.ISOLATED) is not False
