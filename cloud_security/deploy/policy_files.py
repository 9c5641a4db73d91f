# SPDX-License-Identifier: Apache-2.0
"""Policy files of a service that nobody can read, or meant to be read."""

from __future__ import annotations

from collections.abc import Iterator
import difflib
import itertools
import os
import re
from typing import Any
from typing import Optional

from oslo_policy import policy

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
#: A project's ID where Neutron's own check takes an attribute only.
_PROJECT = re.compile(r'\b(?:project|tenant)_id:([^\s%()]+)')
#: The beginning of our rules' names, letters only.
_OURS = 'cloudsecurity'


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


def unlisted(error: OSError) -> str:
    """Return a sentence about a folder that this command cannot list."""
    return (
        f'{error.filename} was not looked at ({error.strerror}): run this '
        'command as root, or as the user that runs the service.'
    )


def _no_rules(places: list[origin.Place]) -> Iterator[str]:
    """Yield sentences about values that are no rules."""
    for place in places:
        if not isinstance(place.name, str):
            yield (
                f'{place}: the key {_as_written(place.name)} is no text, and '
                'so no name of a rule: put it in quotes, or remove the line.'
            )
            continue
        if rule_text.is_rule(place.value):
            continue
        means = (
            'and oslo.policy cannot read it, so every request fails'
            if place.value
            else 'and oslo.policy takes it for "@", which lets everybody in'
        )
        # Whoever writes no, off, false, 0 or ! means nobody.
        # A rule that isolates nobody is a failure, too.
        is_for_all = place.value is True or place.name == rules.ISOLATED
        meant = '@' if is_for_all else '!'
        yield (
            f'{place}: {place.name} is {_as_written(place.value)}, which is '
            f'no rule, {means}. Write a text there, such as:'
            f'{rule_set.line(str(place.name), meant)}'
        )


def refused_by_the_service(paths: list[str]) -> Iterator[str]:
    """Yield sentences about rules that a check of the service's own refuses.

    Neutron takes no ID after ``project_id:``, for example.
    """
    for place in itertools.chain.from_iterable(map(origin.read, paths)):
        try:
            rule_set.parse(place.value)
        except Exception as error:  # noqa: BLE001 the service's own
            text = _PROJECT.sub(r"'\1':%(project_id)s", str(place.value))
            is_ours = place.name in {rule.name for rule in rules.RULES}
            advice = (
                f'Write:{rule_set.line(place.name, text)}'
                if is_ours and text != str(place.value)
                else 'Mend it.'
            )
            yield (
                f'{place}: the service cannot read {place.name} '
                f'({_one_line(error)}), so every request fails. {advice}'
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


def misnamed(found: rule_set.RuleSet) -> Iterator[str]:
    """Yield sentences about names that were meant to be of our rules."""
    known = {rule.name for rule in rules.RULES}
    asked = {
        check.match
        for check in map(rule_set.parse, _values(found))
        for check in rule_set.leaves(check)
        if isinstance(check, policy.RuleCheck)
    }
    for name, place in found.origins.last.items():
        if name in asked or name in found.enforcer.registered_rules:
            continue
        if _is_like_ours(name):
            yield (
                f'{place}: there is no rule {name}, so it counts for nothing. '
                f'The rules are {", ".join(sorted(known))}: rename it, or '
                'remove it.'
            )


def _is_like_ours(name: str) -> bool:
    """Tell whether a name is close to one of ours, or begins like them."""
    if _OURS in _letters(name):
        return True
    ours = [_letters(rule.name) for rule in rules.RULES]
    nouns = [letters[len(_OURS) :] for letters in ours]
    beginning = _letters(name.partition(':')[0])
    return any(
        difflib.get_close_matches(text, words, 1, 0.85)
        for text, words in (
            (beginning, [_OURS]),
            (_letters(name), [*ours, *nouns]),
        )
    )


def _letters(name: str) -> str:
    return ''.join(filter(str.isalnum, name.lower()))


def _values(found: rule_set.RuleSet) -> list[Any]:
    return [place.value for place in found.origins.last.values()]


def _as_written(value: Any) -> str:
    """Return a value as YAML has it."""
    if value is None:
        return 'null'
    return str(value).lower() if isinstance(value, bool) else repr(value)


def empty_options(conf: Any) -> Iterator[str]:
    """Yield sentences about options for policy files that are empty.

    :param conf: oslo.config's options of the service
    """
    meant = {'policy_file': 'policy.yaml', 'policy_dirs': 'policy.d'}
    values = {
        'policy_file': [conf.oslo_policy.policy_file],
        'policy_dirs': conf.oslo_policy.policy_dirs,
    }
    for option, texts in values.items():
        if '' in texts:
            yield (
                f'[oslo_policy] {option} is empty, which oslo.policy takes '
                "for the service's configuration folder, so that every "
                f'request can fail: set it to {meant[option]}, or remove it.'
            )


def _one_line(error: Exception) -> str:
    return ' '.join(str(error).split()).rstrip('.')
