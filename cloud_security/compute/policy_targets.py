# SPDX-License-Identifier: Apache-2.0
"""The targets that Nova passes to its policy rules.

Source: nova/context.py can, nova/policy.py authorize.
"""

from __future__ import annotations

import ast
import functools
import pathlib
import pkgutil
from typing import Any

from nova.api.openstack import compute

from cloud_security.deploy import policy_calls


@functools.lru_cache(maxsize=None)
def passed() -> policy_calls.Passed:
    """Return what the Nova that is installed passes to each rule."""
    paths = (
        pathlib.Path(compute.__path__[0], f'{module.name}.py')
        for module in pkgutil.iter_modules(compute.__path__)
    )
    return policy_calls.passed(
        filter(pathlib.Path.is_file, paths), 'can', 'nova.policies', _target
    )


def _target(call: ast.Call, function: ast.FunctionDef) -> Any:
    given = [word.value for word in call.keywords if word.arg == 'target']
    given += call.args[1:2]
    if not given:
        return None
    [node] = given
    return policy_calls.keys(node, function)
