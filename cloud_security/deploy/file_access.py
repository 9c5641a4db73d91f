# SPDX-License-Identifier: Apache-2.0
"""Access of the user who runs a service to its files.

Operators run commands as root, who can read every file. So this module looks
at the modes and owners of a file and of the folders that lead to it.
"""

from __future__ import annotations

import os
import pathlib
import pwd
import re
import stat
from typing import NamedTuple
from typing import Optional

#: Programs that run applications, whose names are in their arguments.
_SERVERS = re.compile(r'uwsgi|gunicorn|httpd|apache2')
_PROCESSES = pathlib.Path('/proc')


class Reader(NamedTuple):
    """A user with groups, by their IDs."""

    name: str
    uid: int
    gids: frozenset[int]


def service_user(account: str, program: re.Pattern[str]) -> Optional[Reader]:
    """Return the user that runs a service, None where it cannot be told.

    :param account: the user that packages create for it
    :param program: the names of its programs
    """
    # A server such as uWSGI begins as root, and its workers are others.
    for uid in sorted(_running(program), key=lambda uid: (uid == 0, uid)):
        return _reader(uid)
    try:
        return _reader(pwd.getpwnam(account).pw_uid)
    except KeyError:
        return None


def _running(program: re.Pattern[str]) -> set[int]:
    """Return the users of the processes that run a program."""
    found = set()
    for folder in _PROCESSES.glob('[0-9]*'):
        try:
            text = (folder / 'cmdline').read_bytes().decode(errors='replace')
            if _runs(text.strip('\0').split('\0'), program):
                found.add(folder.stat().st_uid)
        except OSError:
            # The process has ended, or other users may not look at it.
            continue
    return found


def _runs(words: list[str], program: re.Pattern[str]) -> bool:
    """Tell whether a command line runs a program, and not only names it.

    A program is run by itself, by an interpreter or by a server of WSGI
    applications, and Apache shows its name as the title of a process.
    """
    names = [os.path.basename(word) for word in words]
    if any(program.fullmatch(name) for name in names[:2]):
        return True
    if words[0].startswith('(wsgi:'):
        return bool(program.match(words[0][len('(wsgi:') :]))
    if not _SERVERS.match(names[0]):
        return False
    return any(
        program.match(part)
        for name in names[1:]
        for part in re.split(r'[:=/ ]', name)
    )


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
