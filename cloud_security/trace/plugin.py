# SPDX-License-Identifier: Apache-2.0
"""The service plugin ``cloud_security_trace`` of Neutron.

Operators name it in neutron.conf::

    service_plugins = router,cloud_security_trace

Each process that loads service plugins has it: API, RPC and periodic workers.
"""

from __future__ import annotations

import contextlib

from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
from neutron_lib.services import base
from oslo_config import cfg
from oslo_db import exception as db_exc

from cloud_security.deploy import plugin_tables
from cloud_security.trace import check_times
from cloud_security.trace import interval_recorder
from cloud_security.trace import opts
from cloud_security.trace import tables


class UnfitStart(Exception):
    """The history could not be kept; the message says what to do."""


class TracePlugin(base.ServicePluginBase):  # type: ignore[misc]
    """Keeps the history of IP addresses."""

    supported_extension_aliases: list[str] = []

    def __init__(self) -> None:
        """Check the tables, and begin to record.

        :raises UnfitStart: when the history could not be kept
        """
        super().__init__()
        opts.register(cfg.CONF)
        context = contexts.get_admin_context()
        with db_api.CONTEXT_WRITER.using(context):
            connection = context.session.connection()
            fault = plugin_tables.unfit(
                connection, tables.METADATA.sorted_tables
            )
            if fault:
                raise UnfitStart(fault)
            # Another process may start now, too.
            with contextlib.suppress(db_exc.DBDuplicateEntry):
                check_times.note(connection, check_times.started())
        interval_recorder.install()

    @classmethod
    def get_plugin_type(cls) -> str:
        """Return the key of the plugin in Neutron's directory."""
        return 'CLOUD_SECURITY_TRACE'

    def get_plugin_description(self) -> str:
        """Return what the plugin does."""
        return 'Keeps the history of IP addresses'
