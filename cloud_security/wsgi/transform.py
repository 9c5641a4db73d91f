# SPDX-License-Identifier: Apache-2.0
"""Transform: a change of requests and responses that rows do not cover."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
from typing import Optional

import webob

from cloud_security.policy import operation as operations
from cloud_security.wsgi import exchange as exchanges


@dataclasses.dataclass(frozen=True)
class Change:
    """The result of a transform; the filter applies and records it.

    ``hidden`` maps the hidden resources that the transform denied or replaced
    to their owners. ``body`` and ``status`` replace those of the request or
    the response; None keeps them. ``restores`` maps texts of the new request
    to what the caller sent: the filter puts that back where the response
    repeats it. ``query`` replaces the query of a request. ``store`` writes
    what the service is to read from its database. ``is_denial`` marks a
    refusal like a 404.
    """

    hidden: Mapping[str, Optional[str]] = dataclasses.field(
        default_factory=dict
    )
    body: Optional[bytes] = None
    status: Optional[int] = None
    restores: Mapping[str, str] = dataclasses.field(default_factory=dict)
    query: Optional[str] = None
    store: Optional[Callable[[], None]] = None
    is_denial: bool = False


Before = Callable[[exchanges.Exchange], Optional[Change]]
After = Callable[[exchanges.Exchange, webob.Response], Optional[Change]]


@dataclasses.dataclass(frozen=True)
class Transform:
    """A pair of functions, which the filter runs before and after the service.

    Both write nothing: the filter applies the Change that they return, None
    for no change. Both may read the service's databases, or another service,
    outside of the caller's scope: ``before`` runs before the filter enters the
    scope, ``after`` when it has left it. ``routes`` are the verbs and paths
    that the transform is for, None for every request. A transform is for
    isolated callers, or with ``for_unrestricted`` for those who see all rows.
    Monitor mode applies the latter to each caller, because it restricts
    nobody.
    """

    before: Optional[Before] = None
    after: Optional[After] = None
    routes: Optional[frozenset[tuple[str, str]]] = None
    for_unrestricted: bool = False

    def is_for(self, operation: Optional[operations.Operation]) -> bool:
        """Tell whether the transform is for an operation."""
        return self.routes is None or (
            operation is not None
            and (operation.verb, operation.path) in self.routes
        )
