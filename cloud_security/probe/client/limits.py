# SPDX-License-Identifier: Apache-2.0
"""Limits of a run: seconds, requests, and a stop by a signal.

Only cleanup goes on beyond a limit; it has limits of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent import futures
import contextlib
import threading
import time
from typing import Callable
from typing import TypeVar

Result = TypeVar('Result')
#: Seconds between two looks at whether the run must end.
PULSE = 0.2


class CannotTell(Exception):
    """The probe has no response; the message says why, in one sentence."""


class NoResponse(CannotTell):
    """The probe sent a request and cannot know what came of it."""


class Stop:
    """The reason why a run must end; '' while it may go on.

    A signal handler calls ``note``, which raises nothing: the handler may
    interrupt a library that holds a lock.
    """

    def __init__(self) -> None:
        self.why = ''

    def note(self, why: str) -> None:
        """Let the run end; the probe reports the first reason only."""
        self.why = self.why or why


class Limits:
    """A number of requests and a time that a run does not exceed."""

    def __init__(
        self, seconds: float, requests: int, stop: Stop | None = None
    ) -> None:
        self.seconds = seconds
        self._requests = requests
        self._stop = stop or Stop()
        self.count = 0
        self.started = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Return the seconds that are left."""
        return self.seconds - self.elapsed

    def check(self) -> None:
        """Go on only while there is time.

        :raises CannotTell: when time is up, or a signal stopped the run
        """
        if self._stop.why:
            raise CannotTell(self._stop.why)
        if self.left <= 0:
            raise CannotTell(
                f'The run took longer than {self.seconds:g} seconds.'
            )

    def spend(self) -> None:
        """Count a request.

        :raises CannotTell: when it is one too many, or too late
        """
        self.check()
        if self.count >= self._requests:
            raise CannotTell(
                f'The run took more than {self._requests} requests.'
            )
        self.count += 1

    def sleep(self, seconds: float) -> None:
        """Sleep.

        :raises CannotTell: as soon as the run must end
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.check()
            time.sleep(max(0, min(PULSE, end - time.monotonic())))

    def wait(
        self,
        work: Callable[[], Result],
        seconds: float,
        is_whole: bool = False,
    ) -> Result:
        """Run some work in a thread and return its result.

        The probe abandons a thread that takes too long, because a response
        may come byte by byte, or never.

        :param seconds: the longest time to wait
        :param is_whole: wait that long even if the run must end
        :raises CannotTell: when the work takes longer
        """
        future: futures.Future[Result] = futures.Future()
        threading.Thread(target=_do, args=(work, future), daemon=True).start()
        end = time.monotonic() + seconds
        while not futures.wait([future], PULSE).done:
            if not is_whole:
                self.check()
            if time.monotonic() > end:
                raise NoResponse(
                    f'There was no response in {seconds:.0f} seconds.'
                )
        return future.result()


def _do(work: Callable[[], Result], future: futures.Future[Result]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 the waiting thread raises it
        future.set_exception(error)


@contextlib.contextmanager
def understanding(title: str = 'Nova') -> Iterator[None]:
    """Turn any error about an unexpected response into one sentence.

    :param title: the name that people know the service by

    :raises CannotTell: instead of any other error
    """
    try:
        yield
    except CannotTell:
        raise
    except Exception as error:
        raise CannotTell(
            f'A response is not as {title} gives it: '
            f'{type(error).__name__} {error}'
        ) from error
