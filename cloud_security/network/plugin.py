# SPDX-License-Identifier: Apache-2.0
"""The service plugin ``user_isolation`` of Neutron.

Operators name it in neutron.conf, and nothing in api-paste.ini::

    service_plugins = router,user_isolation

Each process that loads service plugins has it: API, RPC and periodic workers.
"""

from __future__ import annotations

from neutron_lib.services import base

from cloud_security.network import starting


class UserIsolationPlugin(base.ServicePluginBase):  # type: ignore[misc]
    """Isolates the users of a project from each other."""

    supported_extension_aliases: list[str] = []

    def __init__(self) -> None:
        """Restrict what Neutron reads.

        :raises UnsafeStart: when the plugin could not protect
        """
        super().__init__()
        starting.start()

    @classmethod
    def get_plugin_type(cls) -> str:
        """Return the key of the plugin in Neutron's directory."""
        return 'USER_ISOLATION'

    def get_plugin_description(self) -> str:
        """Return what the plugin does."""
        return 'Isolates the users of a project from each other'
