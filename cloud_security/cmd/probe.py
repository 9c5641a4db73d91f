# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-probe``: two accounts try everything on a live cloud.

Exit codes are those of Nagios: 0 without a leak, 1 for a slow run or for
resources left behind, 2 for a leak, 3 without a verdict.
"""

import signal
from typing import Any

from cloud_security.probe.client import limits

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run the probe; the entry point ``console_scripts``."""
    stop = limits.Stop()
    handle_signals(stop)
    # The import takes long, and a signal may come meanwhile.
    from cloud_security.probe.cli import command

    return command.main(stop)


def handle_signals(stop: limits.Stop) -> None:
    """Let signals end the run, unless the process ignores them."""

    def handle(number: int, frame: Any) -> None:
        stop.note(f'{signal.Signals(number).name} stopped the run.')

    for number in SIGNALS:
        # nohup ignores SIGHUP.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handle)
