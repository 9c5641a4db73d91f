# SPDX-License-Identifier: Apache-2.0
"""May the user that runs a service read a file? Told by modes and owners.

Commands run as root, for which every file can be read.
"""

from __future__ import annotations

import os
import pathlib
import pwd
import re
import stat
from typing import NamedTuple
from typing import Optional

_PROCESSES = pathlib.Path('/proc')


class Reader(NamedTuple):
    """A user with groups, by their IDs."""

    name: str
    uid: int
    gids: frozenset[int]


def service_user(account: str, commands: re.Pattern[str]) -> Optional[Reader]:
    """Return the user that runs a service, None where it cannot be told.

    :param account: the user that packages create for it
    :param commands: found in the command lines of its processes
    """
    # A uWSGI server begins as root and gives that up.
    running = _running(commands)
    for uid in sorted(running, key=lambda uid: uid == 0):
        return _reader(uid)
    try:
        return _reader(pwd.getpwnam(account).pw_uid)
    except KeyError:
        return None


def _running(commands: re.Pattern[str]) -> set[int]:
    """Return the users of processes with such command lines."""
    found = set()
    for folder in _PROCESSES.glob('[0-9]*'):
        try:
            line = (folder / 'cmdline').read_bytes().replace(b'\0', b' ')
            if commands.search(line.decode(errors='replace')):
                found.add(folder.stat().st_uid)
        except OSError:
            # It has ended, or is not ours to look at.
            continue
    return found


def _reader(uid: int) -> Reader:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Reader(str(uid), uid, frozenset())
    gids = os.getgrouplist(entry.pw_name, entry.pw_gid)
    return Reader(entry.pw_name, uid, frozenset(gids))


def obstacle(path: str, reader: Optional[Reader]) -> Optional[str]:
    """Return why a user may not read a file or a folder, None if it may.

    A file whose access list says more than its mode is not judged.

    :returns: the end of a sentence that begins with the path
    """
    if reader is None or reader.uid == 0:
        return None
    try:
        real = os.path.realpath(path, strict=True)
    except TypeError:  # Python 3.9
        real = os.path.realpath(path)
    except OSError:
        return None
    # The folders that lead to a link count as well.
    for start in dict.fromkeys((os.path.abspath(path), real)):
        for folder in reversed(pathlib.Path(start).parents):
            if not _may(str(folder), reader, stat.S_IXOTH):
                return _closed(f'the folder {folder}', reader)
    needed = stat.S_IROTH
    if os.path.isdir(real):
        needed |= stat.S_IXOTH
    if not _may(real, reader, needed):
        return _closed('it', reader)
    return None


def _closed(what: str, reader: Reader) -> str:
    return (
        f'cannot be read by {reader.name}, which runs the service: mode and '
        f'owner of {what} forbid it; change them'
    )


def _may(path: str, reader: Reader, needed: int) -> bool:
    """Tell whether all needed bits, as for others, are given to a user."""
    try:
        found = os.stat(path)
    except OSError:
        return True
    if hasattr(os, 'listxattr'):
        try:
            if 'system.posix_acl_access' in os.listxattr(path):
                return True
        except OSError:
            # This file system has no such lists.
            return _mode_allows(found, reader, needed)
    return _mode_allows(found, reader, needed)


def _mode_allows(found: os.stat_result, reader: Reader, needed: int) -> bool:
    if found.st_uid == reader.uid:
        needed <<= 6
    elif found.st_gid in reader.gids:
        needed <<= 3
    return found.st_mode & needed == needed
