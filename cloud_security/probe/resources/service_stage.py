# SPDX-License-Identifier: Apache-2.0
"""The stage of any service: what the verdicts need of a service's resources.

The owner has two of each. At the *example* the owner shows that an operation
works; only others try to reach the *target*. The peer has its *own*.
"""

from __future__ import annotations

import abc
from collections.abc import Iterator
import contextlib
from typing import Any
from typing import ClassVar
from typing import NamedTuple

from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import accounts
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources import footprint as footprints


class State(NamedTuple):
    """The target's state, and the response that shows it."""

    values: dict[str, Any]
    response: Response | None = None


class ServiceStage(abc.ABC):
    """The resources of a run at one service, by their roles."""

    #: Reasons why a placeholder has no value.
    missing: dict[str, str]
    #: The name and the request of the finding about the target.
    untouched: ClassVar[tuple[str, str]]

    def __init__(
        self,
        owner: accounts.Account,
        peer: accounts.Account,
        footprint: footprints.Footprint,
        newest: str,
    ) -> None:
        self.owner = owner
        self.peer = peer
        self.footprint = footprint
        #: The newest microversion of the service.
        self.newest = newest
        #: The reader of the project, if the run has one.
        self.reader: accounts.Account | None = None

    @property
    def own(self) -> str:
        """Return the ID of the peer's own resource, or ''."""
        return ''

    @property
    def seen(self) -> Response | None:
        """Return the peer's list while the service built a resource."""
        return None

    @abc.abstractmethod
    def supply(self) -> None:
        """Choose what resources need.

        :raises CannotTell: when the cloud has nothing that fits
        """

    @abc.abstractmethod
    def make(self) -> None:
        """Create the resources that are missing.

        :raises CannotTell: when that is not possible
        """

    @abc.abstractmethod
    def values(self, account: accounts.Account, role: str) -> dict[str, str]:
        """Return the values of placeholders for a request.

        :param account: the account that sends the request
        :param role: example or target
        """

    @abc.abstractmethod
    def unknown(self, values: dict[str, str], about: str) -> dict[str, str]:
        """Return the same values with an ID that does not exist."""

    @abc.abstractmethod
    def ids(self, about: str) -> list[str]:
        """Return the IDs in requests: the owner's, and the unknown one."""

    @abc.abstractmethod
    def known(self, about: str) -> list[str]:
        """Return the owner's IDs that a control of a list must name."""

    def foreign(self, about: str) -> list[str]:
        """Return the owner's IDs and names that no list may name."""
        return self.known(about)

    @abc.abstractmethod
    def settle(self, operation: Operation, role: str) -> str:
        """Wait until the service has acted on a resource; return its state.

        :param role: example or target
        """

    @contextlib.contextmanager
    def making(self, operation: Operation, name: str) -> Iterator[None]:
        """Record a resource while an operation creates it."""
        with self.footprint.making(operation.makes, name):
            yield

    @abc.abstractmethod
    def fate(
        self,
        account: accounts.Account,
        operation: Operation,
        response: Response,
    ) -> Response:
        """Return the final state of a new resource instead of its ID.

        The account deletes the resource; if that fails, cleanup does.
        """

    def count(self, account: accounts.Account) -> int:
        """Return the number of an account's own resources."""
        raise NotImplementedError

    @abc.abstractmethod
    def state(self) -> State:
        """Return the target's state as the owner sees it."""
