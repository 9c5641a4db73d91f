# SPDX-License-Identifier: Apache-2.0
"""The one rule to which many lead: written right, it closes them all."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from typing import Any
from typing import Callable
from typing import NamedTuple
from typing import Optional

from cloud_security.deploy import correction
from cloud_security.deploy import rule_set
from cloud_security.policy import inspection
from cloud_security.policy import rules
from cloud_security.policy import witness

#: Tells which of some names are open with these rules, each with a caller.
_Opened = Callable[
    [Mapping[str, Any], Collection[str]], Mapping[str, witness.Caller]
]
OURS = frozenset(rule.name for rule in rules.RULES)


class Lever(NamedTuple):
    """A rule that closes others when it is written as it should be."""

    #: As it stands in its file, and that file with its line; '' for none.
    name: str
    place: str
    text: str
    caller: witness.Caller
    closes: frozenset[str]
    rules_then: Mapping[str, Any]


def find(
    found: rule_set.RuleSet,
    rules_then: Mapping[str, Any],
    opened: Mapping[str, witness.Caller],
    opened_then: _Opened,
) -> Optional[Lever]:
    """Return the rule in a file that closes most of the open ones.

    :param opened: the open rules, each with a caller
    :param opened_then: tells the same of other rules
    """
    ours = {
        part
        for name in OURS
        for part in inspection.referred(found.enforcer, name)
    }
    leading: dict[str, set[str]] = {}
    for name in opened:
        for part in inspection.referred(found.enforcer, name):
            # The rules that decide who is isolated are asked outside of it.
            if part in rules_then and part not in ours:
                leading.setdefault(part, set()).add(name)

    def rank(part: str) -> tuple[bool, int, bool, str]:
        place = found.place(part)
        is_own = place is not None and not found.is_dropped_in(place)
        return not is_own, -len(leading[part]), part in opened, part

    best: Optional[Lever] = None
    for part in sorted(leading, key=rank):
        if best is not None and (
            len(leading[part]) <= len(best.closes) or rank(part)[0]
        ):
            continue
        led = leading[part] | (_of_one_line(found, part) & set(opened))
        lever = _pulled(found, rules_then, part, led, opened_then)
        if lever and (best is None or len(lever.closes) > len(best.closes)):
            best = lever
    return best


def _of_one_line(found: rule_set.RuleSet, name: str) -> set[str]:
    """Return the rules that the line of a rule decides, under an old name."""
    place = found.place(name)
    if place is None:
        return set()
    return set(found.origins.stands_for(found.enforcer, place))


def _pulled(
    found: rule_set.RuleSet,
    rules_then: Mapping[str, Any],
    part: str,
    led: Collection[str],
    opened_then: _Opened,
) -> Optional[Lever]:
    """Return what comes of writing a rule as it should be."""
    target = found.target(part)
    caller = next(found.callers(rules_then[part], target, rules_then), None)
    if caller is None:
        return None
    closed = correction.closed(found, rules_then[part], rules_then, target)
    place = found.place(part)
    names = {part, *_of_one_line(found, part)}
    if place is not None:
        names.add(place.name)
    then = found.changed(dict.fromkeys(names, closed), rules_then)
    closes = frozenset(set(led) - set(opened_then(then, led)))
    if not closes:
        return None
    return Lever(
        place.name if place else part,
        str(place) if place else found.own_file(),
        rule_set.text(closed),
        caller,
        closes,
        then,
    )
