# SPDX-License-Identifier: Apache-2.0
"""Values of the placeholders in a service's operations, for each role.

The owner has an *example* and a *target*, and the peer has its *own*.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import ClassVar
import uuid

from cloud_security.probe.client import accounts

ROLES = ('example', 'target', 'own')


class RoleValues:
    """Values of a run, and those of each role, with all that ever were."""

    #: What requests name where no ID stands, by placeholder.
    unknowns: ClassVar[Mapping[str, str]] = {}
    #: ``{part: placeholders that a response about it tells}``
    told: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    #: The parts that a run makes; one can go with another.
    parts: ClassVar[Iterable[Any]] = ()

    def __init__(
        self,
        owner: accounts.Account,
        roles: dict[str, dict[str, str]],
        **common: str,
    ) -> None:
        """Prepare.

        :param roles: values by role and placeholder
        :param common: values of all roles, by placeholder
        """
        self._unknown = str(uuid.uuid4())
        self.roles = roles
        #: The owner's values that there are or were, by placeholder.
        self.past: dict[str, list[str]] = {}
        for role in ('example', 'target'):
            for name, value in self.roles[role].items():
                self.past.setdefault(name, []).append(value)
        self.common = {
            'project': owner.project_id,
            'nothing': str(uuid.uuid4()),
            **common,
        }

    def note(self, role: str, name: str, value: str) -> None:
        """Record the ID of a part, or what else a response tells."""
        self.roles[role].update({name: value, name.upper(): value.upper()})
        if role != 'own':
            self.past.setdefault(name, []).append(value)

    def lose(self, role: str, name: str) -> None:
        """Record that a part is gone, with all that goes with it."""
        for one in (name, *self.told.get(name, ())):
            self.roles[role].pop(one, None)
            self.roles[role].pop(one.upper(), None)
        for part in self.parts:
            if part.goes_with == name:
                self.lose(role, part.name)

    def of(
        self, account: accounts.Account, role: str, own: str
    ) -> dict[str, str]:
        """Return the values for a request.

        :param account: the account that sends the request
        :param own: the role whose resources are the account's own, or ''
        """
        return {**self.common, **self.roles[role]}

    def unknown(self, values: dict[str, str], about: str) -> dict[str, str]:
        """Return the same values with one that does not exist."""
        other = self.unknowns.get(about, self._unknown)
        return {**values, about: other, about.upper(): other.upper()}

    def ids(self, about: str) -> list[str]:
        """Return the values that requests about something may name.

        A request about a volume may name a group of the caller's own, too.
        """
        return [
            self._unknown,
            *self.unknowns.values(),
            self.common['nothing'],
            *self.past.get(about, ()),
            *self.roles['own'].values(),
            *self.roles['example'].values(),
        ]

    def everything(self) -> list[str]:
        """Return all values of the owner's."""
        return [one for values in self.past.values() for one in values]
