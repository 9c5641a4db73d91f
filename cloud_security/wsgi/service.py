# SPDX-License-Identifier: Apache-2.0
"""Service: all that the filter must know of one OpenStack service."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
from typing import Any
from typing import Optional

from oslo_config import cfg

from cloud_security.policy import enforcer
from cloud_security.policy import operation as operations
from cloud_security.visibility import criteria
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

Route = Callable[[dict[str, Any]], Optional[operations.Operation]]


def _never(_: exchanges.Exchange) -> bool:
    return False


def _all_totals(_: Optional[operations.Operation]) -> frozenset[str]:
    return scopes.TOTALS


# Without eq, so that each service can be a key: ConfigOpts has no hash.
@dataclasses.dataclass(frozen=True, eq=False)
class Service:
    """One service, handed in by the room that knows it.

    ``context_key`` names the caller's RequestContext in a WSGI environ.
    ``application_class`` is the type of what must follow the filter, and
    ``application_name`` its name in api-paste.ini. ``router`` returns, for
    such an application, the function that routes an environ.

    ``owned`` returns the models whose rows have owners, and raises
    AttributeError or KeyError when this release lacks one. ``acted_on``
    returns those of which the service reads a row, whatever it does to a
    resource. ``acts_unnamed`` are the verbs and paths of operations on
    resources that the path does not name. ``is_shared`` tells whether other
    services, which read the rows of everybody, have threads in this process.

    ``has_proof`` tells whether a request carries a secret that opens what it
    names: such a request is exempt. ``totals`` returns the aggregates that see
    everybody's rows in an operation.

    ``hidden`` returns those of some IDs that a user may not see, with their
    owners. ``is_exempt`` tells whether one operation of a service, in the name
    of a user, is exempt. ``release_warning`` returns a sentence about a
    release that was not tested. ``notifications`` returns the transport of
    notifications, and ``cadf_type`` is CADF's type URI of a resource.
    """

    name: str
    release: Callable[[], str]
    conf: cfg.ConfigOpts
    conf_file: str

    context_key: str
    application_class: type
    application_name: str
    router: Callable[[Any], Route]

    rules: enforcer.RulesInForce
    is_exempt: Callable[[Any, Optional[operations.Operation]], bool]

    owned: Callable[[], Mapping[type, criteria.Owned]]
    acted_on: Callable[[], tuple[type, ...]]
    acts_unnamed: frozenset[tuple[str, str]]
    is_shared: Callable[[], bool]
    hidden: Callable[[Iterable[str], str], dict[str, Optional[str]]]
    transforms: tuple[transform.Transform, ...]

    release_warning: Callable[[], Optional[str]]
    notifications: Callable[[], Any]
    cadf_type: str

    has_proof: Callable[[exchanges.Exchange], bool] = _never
    totals: Callable[[Optional[operations.Operation]], frozenset[str]] = (
        _all_totals
    )

    def acts(self, operation: Optional[operations.Operation]) -> bool:
        """Tell whether an operation is one on a resource with an owner."""
        return operation is not None and (
            operation.resource_id is not None
            or (operation.verb, operation.path) in self.acts_unnamed
        )
