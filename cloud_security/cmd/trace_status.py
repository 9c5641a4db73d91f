# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-trace status``."""

from __future__ import annotations

import types
from typing import Any

from oslo_upgradecheck import upgradecheck

from cloud_security.cmd import trace_command
from cloud_security.trace import checks


class TraceStatus(trace_command.TraceCommand):
    """Tell whether the history is kept, and what it lacks.

    This command exits with 0 when all is well, 1 when something is to be
    looked at, and 2 when the history is not kept, or may lack something.
    """

    #: As that of cloud-security-status, where nothing was checked.
    FAILURE = 255

    def get_parser(self, prog_name: str) -> Any:
        """Add the form of the result."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--json', action='store_true', help='print the result as JSON'
        )
        return parser

    def act(self, conf: Any, parsed_args: Any) -> int:
        """Print the table; return the worst result."""
        # oslo.upgradecheck looks there for --json.
        options: Any = types.SimpleNamespace(command=parsed_args)
        upgradecheck.CONF = options
        with checks.reading(conf) as found:
            return int(found.check())
