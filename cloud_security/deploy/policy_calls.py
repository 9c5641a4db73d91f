# SPDX-License-Identifier: Apache-2.0
"""Targets that a service passes to its policy rules, read from its source.

Rules such as ``user_id:%(user_id)s`` mean what they seem to only where the
service passes the owner. The module leaves out what the source does not tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from collections.abc import Iterator
import importlib
import pathlib
from typing import Any
from typing import Callable
from typing import Optional

#: ``{rule: the names that the service passes, at each of its checks}``; None
#: stands for a check to which it passes nothing.
Passed = dict[str, set[Optional[frozenset[str]]]]
#: Stands for a target that cannot be told.
UNKNOWN = object()
#: Returns what a call passes, in the function that holds it.
Target = Callable[[ast.Call, ast.FunctionDef], Any]


def passed(
    files: Iterable[pathlib.Path], method: str, policies: str, target: Target
) -> Passed:
    """Return what the checks in source files pass.

    :param method: the name of the contexts' method that checks a rule
    :param policies: the package whose modules name the rules
    """
    found: Passed = {}
    for path in files:
        tree = ast.parse(path.read_text())
        aliases = dict(_aliases(tree, policies))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for call in _calls(function, method):
                    name = _value(call.args[0], aliases)
                    names = target(call, function)
                    if isinstance(name, str) and names is not UNKNOWN:
                        found.setdefault(name, set()).add(names)
    return found


def keys(node: ast.expr, function: ast.FunctionDef) -> Any:
    """Return the names in a dictionary, or in the one that a name means."""
    if isinstance(node, ast.Name):
        node = _assigned(node.id, function) or node
    if not isinstance(node, ast.Dict):
        return UNKNOWN
    return frozenset(
        key.value
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    )


def _aliases(tree: ast.AST, policies: str) -> Iterator[Any]:
    """Yield the names under which a module knows the service's policies."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == policies:
            for name in node.names:
                yield (
                    name.asname or name.name,
                    importlib.import_module(f'{policies}.{name.name}'),
                )


def _calls(function: ast.FunctionDef, method: str) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == method
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
