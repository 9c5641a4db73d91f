"""``cloud-security-probe``: two accounts try everything on a live cloud.

It exits as Nagios wants it: 0 when it found no leak, 1 when it was slow or
left something behind, 2 for a leak, and 3 when it could not tell.
"""

import signal
from typing import Any

from cloud_security.probe import limits

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run the probe; the entry point ``console_scripts``."""
    stop = limits.Stop()
    _on_signals(stop)
    # It takes long to import, and may be stopped meanwhile.
    from cloud_security.probe import command

    return command.main(stop)


def _on_signals(stop: limits.Stop) -> None:
    def handle(number: int, frame: Any) -> None:
        stop.note(f'It was stopped by {signal.Signals(number).name}.')

    for number in SIGNALS:
        # With nohup, SIGHUP is ignored.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handle)
