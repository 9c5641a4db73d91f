# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage network hand-over``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import thing_transfer
from cloud_security.deploy import apis


class HandOverPorts(thing_transfer.ThingTransfer):
    """Give what one user has in Neutron in a project to another user.

    That is ports, floating IPs, security groups and address groups. A trunk
    goes with its parent port. Each thing is one transaction.

    With --server, the ports on this server go, and the floating IPs on them.
    With --port, this port and the floating IPs on it. Security groups then
    stay: the new owner of a port sees those on it.

    Default security groups stay the project's, and so does what belongs to
    nobody else. What has no owner yet stays hidden: see network adopt.

    After an interruption, run it again.
    """

    api = apis.NEUTRON
    noun = 'port'
    choices = {
        'server': 'the ports on this server, and the floating IPs on them',
        'port': 'this port and the floating IPs on it, on whatever server',
    }
    advice = 'Give it away with network set-owner.'

    def check_configuration(self, config: Any) -> None:
        """Refuse a Neutron that does not load the plugin.

        :raises Unisolated: when it does not
        """
        config.check_plugin()
