# SPDX-License-Identifier: Apache-2.0
"""The targets that Glance passes to its policy rules.

A rule on an image gets the image, with all of its properties: ``user_id`` is
among them where the image names its user.
Source: glance/api/policy.py ImageTarget, glance/api/v2/policy.py and
glance/api/v2/cached_images.py, Glance 28 to 33.
"""

from __future__ import annotations

import ast
import functools
import pathlib
from typing import Any

from glance.api import policy
from glance.api.v2 import policy as api_policy

from cloud_security.deploy import policy_calls
from cloud_security.image import models

#: What the target of other rules has.
_OF_PROJECT = frozenset({'project_id', 'visibility'})
#: Rules in the same module that get no image.
_WITHOUT_IMAGE = frozenset(
    {
        *('get_images', 'list_cached_nodes', 'stores_info_detail'),
        'tasks_api_access',
    }
)


@functools.lru_cache(maxsize=None)
def passed() -> policy_calls.Passed:
    """Return what the Glance that is installed passes to each rule."""
    return policy_calls.passed(
        [pathlib.Path(str(api_policy.__file__))],
        '_enforce',
        'glance.policies',
        _target,
    )


def _target(call: ast.Call, _function: ast.FunctionDef) -> Any:
    [rule] = call.args
    if not isinstance(rule, ast.Constant):
        return policy_calls.UNKNOWN
    if rule.value in _WITHOUT_IMAGE or 'metadef' in str(rule.value):
        return _OF_PROJECT
    return frozenset(
        {
            *policy.ImageTarget(None)._target_keys,
            *('member_id', 'project_id', models.OWNER),
        }
    )
