# SPDX-License-Identifier: Apache-2.0
"""The targets that Nova passes to its policy rules.

Rules such as ``user_id:%(user_id)s`` mean what they seem to only where Nova
passes the owner. Where Nova passes something else they hold for nobody.
Where Nova passes nothing, oslo.policy gets the caller's own IDs, and they
hold for everybody. This module reads the source of the Nova that is
installed, and leaves out what the source does not tell.
Source: nova/context.py can, nova/policy.py authorize.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
import functools
import importlib
import pathlib
import pkgutil
from typing import Any
from typing import Optional

from nova.api.openstack import compute

from cloud_security.deploy import correction
from cloud_security.deploy import rule_set
from cloud_security.policy import witness

#: What stands for a target that cannot be told.
_UNKNOWN = object()


@functools.lru_cache(maxsize=None)
def passed() -> dict[str, set[Optional[frozenset[str]]]]:
    """Return ``{rule: the names that Nova passes, at each of its checks}``.

    None stands for a check to which Nova passes nothing.
    """
    found: dict[str, set[Optional[frozenset[str]]]] = {}
    for module in pkgutil.iter_modules(compute.__path__):
        path = pathlib.Path(compute.__path__[0], f'{module.name}.py')
        if path.is_file():
            tree = ast.parse(path.read_text())
            aliases = dict(_aliases(tree))
            for function in ast.walk(tree):
                if isinstance(function, ast.FunctionDef):
                    for call in _checks(function):
                        name = _value(call.args[0], aliases)
                        target = _target(call, function)
                        if isinstance(name, str) and target is not _UNKNOWN:
                            found.setdefault(name, set()).add(target)
    return found


def targets() -> dict[str, witness.Target]:
    """Return ``{rule: the target}``, as a search for callers has it.

    The caller and the object are of one project, the owner is another.
    """
    return {name: _as_target(all_of) for name, all_of in passed().items()}


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


def trapped(found: rule_set.RuleSet) -> dict[str, str]:
    """Return rules on user_id that do not mean what they say.

    :returns: ``{rule: 'everybody' or 'nobody'}``, for whom it holds
    """
    traps = {}
    for name, all_of in passed().items():
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


def sentences(found: rule_set.RuleSet) -> Iterator[str]:
    """Yield sentences about rules on user_id, with how they should read."""
    told = {
        'nobody': (
            'Nova does not tell whose server it is, so that '
            'user_id:%(user_id)s holds for nobody and locks owners out'
        ),
        'everybody': (
            'Nova gives the IDs of the caller, so that '
            'user_id:%(user_id)s holds for everybody and lets all in'
        ),
    }
    by_default: dict[tuple[str, str], list[str]] = {}
    for name, trap in sorted(trapped(found).items()):
        if found.place(name) is None:
            # Rules to which it refers were written.
            key = trap, found.defaults(name)
            by_default.setdefault(key, []).append(name)
            continue
        text = rule_set.text(correction.without_owner(found, name))
        yield (
            f'{found.said_of(name)}: {told[trap]}. Isolation gives servers to '
            f'their owners already; write there:{rule_set.line(name, text)}'
        )
    for (trap, lines), names in by_default.items():
        yield (
            f'{found.listed(names)}: {told[trap]}. Isolation gives servers to '
            f'their owners already; write the default:{lines}'
        )


def _aliases(tree: ast.AST) -> Iterator[Any]:
    """Yield the names under which a module knows Nova's policies."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == 'nova.policies':
            for name in node.names:
                yield (
                    name.asname or name.name,
                    importlib.import_module(f'nova.policies.{name.name}'),
                )


def _checks(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == 'can'
            and node.args
        ):
            yield node


def _value(node: ast.AST, aliases: dict[str, Any]) -> Any:
    """Return what an expression such as ``policies.ROOT % 'show'`` means."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return getattr(aliases.get(node.value.id), node.attr, None)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        left, right = _value(node.left, aliases), _value(node.right, aliases)
        if isinstance(left, str) and isinstance(right, str):
            return left % right
    return None


def _target(call: ast.Call, function: ast.FunctionDef) -> Any:
    given = [word.value for word in call.keywords if word.arg == 'target']
    given += call.args[1:2]
    if not given:
        return None
    [node] = given
    if isinstance(node, ast.Name):
        node = _assigned(node.id, function) or node
    if not isinstance(node, ast.Dict):
        return _UNKNOWN
    return frozenset(
        key.value
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    )


def _assigned(name: str, function: ast.FunctionDef) -> Optional[ast.expr]:
    """Return the one thing that a function assigns to a name."""
    values = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id == name
    ]
    return values[0] if len(values) == 1 else None
