"""What a run makes in the cloud, and removes.

Everything has a name that tells which run made it, and servers a mark.
Nothing is removed that has none, belongs to another user, or to a run that
may still go on.
"""

import contextlib
import functools
import hashlib
import os
import pathlib
import re
import secrets
import socket
import time
from typing import Any
from typing import Iterator
from typing import List
from typing import NamedTuple
from typing import Set
from typing import Tuple

from cloud_security.probe import accounts
from cloud_security.probe import limits

PREFIX = 'cloud-security-probe'
NAME = re.compile(
    rf'{PREFIX}-([0-9a-f]{{6}})-(\d+)-(\d+)-(example|target|own|new)(-copy)?'
)
#: A key in the metadata of servers, which attempts keep.
MARK = 'probe'
#: Groups go after their servers, snapshots after they are made.
KINDS = ('server', 'server group', 'image')
#: Seconds that removing may take beyond the time of a run.
GRACE = 120
#: Seconds in which Nova may yet make what it gave no answer about.
LATE = 60


class Run:
    """One run's names: by host, process and the time when it is over."""

    def __init__(self, seconds: float) -> None:
        self.over = int(time.time() + seconds + GRACE)
        self.prefix = f'{PREFIX}-{_host()}-{os.getpid()}-{self.over}-'
        #: What Nova was asked to make, and what it gave no answer about.
        self.made: Set[Tuple[str, str]] = set()
        self.awaited: Set[Tuple[str, str]] = set()

    def name(self, what: str) -> str:
        """Return a name.

        :param what: example, target, own or new
        """
        return self.prefix + what

    @contextlib.contextmanager
    def making(self, kind: str, name: str) -> Iterator[None]:
        """Note what Nova is asked to make, in here."""
        self.made.add((kind, name))
        try:
            yield
        except limits.NoAnswer:
            self.awaited.add((kind, name))
            raise

    def is_left(self, name: str) -> bool:
        """Tell whether a name is of this run, or of one that has ended."""
        match = NAME.fullmatch(name)
        if match is None:
            return False
        if name.startswith(self.prefix):
            return True
        host, process, over = match.group(1, 2, 3)
        if int(over) < time.time():
            return True
        return host == _host() and not _goes_on(int(process))


@functools.lru_cache(maxsize=None)
def _host() -> str:
    """Return what tells where numbers of processes mean the same.

    Where the kernel does not tell it is like no other, and only time counts.
    """
    try:
        place = (
            socket.gethostname(),
            pathlib.Path('/proc/sys/kernel/random/boot_id').read_text(),
            os.readlink('/proc/self/ns/pid'),
        )
    except OSError:
        return secrets.token_hex(3)
    return hashlib.sha256(repr(place).encode()).hexdigest()[:6]


def _goes_on(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


class Thing(NamedTuple):
    """Something of an account's, and how to remove it."""

    kind: str
    name: str
    path: str

    def __str__(self) -> str:
        """Return how a person is told of it."""
        return f'{self.kind} {self.name}'


def found(account: accounts.Account, kind: str, run: Run) -> List[Thing]:
    """Return what this run, or one that has ended, left of an account's.

    :raises CannotTell: when it may not be listed
    """
    with limits.understanding():
        return [
            Thing(kind, name, path)
            for name, path, user_id in _named(account, kind)
            if user_id == account.user_id and run.is_left(name)
        ]


def _named(
    account: accounts.Account, kind: str
) -> Iterator[Tuple[str, str, Any]]:
    if kind == 'server':
        path = f'servers/detail?name={PREFIX}'
        for server in account.get(path, 'servers'):
            if MARK in server.get('metadata', ()):
                path = f'servers/{server["id"]}'
                yield server['name'], path, server['user_id']
    elif kind == 'server group':
        for group in _listed(
            account, 'os-server-groups', 'server_groups', '2.64'
        ):
            path = f'os-server-groups/{group["id"]}'
            yield group['name'], path, group['user_id']
    else:
        for image in _listed(account, 'images/detail', 'images', '2.1'):
            user_id = image['metadata'].get('user_id')
            yield image['name'] or '', f'images/{image["id"]}', user_id


def _listed(
    account: accounts.Account, path: str, key: str, version: str
) -> List[Any]:
    answer = account.call('GET', path, version=version)
    # Who may not list them could make none.
    if answer.status in (403, 404):
        return []
    found: List[Any] = account.taken(answer, key)
    return found


def remove(
    who: Tuple[accounts.Account, ...], run: Run, seconds: float = 30
) -> List[str]:
    """Remove what is left, and wait until it is gone.

    What fails is tried again, and keeps nothing else.

    :param seconds: how long to wait
    :returns: what could not be removed, for a person
    :raises CannotTell: when the accounts' limits are reached
    """
    start = time.monotonic()
    pause = 0.1
    while True:
        left: Set[str] = set()
        for kind in KINDS:
            for account in who:
                left |= _remove(account, kind, run)
        waited = time.monotonic() - start
        is_late = waited > seconds or (not left and waited > LATE)
        if is_late or not (left or run.awaited):
            left |= {
                f'{kind} {name}, which Nova has not made yet'
                for kind, name in run.awaited
            }
            return sorted(left)
        who[0].limits.sleep(pause)
        pause = min(2 * pause, 3)


def _remove(account: accounts.Account, kind: str, run: Run) -> Set[str]:
    """Remove things once; return what was there, or may be."""
    try:
        things = found(account, kind, run)
    except limits.CannotTell:
        return {f'{kind} {name}' for made, name in run.made if made == kind}
    for thing in things:
        run.awaited.discard((kind, thing.name))
        with contextlib.suppress(limits.CannotTell):
            answer = account.call('DELETE', thing.path)
            if answer.status == 409 and kind == 'server':
                account.call('POST', f'{thing.path}/action', {'unlock': None})
    return {str(thing) for thing in things}
