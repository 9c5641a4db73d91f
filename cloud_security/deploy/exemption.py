# SPDX-License-Identifier: Apache-2.0
"""Operations that isolation disturbs, for callers who should be exempt."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Optional

from cloud_security.deploy import rule_set
from cloud_security.policy import rules
from cloud_security.policy import witness

#: Roles that every project has; to exempt them would be to isolate nobody.
_USUAL = frozenset({'reader', 'member', 'manager'})
#: Stands for callers whom the search did not reach; never the text of a rule.
_TOO_LONG = 'too long'


def empty_lists(
    found: rule_set.RuleSet, names: Collection[str]
) -> Iterator[str]:
    """Yield sentences about callers who list all projects, and see nothing.

    :param names: rules that let callers list what all projects have
    """
    see = witness.Goal(rule_set.parse(f'rule:{rules.SEE_PROJECT}'), False)
    for who, asked in _callers(found, names, see).items():
        if who == _TOO_LONG:
            yield _too_long(found, asked)
        elif not who:
            yield from _undone(
                found,
                asked,
                'lets members list all projects, where they see their own '
                f'{found.api.things} and nothing else',
            )
        else:
            yield (
                f'Callers with {who} may list all projects '
                f'({found.listed(asked)}) and are isolated, so that they get '
                'an empty list with status 200: exempt them, or take that '
                f'from them.{_exempting(found, who)}'
            )


def disturbed(
    found: rule_set.RuleSet,
    reasons: Mapping[str, str],
    elsewhere: Mapping[str, str],
) -> Iterator[str]:
    """Yield sentences about callers for whom operations go wrong.

    :param reasons: ``{rule: what goes wrong for an isolated caller}``
    :param elsewhere: the same for callers of another project
    """
    callers = _callers(found, reasons)
    away = {**rule_set.UNKNOWN, 'project_id': witness.OTHER}
    for who, asked in _callers(found, elsewhere, target=away).items():
        callers.setdefault(who, []).extend(asked)
    reasons = {**reasons, **elsewhere}
    usual = set()
    for who, asked in callers.items():
        if not who:
            usual.update(asked)
            continue
        if who == _TOO_LONG:
            yield _too_long(found, asked)
            continue
        first = min(asked)
        yield (
            f'Callers with {who} may use operations that hidden '
            f'{found.api.things} disturb ({found.listed(asked)}; such as '
            f'{found.said_of(first)}: {reasons[first]}), and are isolated: '
            f'exempt them, or take that from them.{_exempting(found, who)}'
        )
    for name in sorted(usual):
        why = (
            'lets members use an operation that hidden '
            f'{found.api.things} disturb'
        )
        yield from _undone(found, [name], f'{why}: {reasons[name]}')


def _too_long(found: rule_set.RuleSet, names: Collection[str]) -> str:
    return (
        f'{found.listed(set(names))}: together with the rules of '
        'cloud_security too long to be judged for all callers. Give a role '
        'to those whom they name, and name that role.'
    )


def _undone(
    found: rule_set.RuleSet, names: Collection[str], why: str
) -> Iterator[str]:
    """Yield sentences about rules that should be as they are by default."""
    for name in sorted(names):
        yield (
            f'{found.said_with_parts(name)} {why}. Name a role that is '
            f'exempt, or write the default:{found.defaults(name)}'
        )


def _callers(
    found: rule_set.RuleSet,
    names: Collection[str],
    *further: witness.Goal,
    target: Optional[witness.Target] = None,
) -> dict[str, list[str]]:
    """Return ``{caller, as text: the rules that let it in}``."""
    callers: dict[str, list[str]] = {}
    for name in sorted(names):
        if name not in found.enforcer.rules:
            continue
        check = found.enforcer.rules[name]
        count = 0
        for caller in found.callers(
            check,
            target or found.target(name),
            further=further,
            enforced=True,
        ):
            count += 1
            is_told = caller != witness.SOMEBODY
            who = _distinction(caller) if is_told else _TOO_LONG
            if name not in callers.setdefault(who, []):
                callers[who].append(name)
        if count >= rule_set.MOST_CALLERS:
            callers.setdefault(_TOO_LONG, []).append(name)
    return callers


def _distinction(caller: witness.Caller) -> str:
    """Return what distinguishes a caller from the members of a project.

    :returns: as the text of a rule, '' for nothing, or for a domain alone,
        as members can be in it
    """
    special = frozenset(
        (kind, match)
        for kind, match in caller.true
        if '%' not in match and not (kind == 'role' and match in _USUAL)
    )
    if all(kind in rule_set.DOMAINS for kind, _ in special):
        return ''
    return str(witness.Caller(special))


def _exempting(found: rule_set.RuleSet, who: str) -> str:
    """Return the rule that exempts callers, as it should read.

    :returns: '' where a check cannot stand in that rule
    """
    if 'isolation:' in who:
        return ''
    place = found.place(rules.EXEMPT)
    check = found.enforcer.rules[rules.EXEMPT]
    text = f'{rule_set.text(check)} or ({who})'
    exempting = rule_set.text(rule_set.parse(text))
    where = place or found.own_file()
    return f' In {where}:{rule_set.line(rules.EXEMPT, exempting)}'
