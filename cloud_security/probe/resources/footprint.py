# SPDX-License-Identifier: Apache-2.0
"""The footprint of a run: names of all that it makes in the cloud.

A name tells which run made a resource, and servers carry a mark as well.
Cleanup thus knows what belongs to a run that has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import functools
import hashlib
import os
import pathlib
import re
import secrets
import socket
import time

from cloud_security.probe.client import limits

PREFIX = 'cloud-security-probe'
NAME = re.compile(
    rf'{PREFIX}-([0-9a-f]{{6}})-(\d+)-(\d+)-(example|target|own|new)'
    # Resources of the other services are named after their kinds.
    '(-(copy|address_group|attached|backup|carrier|fip|forwarded|forwarding'
    '|grouped|group|group_snapshot|network|offered|parent|queued|rule'
    '|snapshot|spare|transfer|trunk))?'
)
#: A key in the metadata of servers, volumes, images; operations keep it.
MARK = 'probe'
#: Seconds that cleanup may take beyond the time of a run.
GRACE = 120


class Footprint:
    """Names of one run, by host, process and the time when it is over."""

    def __init__(self, seconds: float) -> None:
        self.over = int(time.time() + seconds + GRACE)
        self.prefix = f'{PREFIX}-{host()}-{os.getpid()}-{self.over}-'
        #: (kind, name) of each resource that the run requested.
        self.made: set[tuple[str, str]] = set()
        #: (kind, name) of each request that got no response.
        self.awaited: set[tuple[str, str]] = set()

    def name(self, role: str) -> str:
        """Return a name.

        :param role: example, target, own or new
        """
        return self.prefix + role

    @contextlib.contextmanager
    def making(self, kind: str, name: str) -> Iterator[None]:
        """Record a resource while the run requests it."""
        self.made.add((kind, name))
        try:
            yield
        except limits.NoResponse:
            self.awaited.add((kind, name))
            raise

    def is_left(self, name: str) -> bool:
        """Return True for a name of this run, or of one that has ended."""
        match = NAME.fullmatch(name)
        if match is None:
            return False
        if name.startswith(self.prefix):
            return True
        origin, process, over = match.group(1, 2, 3)
        if int(over) < time.time():
            return True
        return origin == host() and not _goes_on(int(process))


@functools.lru_cache(maxsize=None)
def host() -> str:
    """Return six digits for the place in which process numbers are unique.

    Without the kernel's boot ID the digits are random, so that the probe
    judges other runs by time alone.
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
