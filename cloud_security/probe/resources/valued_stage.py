# SPDX-License-Identifier: Apache-2.0
"""The stage of a service whose values a RoleValues keeps."""

from __future__ import annotations

from cloud_security.probe.client import accounts
from cloud_security.probe.resources import role_values
from cloud_security.probe.resources import service_stage


class ValuedStage(service_stage.ServiceStage):
    """Values of requests, from those of the run."""

    _values: role_values.RoleValues
    _is_target_lost = False

    def values(self, account: accounts.Account, role: str) -> dict[str, str]:
        """Return the values of placeholders for a request."""
        own = 'own' if account is self.peer else 'example'
        # Readers have nothing; the owner's must not stand in for it.
        own = '' if account is self.reader else own
        return self._values.of(account, role, own)

    def unknown(self, values: dict[str, str], about: str) -> dict[str, str]:
        """Return the same values with one that does not exist."""
        return self._values.unknown(values, about)

    def ids(self, about: str) -> list[str]:
        """Return the values in requests: the owner's, and the unknown one."""
        return self._values.ids(about)

    def known(self, about: str) -> list[str]:
        """Return the owner's IDs that a control of a list must name."""
        return self._values.past.get(about, [])

    def foreign(self, about: str) -> list[str]:
        """Return the owner's IDs, names and the like that no list may name."""
        return self._values.everything()
