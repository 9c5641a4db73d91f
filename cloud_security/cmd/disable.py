# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage disable``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import switch
from cloud_security.deploy import host as hosts


class Disable(switch.Switch):
    """Take the filter out of api-paste.ini and remove the link.

    Neutron has a plugin in its configuration instead. Rules that others
    deliver, and your own, stay; this command names those that refuse members
    when the filter has gone.
    """

    def change(self, found: list[hosts.Host], parsed_args: Any) -> int:
        """Show or do the steps.

        :raises Refused: when something is in the way
        """
        # Planned before the first deed, so that it is not half refused.
        plans = [
            (host, host.disabling(), host.still_asking()) for host in found
        ]
        self.carry_out(
            [step for _, steps, _ in plans for step in steps],
            parsed_args.dry_run,
        )
        for host, steps, asking in plans:
            for path, names in asking.items():
                self.app.stderr.write(
                    f'{path} still asks for isolation:enforced, in '
                    f'{", ".join(names)}: without the {host.api.noun} it '
                    'refuses members with 403. Take that out, or the file '
                    f"away, before {host.api.name}'s API is restarted.\n"
                )
            if not steps:
                self.say(host, 'It is disabled already; nothing was changed.')
            elif not parsed_args.dry_run:
                self.say(
                    host, host.api.restart, 'Until then it goes on isolating.'
                )
        return 0
