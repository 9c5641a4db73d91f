# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-trace``: who had this IP address, and when.

A look-up exits with 0 when it found somebody, 1 when nobody had the address,
2 for arguments that make no sense, 3 when nothing was recorded then, and 4
when it could not look.
"""

from __future__ import annotations

import sys

from cloud_security.cmd import manage


class Trace(manage.Program):
    """cloud-security-trace."""

    NAMESPACE = 'cloud_security.trace'
    DESCRIPTION = 'Tell who had an IP address, and when.'


def main() -> int:
    """Run the program; the entry point ``console_scripts``."""
    return Trace().run(sys.argv[1:])
