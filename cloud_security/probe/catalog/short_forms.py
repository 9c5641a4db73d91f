# SPDX-License-Identifier: Apache-2.0
"""Short forms of operations that Cinder, Glance and Neutron have alike."""

from __future__ import annotations

from typing import Any
from typing import NamedTuple

from cloud_security.probe.catalog import operations
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import Operation


class ShortForms(NamedTuple):
    """Short forms for one service, with what its operations share."""

    service: str
    #: The placeholder of the owner's resource.
    about: str
    oldest: str
    newest: str

    def operation(
        self, name: str, method: str, path: str, body: Any = None, **more: Any
    ) -> Operation:
        """Return an operation about a resource of the usual kind."""
        more.setdefault('about', self.about)
        more.setdefault('since', self.oldest)
        more.setdefault('until', self.newest)
        return Operation(
            name, method, path, body, service=self.service, **more
        )

    def reads(self, name: str, path: str, **more: Any) -> Operation:
        """Return an operation that reads one resource."""
        return self.operation(name, 'GET', path, **more)

    def finds(self, name: str, path: str, **more: Any) -> Operation:
        """Return a list that a query narrows down to one resource.

        The list about the target must be the one about an unknown value.
        """
        more.setdefault('repeats', False)
        return self.operation(name, 'GET', path, **more)

    def changes(
        self, name: str, method: str, path: str, body: Any = None, **more: Any
    ) -> Operation:
        """Return an operation that changes a resource."""
        more.setdefault('effect', Effect.CHANGES)
        more.setdefault('repeats', False)
        return self.operation(name, method, path, body, **more)

    def only_refused(
        self, name: str, method: str, path: str, body: Any = None, **more: Any
    ) -> Operation:
        """Return a change that reveals a resource only by its refusal."""
        more.setdefault('works', operations.EITHER)
        return self.changes(name, method, path, body, **more)
