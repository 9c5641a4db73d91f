"""What a run may take at most; it ends where it cannot tell.

Nothing goes on beyond a limit but removing, which has limits of its own.
"""

import time


class CannotTell(Exception):
    """The probe has no answer; the message says why, in one sentence."""


class Limits:
    """A number of requests and a time that are not exceeded."""

    def __init__(self, seconds: float, requests: int) -> None:
        self._seconds = seconds
        self._requests = requests
        self.count = 0
        self.started = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Return the seconds that are left."""
        return self._seconds - self.elapsed

    def spend(self) -> None:
        """Count a request.

        :raises CannotTell: when it would be one too many, or too late
        """
        if self.left <= 0:
            raise CannotTell(f'It took longer than {self._seconds:g} seconds.')
        if self.count >= self._requests:
            raise CannotTell(f'It took more than {self._requests} requests.')
        self.count += 1
