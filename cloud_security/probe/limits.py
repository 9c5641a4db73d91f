"""What a run may take at most; it ends where it cannot tell.

Nothing goes on beyond a limit but removing, which has limits of its own.
"""

from concurrent import futures
import contextlib
import threading
import time
from typing import Callable
from typing import Iterator
from typing import Optional
from typing import TypeVar

Result = TypeVar('Result')
#: Seconds after which it is noticed that a run is to end.
PULSE = 0.2


class CannotTell(Exception):
    """The probe has no answer; the message says why, in one sentence."""


class NoAnswer(CannotTell):
    """A request was sent; whether it was done is not known."""


class Stop:
    """Why a run is to end; '' where it is not.

    A signal's handler notes it and raises nothing: it may run anywhere, also
    where a library holds a lock.
    """

    def __init__(self) -> None:
        self.why = ''

    def note(self, why: str) -> None:
        """Let the run end; the first reason is told."""
        self.why = self.why or why


class Limits:
    """A number of requests and a time that are not exceeded."""

    def __init__(
        self, seconds: float, requests: int, stop: Optional[Stop] = None
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

        :raises CannotTell: when there is none, or something stopped the run
        """
        if self._stop.why:
            raise CannotTell(self._stop.why)
        if self.left <= 0:
            raise CannotTell(f'It took longer than {self.seconds:g} seconds.')

    def spend(self) -> None:
        """Count a request.

        :raises CannotTell: when it would be one too many, or too late
        """
        self.check()
        if self.count >= self._requests:
            raise CannotTell(f'It took more than {self._requests} requests.')
        self.count += 1

    def sleep(self, seconds: float) -> None:
        """Sleep.

        :raises CannotTell: as soon as the run is to end
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
        """Do something in a thread, and wait for what it returns.

        Work that takes too long is left to itself: an answer may come byte by
        byte, or never.

        :param seconds: how long to wait
        :param is_whole: wait so long also where the run is to end
        :raises CannotTell: when it takes longer
        """
        future: 'futures.Future[Result]' = futures.Future()
        threading.Thread(target=_do, args=(work, future), daemon=True).start()
        end = time.monotonic() + seconds
        while not futures.wait([future], PULSE).done:
            if not is_whole:
                self.check()
            if time.monotonic() > end:
                raise NoAnswer(
                    f'There was no answer in {seconds:.0f} seconds.'
                )
        return future.result()


def _do(work: Callable[[], Result], future: 'futures.Future[Result]') -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 who waits raises it
        future.set_exception(error)


@contextlib.contextmanager
def understanding() -> Iterator[None]:
    """Make what an answer that is not Nova's leads to one sentence.

    :raises CannotTell: instead of any other error
    """
    try:
        yield
    except CannotTell:
        raise
    except Exception as error:
        raise CannotTell(
            'Something is not answered as Nova does: '
            f'{type(error).__name__} {error}'
        ) from error
