# SPDX-License-Identifier: Apache-2.0
"""Policy files of a service that nobody can read, or meant to be read."""

from __future__ import annotations

from collections.abc import Iterator
import os
import re
from typing import Any
from typing import Optional

from cloud_security.deploy import file_access
from cloud_security.deploy import rule_set
from cloud_security.policy import origin
from cloud_security.policy import rule_text
from cloud_security.policy import rules

#: Names of files that nobody meant to be read.
LEFT_OVER = re.compile(
    r'#.*|.*(~|\.(ya?ml|json).+|'
    r'\.(bak|old|orig|save|swp|rpm\w+|dpkg-\w+|ucf-\w+))',
    re.IGNORECASE,
)
#: Beginnings of names that are meant to be of our rules.
_OURS = re.compile(r'cloud[-_ ]?security', re.IGNORECASE)


def faults(
    paths: list[str],
    folders: list[str],
    reader: Optional[file_access.Reader],
) -> Iterator[str]:
    """Yield sentences about files that are not, or should not be, read.

    :param folders: in which the service looks for them
    :param reader: the user that runs the service, None where unknown
    """
    for folder in folders:
        obstacle = file_access.obstacle(folder, reader)
        if obstacle:
            yield f'{folder} {obstacle}, so every request fails.'
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
        obstacle = file_access.obstacle(path, reader)
        if obstacle:
            yield f'{path} {obstacle}, so every request fails.'
        try:
            places = origin.read(path)
        except PermissionError as error:
            yield (
                f'{path} was not looked at ({error.strerror}): run this '
                'command as root, or as the user that runs the service.'
            )
        except (OSError, ValueError, RecursionError) as error:
            yield (
                f'{path} cannot be read, so every request fails: '
                f'{_one_line(error)}. Mend it, or move it away.'
            )
        else:
            yield from _no_rules(places)


def closed_to_others(paths: list[str]) -> Iterator[str]:
    """Yield sentences about files that only some users can read.

    They are for hosts on which the user that runs the service is unknown.
    """
    others = file_access.Reader('other users', -1, frozenset())
    for path in paths:
        if file_access.obstacle(path, others):
            yield (
                f'{path} cannot be read by all users, and the user that runs '
                'the service is not known here: start the service, or see to '
                'it that its user can read this file and the folders above.'
            )


def _no_rules(places: list[origin.Place]) -> Iterator[str]:
    """Yield sentences about values that are no rules."""
    for place in places:
        if rule_text.is_rule(place.value):
            continue
        means = (
            'and oslo.policy cannot read it, so every request fails'
            if place.value
            else 'and oslo.policy takes it for "@", which lets everybody in'
        )
        # Whoever writes no, off, false, 0 or ! means nobody.
        meant = '@' if place.value is True else '!'
        yield (
            f'{place}: {place.name} is {_as_written(place.value)}, which is '
            f'no rule, {means}. Write a text there, such as:'
            f'{rule_set.line(str(place.name), meant)}'
        )


def surprises(found: rule_set.RuleSet) -> Iterator[str]:
    """Yield sentences about lines that do not count as they were written."""
    for path in found.origins.paths:
        places = origin.read(path)
        names = [place.name for place in places]
        for name in sorted({str(n) for n in names if names.count(n) > 1}):
            lines = [str(p.line) for p in places if str(p.name) == name]
            yield (
                f'{path}: {name} stands there {len(lines)} times, in lines '
                f'{", ".join(lines)}, and the last counts: remove the others.'
            )
    known = {rule.name for rule in rules.RULES}
    asked = {
        check.match
        for check in map(rule_set.parse, _values(found))
        for check in rule_set.leaves(check)
        if hasattr(check, 'match')
    }
    for name, place in found.origins.last.items():
        name = str(name)
        if _OURS.match(name) and name not in known and name not in asked:
            yield (
                f'{place}: there is no rule {name}, so it counts for nothing. '
                f'The rules are {", ".join(sorted(known))}: rename it, or '
                'remove it.'
            )


def _values(found: rule_set.RuleSet) -> list[Any]:
    return [place.value for place in found.origins.last.values()]


def _as_written(value: Any) -> str:
    """Return a value as YAML has it."""
    if value is None:
        return 'null'
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _one_line(error: Exception) -> str:
    return ' '.join(str(error).split()).rstrip('.')
