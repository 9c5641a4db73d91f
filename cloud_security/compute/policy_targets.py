"""What Nova tells its policy rules about the object of an operation.

Rules such as ``user_id:%(user_id)s`` mean what they seem to only where Nova
passes the owner. Where it passes something else they hold for nobody; where
it passes nothing, oslo.policy is given the caller's own ids and they hold for
everybody. Read from the source of the Nova that is installed; what cannot be
told from it is left out.
Source: nova/context.py can, nova/policy.py authorize.
"""

import ast
import importlib
import pathlib
import pkgutil
from typing import Any
from typing import Dict
from typing import FrozenSet
from typing import Iterator
from typing import List
from typing import Optional
from typing import Set

from nova.api.openstack import compute

from cloud_security.policy import inspection

#: The names of what Nova passes; None where it passes nothing.
Target = Optional[FrozenSet[str]]
#: What stands for a target that cannot be told.
_UNKNOWN = object()


def targets() -> Dict[str, Set[Target]]:
    """Return ``{name of a rule: what Nova passes, at each of its checks}``."""
    found: Dict[str, Set[Target]] = {}
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


def traps(enforcer: Any) -> Iterator[str]:
    """Yield sentences about rules on user_id that do not mean what they say.

    :param enforcer: with the rules in force
    """
    found: Dict[str, List[str]] = {}
    for name, passed in sorted(targets().items()):
        if name not in enforcer.rules or not inspection.mentions(
            enforcer, name, {'%(user_id)s', '%(target.user_id)s'}
        ):
            continue
        for target in passed:
            if target is None:
                found.setdefault('everybody', []).append(name)
            elif 'user_id' not in target:
                found.setdefault('nobody', []).append(name)
    if 'nobody' in found:
        yield (
            'Nova does not tell these rules whose server it is, so that '
            'user_id:%(user_id)s holds for nobody and locks owners out: '
            f'{inspection.listed(found["nobody"])}. Take user_id out of them.'
        )
    if 'everybody' in found:
        yield (
            'Nova gives these rules the ids of the caller, so that '
            'user_id:%(user_id)s holds for everybody and lets all in: '
            f'{inspection.listed(found["everybody"])}. Take user_id out of '
            'them.'
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


def _value(node: ast.AST, aliases: Dict[str, Any]) -> Any:
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
