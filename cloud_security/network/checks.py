# SPDX-License-Identifier: Apache-2.0
"""Checks of cloud-security-status: Neutron's files, and its owners."""

from __future__ import annotations

from cloud_security.deploy import checks
from cloud_security.deploy import config_options
from cloud_security.deploy import configuration
from cloud_security.deploy import host_checks
from cloud_security.deploy import plugin_checks
from cloud_security.network import config
from cloud_security.network import holdings

Result = checks.Result
result = checks.result


class Checks(plugin_checks.Checks):
    """The checks, in the order in which the table shows them."""

    def check_owners(self) -> Result:
        """Rows without owner."""
        try:
            self.read_configuration()
            counts = holdings.without_owner()
        except Exception as error:  # noqa: BLE001 drivers raise their own
            return result(
                [
                    "Neutron's database does not answer or lacks our tables, "
                    'see [database] connection in neutron.conf, and run '
                    'neutron-db-manage --subproject cloud_security upgrade '
                    f'heads: {host_checks.first_line(error)}.'
                ]
            )
        some = [
            f'{number} {kind}s' for kind, number in counts.items() if number
        ]
        if not some:
            return result(())
        return result(
            (),
            [
                f'{", ".join(some)} in the database have no owner, so that '
                'enforce hides them from all members: cloud-security-manage '
                'network adopt gives them to the owners of servers, or to '
                'their projects.'
            ],
        )

    def read_configuration(self) -> None:
        """Let Neutron read the files that the other checks read.

        :raises cfg.Error: when they cannot be read
        """
        config.parse(
            configuration.arguments_of(
                config_options.in_order(
                    self.conf.config_file, self.conf.config_dirs
                )
            )
        )

    _upgrade_checks = (
        *plugin_checks.Checks._upgrade_checks[:-1],
        ('Ports without owner', check_owners),
        *plugin_checks.Checks._upgrade_checks[-1:],
    )
