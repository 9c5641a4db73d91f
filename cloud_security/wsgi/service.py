# SPDX-License-Identifier: Apache-2.0
"""Service: all that the filter must know of one OpenStack service."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
from typing import Any
from typing import Optional
from typing import Union

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


def _nothing() -> None:
    pass


def _configured_host(conf: cfg.ConfigOpts) -> str:
    return str(conf.host)


def _all_totals(_: Optional[operations.Operation]) -> frozenset[str]:
    return scopes.TOTALS


# Without eq, so that each service can be a key: ConfigOpts has no hash.
@dataclasses.dataclass(frozen=True, eq=False)
class Service:
    """One service; its room writes the values, and the filter reads them."""

    #: The service in messages to operators, such as ``Nova``.
    name: str
    #: The noun for what belongs to owners, in messages, such as ``servers``.
    things: str
    #: Returns the release of the service that runs, such as ``34.0.0``.
    release: Callable[[], str]
    #: The service's configuration, in which the filter registers its options.
    conf: cfg.ConfigOpts
    #: The name of that configuration's file in messages to operators.
    conf_file: str

    #: The key of a WSGI environ under which the service's own filters keep the
    #: caller's RequestContext.
    context_key: str
    #: The type of the application that must follow the filter, or several.
    application_class: Union[type, tuple[type, ...]]
    #: The name of that application in api-paste.ini, in words for messages.
    application_name: str
    #: Returns, for such an application, the function that routes an environ.
    router: Callable[[Any], Route]

    #: Reads the service's policy files, with our four rules among them.
    rules: enforcer.RulesInForce
    #: Tells whether the filter gives an isolated caller stock responses in one
    #: operation: a question that another service asks with the user's token.
    is_exempt: Callable[[Any, Optional[operations.Operation]], bool]

    #: Returns the models whose rows have owners. It raises AttributeError or
    #: KeyError where this release of the service lacks one.
    owned: Callable[[], Mapping[type, criteria.Owned]]
    #: Returns those owned models of which the service reads a row whenever a
    #: caller acts on a resource: by these rows the filter records overrides.
    acted_on: Callable[[], tuple[type, ...]]
    #: Verbs and paths of operations on resources that the path does not name.
    acts_unnamed: frozenset[tuple[str, str]]
    #: Tells whether other services, which read the rows of everybody, have
    #: threads in this process.
    is_shared: Callable[[], bool]
    #: Returns those of some IDs that a user may not see, with their owners.
    hidden: Callable[[Iterable[str], str], dict[str, Optional[str]]]
    #: Changes of requests and responses, in the order in which they run.
    transforms: tuple[transform.Transform, ...]

    #: Returns a sentence where this release of the service was not tested.
    release_warning: Callable[[], Optional[str]]
    #: Returns the service's oslo.messaging transport of notifications.
    notifications: Callable[[], Any]
    #: CADF's type URI of the service's resources.
    cadf_type: str

    #: Tells whether a request of an isolated caller proves that it may have
    #: stock responses, such as by a secret that opens what it names.
    has_proof: Callable[[exchanges.Exchange], bool] = _never
    #: Returns the aggregates that see everybody's rows in an operation of an
    #: isolated caller.
    totals: Callable[[Optional[operations.Operation]], frozenset[str]] = (
        _all_totals
    )

    #: The key of the context in a mapping that the environ has under
    #: ``context_key``, None where it has the context itself there.
    context_name: Optional[str] = None
    #: The filter in api-paste.ini that makes the context.
    context_filter: str = 'keystonecontext'
    #: Content types of responses that the filter passes on as they come: data
    #: that can be larger than memory. Transforms do not see these responses.
    streamed_types: frozenset[str] = frozenset()
    #: Adapts the service in this process, once the filter restricts
    #: statements; again changes nothing. It raises AttributeError where this
    #: release of the service lacks what it adapts.
    prepare: Callable[[], None] = _nothing
    #: Returns the name of this host in notifications.
    host: Callable[[cfg.ConfigOpts], str] = _configured_host

    def context(self, environ: Mapping[str, Any]) -> Any:
        """Return the caller's RequestContext, None where there is none."""
        found = environ.get(self.context_key)
        if found is None or self.context_name is None:
            return found
        return found.get(self.context_name)

    def environ(self, context: Any) -> dict[str, Any]:
        """Return an environ that has a context and nothing else."""
        if self.context_name is not None:
            context = {self.context_name: context}
        return {self.context_key: context}

    def acts(self, operation: Optional[operations.Operation]) -> bool:
        """Tell whether an operation is one on a resource with an owner."""
        return operation is not None and (
            operation.resource_id is not None
            or (operation.verb, operation.path) in self.acts_unnamed
        )
