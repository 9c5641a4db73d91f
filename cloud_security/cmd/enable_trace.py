# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-trace enable``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import trace_switch
from cloud_security.deploy import plugin_loading

_THEN = (
    'Then run cloud-security-trace import once, and enable the timers '
    'cloud-security-trace-sync, -check and -purge. cloud-security-trace '
    'status tells whether all is in place.'
)


class EnableTrace(trace_switch.TraceSwitch):
    """Put the plugin that keeps the history into neutron.conf.

    It becomes the last of service_plugins; what is there stays. Its tables
    must be there first: run neutron-db-manage --subproject cloud_security
    upgrade heads. Neutron reads the list when it starts. The file without
    plugin is kept beside the other, with .before-cloud-security behind its
    name.
    """

    def change(
        self, loading: plugin_loading.PluginLoading, parsed_args: Any
    ) -> int:
        """Show or do the edit.

        :raises Refused: when something is in the way
        """
        steps = loading.putting_in()
        if not steps:
            self.say('It is enabled already; nothing was changed.')
            return 0
        is_here = parsed_args.root == '/'
        if is_here:
            self.check_tables(loading, loading.api)
        self.carry_out(steps, parsed_args.dry_run)
        if not parsed_args.dry_run:
            restart = [] if is_here else [loading.api.tables]
            self.say(*restart, loading.api.restart, _THEN)
        return 0
