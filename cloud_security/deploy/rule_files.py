# SPDX-License-Identifier: Apache-2.0
"""Policy files in a host's folder, read without the service.

They are as good as the rules that come with cloud_security where each of
those rules refuses members outside of the filter. oslo.policy reads the files
of a folder in the order of their names; the last one that has a rule wins.
"""

from __future__ import annotations

import os
import stat
from typing import Any
from typing import Collection
from typing import Iterator

from oslo_policy import policy
import yaml

from cloud_security.deploy import apis

#: The check that holds inside the filter only.
CHECK = 'isolation:enforced'
#: Checks that hold for admins, for nobody, or inside the filter only.
CLOSED = ('!', CHECK, 'is_admin:True', 'role:admin', 'rule:context_is_admin')

Rules = dict[str, Any]


class Unreadable(Exception):
    """A file that holds no rules; the message says why."""


def paths(folder: str) -> Iterator[str]:
    """Yield the files of a folder that oslo.policy reads, in its order."""
    if os.path.isdir(folder):
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if not name.startswith('.') and not os.path.isdir(path):
                yield path


def rules_in(path: str) -> Rules:
    """Return the rules in a policy file: ``{name: rule as it is written}``.

    :raises Unreadable: when it holds something else
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Unreadable(f'{path} is no ordinary file')
        with open(path, encoding='utf-8') as stream:
            found = yaml.safe_load(stream) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Unreadable(f'{path} cannot be read: {error}') from error
    if not isinstance(found, dict):
        raise Unreadable(f'{path} holds no rules')
    return found


def lacking(
    wanted: Rules,
    files: list[str],
    late: Collection[str] = apis.NOVA.late_rules,
) -> list[str]:
    """Return which of the rules that are wanted policy files lack.

    :param files: in the order of reading
    :param late: rules that a release lacks, so that files may lack them
    :returns: one phrase for each rule that is missing, or that can hold
        outside of the filter, and for each file that cannot be read
    """
    found: Rules = {}
    origin: dict[str, str] = {}
    phrases = []
    for path in files:
        try:
            more = rules_in(path)
        except Unreadable as error:
            phrases.append(str(error))
            continue
        found.update(more)
        origin.update(dict.fromkeys(more, path))
    if not wanted.keys() & found.keys():
        return phrases + ['none of its rules is there']
    checks = _parsed(found)
    for name, rule in wanted.items():
        if str(found.get(name)).split() == str(rule).split():
            # Those that it refers to are wanted, too.
            continue
        if name not in found:
            if name in late:
                continue
            phrases.append(f'{name} is missing')
        elif name not in checks:
            phrases.append(f'{origin[name]} has no rule for {name}')
        elif _can_hold(checks[name], checks, (name,)):
            phrases.append(
                f'{origin[name]} has {name} without {CHECK}, or behind "or" '
                f'({found[name]}) instead of {rule}'
            )
    return phrases


def asking(files: list[str]) -> dict[str, list[str]]:
    """Return which policy files have rules that ask for the filter.

    :returns: ``{path: [names of rules]}``, in the order of the files
    """
    found = {}
    for path in files:
        try:
            names = [
                name
                for name, rule in rules_in(path).items()
                if CHECK in str(rule)
            ]
        except Unreadable:
            continue
        if names:
            found[path] = names
    return found


def _parsed(rules: Rules) -> dict[str, Any]:
    """Return the checks of rules; what oslo.policy cannot parse is absent."""
    checks: dict[str, Any] = {}
    for name, rule in rules.items():
        if isinstance(rule, (str, list)):
            written: Any = {name: rule}
            try:
                checks.update(policy.Rules.from_dict(written))
            except (AttributeError, TypeError, ValueError):
                continue
    return checks


def _can_hold(
    check: Any, checks: dict[str, Any], followed: tuple[str, ...]
) -> bool:
    """Tell whether a check can hold for others than admins, unfiltered."""
    if isinstance(check, policy.AndCheck):
        return all(_can_hold(part, checks, followed) for part in check.rules)
    if isinstance(check, policy.OrCheck):
        return any(_can_hold(part, checks, followed) for part in check.rules)
    if str(check) in CLOSED:
        return False
    match = getattr(check, 'match', None)
    if str(check) == f'rule:{match}' and match in checks:
        return match in followed or _can_hold(
            checks[match], checks, (*followed, match)
        )
    return True
