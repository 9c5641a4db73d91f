# SPDX-License-Identifier: Apache-2.0
"""The roles, projects, users and domains that our rules name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
import re
from typing import Any

from cloud_security.deploy import rule_set
from cloud_security.policy import inspection
from cloud_security.policy import rules

#: Roles of the default that a cloud can lack.
_OPTIONAL = frozenset({'admin', 'service'})
_KINDS = {
    'project_id': 'project',
    'project_domain_id': 'domain',
    'user_domain_id': 'domain',
    'user_id': 'user',
}
#: The shapes of the IDs that Keystone gives to projects.
_PROJECT = re.compile(
    r'[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
)


def unknown(found: rule_set.RuleSet, keystone: Any) -> Iterator[str]:
    """Yield sentences about names that Keystone does not know.

    :param keystone: cloud_security.keystone.Keystone
    :raises Unknown: when Keystone does not tell
    """
    for kind, value, place in _named(found):
        if kind == 'role':
            is_known = keystone.knows_role(value)
        else:
            is_known = keystone.knows(kind, value)
        if not is_known:
            what = value if kind == 'role' else f'with the ID {value}'
            yield (
                f'{place} names the {kind} {what}, which Keystone does not '
                'know, so that this holds for nobody: create it, or name '
                'another.'
            )


def odd(found: rule_set.RuleSet) -> Iterator[str]:
    """Yield sentences about values that cannot be IDs of Keystone's."""
    for kind, value, place in _named(found):
        if kind == 'project' and not _PROJECT.fullmatch(value):
            yield (
                f'{place} names the project {value}, which does not look like '
                "an ID, so that this may hold for nobody: write the project's "
                'ID, or set OS_ variables, with which Keystone is asked.'
            )


def _named(found: rule_set.RuleSet) -> Iterator[tuple[str, str, str]]:
    """Yield kinds and values that our rules name, and the places of these."""
    told = set()
    for rule in rules.RULES:
        for part in inspection.referred(found.enforcer, rule.name):
            for check in inspection.checks(found.enforcer.rules.get(part)):
                kind, value = _name(check)
                if (
                    kind
                    and (kind, value) not in told
                    and (kind != 'role' or value not in _OPTIONAL)
                ):
                    told.add((kind, value))
                    yield kind, value, found.said_of(part)


def _name(check: Any) -> tuple[str, str]:
    """Return what a check names, such as ``('project', '6f70…')``."""
    kind, match = getattr(check, 'kind', ''), getattr(check, 'match', '')
    if kind == 'role' and '%' not in match:
        return 'role', match.lower()
    for attribute, name in _KINDS.items():
        if kind == attribute and '%' not in match and match != 'None':
            return name, match
        if match == f'%({attribute})s':
            try:
                literal = ast.literal_eval(kind)
            except (ValueError, SyntaxError):
                continue
            if isinstance(literal, str):
                return name, literal
    return '', ''
