# SPDX-License-Identifier: Apache-2.0
"""Operation: one request as the service itself routes it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
from typing import Any
from typing import Optional


def _no_action() -> str:
    return ''


@dataclasses.dataclass(frozen=True)
class Operation:
    """One operation of a service, with its arguments.

    ``verb`` is the one that the service routes on; ``?_method=`` can make it
    differ from REQUEST_METHOD. ``path`` is a template without the project,
    such as ``/servers/{id}/action``. ``resource_id`` is the ID in the path of
    something that has an owner, as the caller spelled it. ``read_action``
    returns the name of the action in the body, '' where there is none.
    """

    verb: str
    path: str
    arguments: Mapping[str, Any]
    resource_id: Optional[str] = None
    read_action: Callable[[], str] = dataclasses.field(
        default=_no_action, repr=False, compare=False
    )

    @property
    def action(self) -> str:
        """The name of the action that the service runs, '' without one."""
        return self.read_action()

    @property
    def is_read(self) -> bool:
        """True for what the service routes as GET."""
        return self.verb == 'GET'

    @property
    def head(self) -> str:
        """The first part of the path, such as ``servers``."""
        return self.path.split('/')[1]
