"""What a run makes in the cloud, and removes.

Everything has a name that tells which run made it. Nothing is removed that
has no such name, belongs to another user, or to a run that may still go on.
"""

import hashlib
import os
import re
import socket
import time
from typing import Any
from typing import Iterator
from typing import List
from typing import NamedTuple
from typing import Tuple

from cloud_security.probe import accounts

PREFIX = 'cloud-security-probe'
NAME = re.compile(rf'{PREFIX}-([0-9a-f]{{6}})-(\d+)-(\d+)-[a-z]+')
#: Seconds that removing may take beyond the time of a run.
GRACE = 120


class Run:
    """One run's names: by host, process and the time when it is over."""

    def __init__(self, seconds: float) -> None:
        self.over = int(time.time() + seconds + GRACE)
        self.prefix = f'{PREFIX}-{_host()}-{os.getpid()}-{self.over}-'
        #: Names of what Nova was asked to make.
        self.made: List[str] = []

    def name(self, what: str) -> str:
        """Return a name; ``what`` is letters, such as ``target``."""
        return self.prefix + what

    def is_left(self, name: str) -> bool:
        """Tell whether a name is of this run, or of one that has ended."""
        if name.startswith(self.prefix):
            return True
        match = NAME.match(name)
        if match is None:
            return False
        host, process, over = match.groups()
        if int(over) < time.time():
            return True
        return host == _host() and not _goes_on(int(process))


def _host() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]


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


def found(account: accounts.Account, run: Run) -> List[Thing]:
    """Return what this run, or one that has ended, left of an account's."""
    return [
        Thing(kind, name, path)
        for kind, name, path, user_id in _named(account)
        if user_id == account.user_id and run.is_left(name)
    ]


def _named(account: accounts.Account) -> Iterator[Tuple[str, str, str, Any]]:
    for server in account.get(f'servers/detail?name={PREFIX}', 'servers'):
        yield (
            'server',
            server['name'],
            f'servers/{server["id"]}',
            server['user_id'],
        )
    for group in _listed(account, 'os-server-groups', 'server_groups', '2.64'):
        path = f'os-server-groups/{group["id"]}'
        yield 'server group', group['name'], path, group['user_id']
    for image in _listed(account, 'images/detail', 'images', '2.1'):
        user_id = image['metadata'].get('user_id')
        yield 'image', image['name'] or '', f'images/{image["id"]}', user_id


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

    :param seconds: how long to wait
    :returns: what could not be removed, for a person
    """
    end = time.monotonic() + seconds
    pause = 0.1
    while True:
        # What cannot be removed must not keep the rest.
        things = [
            (account, thing)
            for account in who
            for thing in found(account, run)
        ]
        if not things or time.monotonic() > end:
            return sorted({str(thing) for _, thing in things})
        # A group goes after its servers, a snapshot after it is made.
        for account, thing in things:
            answer = account.call('DELETE', thing.path)
            if answer.status == 409 and thing.kind == 'server':
                account.call('POST', f'{thing.path}/action', {'unlock': None})
        time.sleep(pause)
        pause = min(2 * pause, 3)
