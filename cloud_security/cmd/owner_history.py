# SPDX-License-Identifier: Apache-2.0
"""OwnerHistory: new owners of servers, told to the history of IP addresses."""

from __future__ import annotations

from typing import Any
from typing import Optional

from cloud_security import keystone as keystones
from cloud_security.deploy import plugin_tables
from cloud_security.trace import opts
from cloud_security.trace import owners


class OwnerHistory:
    """The history in Neutron's database, where the configuration names it."""

    def __init__(
        self, conf: Any, source: str, keystone: Optional[keystones.Keystone]
    ) -> None:
        """Begin.

        :param conf: Nova's configuration
        :param source: the command, as the history names it
        :param keystone: None where it cannot be asked
        """
        opts.register(conf)
        self._options = conf.cloud_security_trace
        self._source = source
        self._keystone = keystone
        #: Whether the history lacks an owner.
        self.lacks_any = False

    def note(self, server: Any, user_id: str) -> str:
        """Write that a server has a new owner from now on.

        Nova has the new owner already, and keeps it.

        :param server: as Nova had it before
        :returns: a sentence on what went wrong, '' for nothing
        """
        url = self._options.connection
        if not url:
            return ''
        try:
            with plugin_tables.engine(url) as engine, engine.begin() as found:
                owners.changed(
                    found,
                    server.server_id,
                    user_id,
                    self._name(user_id),
                    server.project_id,
                    self._source,
                    former_id=server.owner_id,
                    server_name=server.name,
                )
        except (plugin_tables.Unknown, keystones.Unknown) as error:
            self.lacks_any = True
            return (
                'the history of IP addresses does not know the new owner yet '
                f'({error}). Mend [cloud_security_trace] connection; '
                'cloud-security-trace sync writes the new owner later, with '
                'a time that is less exact.'
            )
        return ''

    def _name(self, user_id: str) -> Optional[str]:
        if self._keystone is None or not self._options.keep_names:
            return None
        return self._keystone.user_name(user_id)
