# SPDX-License-Identifier: Apache-2.0
"""Shapes of the IDs of users and projects."""

from __future__ import annotations

from collections.abc import Iterable
import re

#: Keystone's own IDs, and those of users in a domain with LDAP or of
#: federated users.
_KEYSTONES = re.compile(r'[0-9a-f]{32}|[0-9a-f]{64}')


def is_keystones(text: str) -> bool:
    """Tell whether a text has the shape that Keystone makes."""
    return bool(_KEYSTONES.fullmatch(text))


def are_mostly_others(known_ids: Iterable[str]) -> bool:
    """Tell whether most IDs are not of the shape that Keystone makes."""
    are_keystones = [is_keystones(text) for text in known_ids]
    return are_keystones.count(False) > are_keystones.count(True)
