# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-trace disable``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import trace_switch
from cloud_security.deploy import plugin_loading
from cloud_security.deploy import plugin_tables
from cloud_security.trace import gaps


class DisableTrace(trace_switch.TraceSwitch):
    """Take the plugin that keeps the history out of neutron.conf.

    The tables and all rows stay, and look-ups go on. This command first notes
    in the database that from now on not all is recorded. This gap goes on
    until Neutron has started on this host with the plugin again, and
    cloud-security-trace check --repair has run.
    """

    def change(
        self, loading: plugin_loading.PluginLoading, parsed_args: Any
    ) -> int:
        """Show or do the edits.

        :raises Refused: when something is in the way
        """
        # Planned before the first deed, so that it is not half refused.
        steps = loading.taking_out()
        if not steps:
            self.say('It is disabled already; nothing was changed.')
            return 0
        if not parsed_args.dry_run:
            self._note(loading, parsed_args.root == '/')
        self.carry_out(steps, parsed_args.dry_run)
        if not parsed_args.dry_run:
            self.say(
                loading.api.restart,
                'Until then it goes on recording. Its tables stay.',
            )
        return 0

    def _note(
        self, loading: plugin_loading.PluginLoading, is_here: bool
    ) -> None:
        """Note the gap, where the database answers."""
        why = 'an image has no database'
        if is_here:
            try:
                with plugin_tables.engine(loading.database()) as engine:
                    with engine.begin() as connection:
                        gaps.begin_off(connection)
                return
            except plugin_tables.Unknown as error:
                why = str(error)
        self.app.stderr.write(
            "That not all is recorded from now on was not noted in Neutron's "
            f'database ({why}), so that look-ups may say of that time that '
            'nobody had an address.\n'
        )
