# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-trace import``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import service_choice
from cloud_security.cmd import trace_command
from cloud_security.deploy import apis


class Import(trace_command.TraceCommand):
    """Begin the history with what Neutron has now.

    Run this once, when Neutron runs with the plugin on all hosts. Of each
    address that is assigned, the history knows from then on when its port was
    made at the earliest. Of what was over before, it knows nothing, and says
    so. After an interruption, run it again.
    """

    def act(self, conf: Any, parsed_args: Any) -> int:
        """Open intervals for all that is assigned; return 0."""
        [repairing] = service_choice.sole_room(
            apis.NEUTRON, 'repairing', room='trace'
        )
        with trace_command.engine(conf) as engine:
            number = repairing.import_all(engine)
        self.say(f'{number} intervals imported.')
        return 0
