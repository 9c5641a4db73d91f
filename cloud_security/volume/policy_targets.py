# SPDX-License-Identifier: Apache-2.0
"""The targets that Cinder passes to its policy rules.

Cinder starts from the IDs of the caller, and puts those of an object over
them. Objects that name no user leave the caller's there.
Source: cinder/context.py authorize, Cinder 24 to 29.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
import functools
import pathlib
from typing import Any

import cinder

from cloud_security.deploy import policy_calls

#: Folders of Cinder whose code checks rules in its API.
_FOLDERS = ('api', 'backup', 'group', 'transfer', 'volume')
#: Names that Cinder's code gives to objects with an owner.
_OWNED = frozenset(
    {
        *('backup', 'group', 'group_snapshot', 'gsnapshot', 'snapshot'),
        *('current_snapshot', 'vol', 'volume', 'volume_ref', 'vref'),
    }
)
_NAMES = frozenset({'project_id', 'user_id'})


@functools.lru_cache(maxsize=None)
def passed() -> policy_calls.Passed:
    """Return what the Cinder that is installed passes to each rule."""
    return policy_calls.passed(
        _files(), 'authorize', 'cinder.policies', _target
    )


def _files() -> Iterator[pathlib.Path]:
    for folder in _FOLDERS:
        yield from pathlib.Path(cinder.__path__[0], folder).rglob('*.py')


def _target(call: ast.Call, function: ast.FunctionDef) -> Any:
    given = {word.arg: word.value for word in call.keywords}
    if 'target' in given:
        return policy_calls.keys(given['target'], function)
    if len(call.args) > 1:
        return policy_calls.UNKNOWN
    node = given.get('target_obj')
    if isinstance(node, ast.Name) and node.id in _OWNED:
        return _NAMES
    # The caller's own user, also where the object has none.
    return None
