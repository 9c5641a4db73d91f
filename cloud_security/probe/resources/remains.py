# SPDX-License-Identifier: Apache-2.0
"""Remains: what a run left, each with the request that deletes it."""

from __future__ import annotations

from typing import Any
from typing import NamedTuple


class Resource(NamedTuple):
    """A resource of an account, and the request that deletes it."""

    kind: str
    name: str
    path: str
    method: str = 'DELETE'
    body: Any = None
    version: str = ''

    def __str__(self) -> str:
        """Return the kind and the name, for messages."""
        return f'{self.kind} {self.name}'
