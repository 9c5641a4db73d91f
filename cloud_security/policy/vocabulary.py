# SPDX-License-Identifier: Apache-2.0
"""The words that a rule can compare: attributes of tokens and of targets.

oslo.policy takes a check on an attribute that no token has for false, and
says nothing. ``project_name:atlas`` is such a check: it holds for nobody, and
with ``not`` before it for everybody.
Source: oslo_policy/_checks.py, 4.3 to 6; oslo_context/context.py
to_policy_values, 5 to 6.
"""

from __future__ import annotations

import ast
import difflib
import re
from typing import Any
from typing import NamedTuple
from typing import Optional

from oslo_context import context as oslo_context
from oslo_policy import _checks

from cloud_security.policy import checks as own_checks

#: An attribute of the target in a check, such as ``%(project_id)s``.
_OF_TARGET = re.compile(r'%\(([^()]+)\)s')
#: Characters that no ID and no name of Keystone's needs in a rule.
_ODD = re.compile(r'[\s\'"<>*?,;|&=\[\]{}]')
#: Signs that were meant to stand between roles.
_SEPARATOR = re.compile('[,;|&]')
#: What attributes are about; two of a kind can be the same.
_ABOUT = {
    'user_id': 'a user',
    'service_user_id': 'a user',
    'project_id': 'a project',
    'service_project_id': 'a project',
    'user_domain_id': 'a domain',
    'project_domain_id': 'a domain',
    'domain_id': 'a domain',
    'service_user_domain_id': 'a domain',
    'service_project_domain_id': 'a domain',
    'roles': 'anything',
    'service_roles': 'anything',
}
_TRUTH = frozenset({'True', 'False'})
_VALUES = {
    'is_admin': _TRUTH,
    'is_admin_project': _TRUTH,
    'system': frozenset({'all', 'None'}),
    'system_scope': frozenset({'all', 'None'}),
}
#: Words from elsewhere, and what operators mean by them.
_MEANT = {
    'domain': 'project_domain_id',
    'project': 'project_id',
    'project_name': 'project_id',
    'tenant': 'project_id',
    'tenant_id': 'project_id',
    'tenant_name': 'project_id',
    'user': 'user_id',
    'user_name': 'user_id',
    'username': 'user_id',
}
_VERBS = frozenset(
    {'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'}
)


class Vocabulary(NamedTuple):
    """The attributes that tokens and targets of a service have."""

    credentials: frozenset[str]
    target: frozenset[str]


#: oslo.policy itself adds ``system``; services add ``is_admin``.
CREDENTIALS = frozenset(
    oslo_context.RequestContext(overwrite=False).to_policy_values()
) | {'is_admin', 'system'}
#: The vocabulary of this package's own rules.
OWN = Vocabulary(
    CREDENTIALS,
    frozenset({'action', 'path', 'project_id', 'user_id', 'verb'}),
)


def fault(check: Any, words: Vocabulary = OWN) -> Optional[str]:
    """Return why a check never holds, or cannot be decided, None otherwise.

    :param check: a check that consists of no others
    :returns: the end of a sentence that begins with the check
    """
    if isinstance(check, own_checks.IsolationCheck):
        return _fault_of_isolation(check)
    if not isinstance(check, _checks.Check):
        return None
    kind, match = str(check.kind), str(check.match)
    is_generic = type(check) is _checks.registered_checks[None]
    if isinstance(check, _checks.RuleCheck) or not (
        is_generic or isinstance(check, _checks.RoleCheck)
    ):
        # A kind from elsewhere, which fills in what it likes.
        return None
    names = _OF_TARGET.findall(match)
    if '%' in _OF_TARGET.sub('', match).replace('%%', ''):
        return 'cannot be decided: after % it has no (attribute)s'
    for name in names:
        if name not in words.target:
            return f'compares %({name})s, which no target has' + _hint(
                name, words.target
            )
    if not is_generic:
        return _fault_of_role(match)
    try:
        literal = ast.literal_eval(kind)
    except ValueError:
        return _fault_of_attribute(kind, match, names, words)
    except (SyntaxError, TypeError, MemoryError, RecursionError):
        # oslo.policy raises it too, at each request.
        return 'cannot be decided: Python cannot read what is before the colon'
    return _fault_of_literal(literal, match, names)


def _fault_of_isolation(check: Any) -> Optional[str]:
    if check.match == 'legacy_defaults':
        return None
    if check.match == 'enforced':
        return (
            'never holds here: the rules that decide who is isolated are '
            'asked before isolation begins'
        )
    return (
        'cannot stand here: there is isolation:legacy_defaults, and '
        'isolation:enforced and isolation:default are for other rules'
    )


def _fault_of_role(match: str) -> Optional[str]:
    name = match.strip()
    if not name or not name.strip('*'):
        return 'names no role'
    # Keystone's names have no quotes around them, and oslo.policy keeps them.
    if name[0] in '\'"' or name[-1] in '\'"':
        return 'names no role: write it without quotes'
    odd = _SEPARATOR.search(name)
    if odd:
        return (
            f'has {odd.group()!r} in it: name each role in a check of its own'
        )
    return None


def _fault_of_attribute(
    kind: str, match: str, names: list[str], words: Vocabulary
) -> Optional[str]:
    if kind not in words.credentials:
        return f'compares {kind}, which no token has' + _hint(
            kind, words.credentials | set(_checks.registered_checks) - {None}
        )
    if names:
        about = _ABOUT.get(kind)
        if about != 'anything' and match == f'%({names[0]})s':
            other = _ABOUT.get(names[0])
            if about != other:
                return f'compares {kind} with {names[0]}, which never agree'
        return None
    if not match:
        return f'compares {kind} with nothing'
    values = _VALUES.get(kind)
    if values and match not in values:
        return f'never holds: {kind} is {" or ".join(sorted(values))}'
    odd = _ODD.search(match)
    if odd:
        return f'compares {kind} with a value that has {odd.group()!r} in it'
    return None


def _fault_of_literal(
    literal: Any, match: str, names: list[str]
) -> Optional[str]:
    if not names:
        if match.replace('%%', '%') == str(literal):
            return None
        return 'compares two constants that differ'
    if match != f'%({names[0]})s':
        return None
    [name] = names
    if name in _ABOUT:
        # oslo.policy's idiom for "there is none" is None:%(attribute)s.
        is_possible = literal is None or type(literal) in (str, int)
    elif name == 'verb':
        is_possible = literal in _VERBS
    elif name == 'path':
        is_possible = str(literal).startswith('/')
    else:
        is_possible = isinstance(literal, str)
    if is_possible and (literal != '' or name == 'action'):
        return None
    return f'never holds: {name} is never {literal!r}'


def _hint(word: str, known: Any) -> str:
    """Return the word that was meant, for the end of a sentence."""
    meant = _MEANT.get(word.lower())
    if meant not in known:
        close = difflib.get_close_matches(word.lower(), map(str, known), 1)
        meant = close[0] if close else None
    return f' (did you mean {meant}?)' if meant else ''
