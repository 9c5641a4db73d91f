# SPDX-License-Identifier: Apache-2.0
"""Files that readers see in whole: the old content or the new one."""

from __future__ import annotations

import os
import tempfile


def is_writable(path: str) -> bool:
    """Return True if ``write`` may write a file; create nothing."""
    if not path or os.path.isdir(path):
        return False
    path = os.path.realpath(path)
    if _is_replaced(path):
        place = os.path.dirname(path)
        return os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK)
    return os.access(path, os.W_OK)


def _is_replaced(path: str) -> bool:
    """Return True for a file, or no file yet; False for a device."""
    return not os.path.exists(path) or os.path.isfile(path)


def write(path: str, text: str, mode: int = 0o644) -> None:
    """Replace a file; keep links to it, and write to devices as they are.

    :param mode: who may read the file; by default everybody, as
        node_exporter or a web server are other users
    :raises OSError: when the file system refuses
    """
    path = os.path.realpath(path)
    if not _is_replaced(path):
        with open(path, 'w', encoding='utf-8', errors='replace') as stream:
            stream.write(text)
        return
    place = os.path.dirname(path)
    descriptor, temporary = tempfile.mkstemp(dir=place, prefix='.probe-')
    try:
        with os.fdopen(
            descriptor, 'w', encoding='utf-8', errors='replace'
        ) as stream:
            stream.write(text)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
