# SPDX-License-Identifier: Apache-2.0
"""Rules on user_id that do not mean what they say.

Where a service passes something else than the owner they hold for nobody.
Where it passes nothing, oslo.policy gets the caller's own IDs, and they hold
for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from cloud_security.deploy import correction
from cloud_security.deploy import policy_calls
from cloud_security.deploy import rule_set
from cloud_security.policy import witness


def targets(passed: policy_calls.Passed) -> dict[str, witness.Target]:
    """Return ``{rule: the target}``, as a search for callers has it.

    The caller and the object are of one project, the owner is another.
    """
    return {name: _as_target(all_of) for name, all_of in passed.items()}


def _as_target(all_of: set[Optional[frozenset[str]]]) -> witness.Target:
    found = {
        key: witness.ANY for names in all_of if names for key in sorted(names)
    }
    if 'user_id' in found:
        found['user_id'] = witness.OTHER
    if None in all_of:
        found['user_id'] = witness.OWN
    if None in all_of or 'project_id' in found:
        found['project_id'] = witness.OWN
    return found


def trapped(
    found: rule_set.RuleSet, passed: policy_calls.Passed
) -> dict[str, str]:
    """Return rules on user_id that do not mean what they say.

    :returns: ``{rule: 'everybody' or 'nobody'}``, for whom it holds
    """
    traps = {}
    for name, all_of in passed.items():
        if name not in found.enforcer.rules:
            continue
        target = {**_as_target(all_of)}
        target.pop('user_id', None)
        if None in all_of:
            then, trap = {**target, 'user_id': witness.OTHER}, 'everybody'
        elif any('user_id' not in (names or ()) for names in all_of):
            then, trap = target, 'nobody'
        else:
            continue
        if trap == 'everybody' and name in found.without_servers:
            continue
        meant = {**target, 'user_id': witness.OWN}
        check = found.enforcer.rules[name]
        if any(found.callers(check, meant, enforced=True)) and not any(
            found.callers(check, then, enforced=True)
        ):
            traps[name] = trap
    return traps


def sentences(
    found: rule_set.RuleSet, passed: policy_calls.Passed
) -> Iterator[str]:
    """Yield sentences about rules on user_id, with how they should read."""
    api = found.api
    told = {
        'nobody': (
            f'{api.name} does not tell whose {api.thing} it is, so that '
            'user_id:%(user_id)s holds for nobody and locks owners out'
        ),
        'everybody': (
            f'{api.name} gives the IDs of the caller, so that '
            'user_id:%(user_id)s holds for everybody and lets all in'
        ),
    }
    already = f'Isolation gives {api.things} to their owners already; write'
    by_default: dict[tuple[str, str], list[str]] = {}
    for name, trap in sorted(trapped(found, passed).items()):
        if found.place(name) is None:
            # Rules to which it refers were written.
            key = trap, found.defaults(name)
            by_default.setdefault(key, []).append(name)
            continue
        text = rule_set.text(correction.without_owner(found, name))
        yield (
            f'{found.said_of(name)}: {told[trap]}. {already} '
            f'there:{rule_set.line(name, text)}'
        )
    for (trap, lines), names in by_default.items():
        yield (
            f'{found.listed(names)}: {told[trap]}. {already} the '
            f'default:{lines}'
        )
