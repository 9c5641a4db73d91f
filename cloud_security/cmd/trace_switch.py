# SPDX-License-Identifier: Apache-2.0
"""TraceSwitch: ``cloud-security-trace enable`` and ``disable``."""

from __future__ import annotations

import abc
import functools
from typing import Any

from cloud_security.cmd import switch
from cloud_security.deploy import apis
from cloud_security.deploy import image
from cloud_security.deploy import plugin_loading
from cloud_security.deploy import plugin_sources


class TraceSwitch(switch.Files):
    """Changes the list of plugins of one host or image of Neutron's."""

    usual_files = (
        '/etc/neutron/neutron.conf with what neutron-server reads beside it, '
        'or what OS_NEUTRON_CONFIG_DIR and OS_NEUTRON_CONFIG_FILES name'
    )
    usual_folders = 'those that neutron-server reads'

    def take_action(self, parsed_args: Any) -> int:
        """Show or do the steps.

        :raises Refused: when something is in the way
        """
        sources = plugin_sources.Sources(
            tuple(parsed_args.config_order),
            apis.TRACE,
            functools.partial(image.reached, parsed_args.root),
        )
        loading = plugin_loading.PluginLoading(
            sources, parsed_args.root, apis.TRACE
        )
        return self.change(loading, parsed_args)

    @abc.abstractmethod
    def change(
        self, loading: plugin_loading.PluginLoading, parsed_args: Any
    ) -> int:
        """Show or do the steps.

        :raises Refused: when something is in the way
        """

    def say(self, *sentences: str) -> None:
        """Print sentences as one line."""
        self.app.stdout.write(f'{" ".join(sentences)}\n')
