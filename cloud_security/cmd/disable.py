# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage disable``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import switch
from cloud_security.deploy import host as hosts


class Disable(switch.Switch):
    """Take the filter out of Nova's api-paste.ini and remove the link.

    Rules that others deliver, and your own, stay; this command names those
    that refuse members when the filter has gone.
    """

    def change(self, host: hosts.Host, parsed_args: Any) -> int:
        """Show or do the steps.

        :raises Refused: when something is in the way
        """
        steps = host.disabling()
        asking = host.still_asking()
        self.carry_out(steps, parsed_args.dry_run)
        for path, names in asking.items():
            self.app.stderr.write(
                f'{path} still asks for isolation:enforced, in '
                f'{", ".join(names)}: without the filter it refuses members '
                "with 403. Take that out, or the file away, before Nova's "
                'API is restarted.\n'
            )
        if not steps:
            self.say('It is disabled already; nothing was changed.')
        elif not parsed_args.dry_run:
            self.say(switch.RESTART, 'Until then it goes on isolating.')
        return 0
