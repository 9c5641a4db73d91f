# SPDX-License-Identifier: Apache-2.0
"""Changes of one file each, to be shown, done and undone.

Each is done whole or not at all, and never to a file that has changed since
it was planned.
"""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import errno
import os
import shutil
import tempfile
from typing import Iterable
from typing import Iterator
from typing import Optional
from typing import Protocol

from cloud_security.deploy import file_reading

#: Ending of the copy of a file as it is without cloud_security.
BACKUP = '.before-cloud-security'
LARGEST = file_reading.LARGEST
Refused = file_reading.Refused
read = file_reading.read

#: Advice about an error; --paste and --policy-dir name other places.
_ADVICE = {
    errno.EBUSY: 'it is mounted by itself, as containers do with single '
    'files; change it where it is mounted from, on the host or in the image',
    errno.EROFS: 'its file system is mounted read-only; change it where it '
    'is mounted from, on the host or in the image',
    errno.EPERM: 'run this as root; see lsattr, where root may not either',
    errno.EACCES: 'run this as root',
    errno.ENOSPC: 'make room, and run this again',
}


class Step(Protocol):
    """A change of one file."""

    def shown(self) -> str:
        """Return what changes, for people."""

    def do(self) -> None:
        """Do it, whole or not at all."""

    def undo(self) -> None:
        """Bring back what was there before it was done."""


def carry_out(steps: Iterable[Step]) -> None:
    """Do all steps, or none.

    :raises Refused: when one cannot be done; those before it are undone
    """
    done: list[Step] = []
    try:
        for step in steps:
            step.do()
            done.append(step)
    except BaseException:
        for step in reversed(done):
            step.undo()
        raise


@dataclasses.dataclass
class Edit:
    """Another text in a file that keeps its mode and owner.

    ``kept`` is the text to keep beside it, None where none is kept. Where
    ``is_secret``, other lines may hold passwords, and are not shown.
    """

    path: str
    before: str
    after: str
    kept: Optional[str] = None
    is_secret: bool = False
    made: bool = False

    def shown(self) -> str:
        """Return a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            self.path,
            self.path,
            n=0 if self.is_secret else 3,
        )
        return ''.join(
            line
            if line.endswith('\n')
            else f'{line}\n\\ No newline at end of file\n'
            for line in lines
        )

    def do(self) -> None:
        """Replace the file.

        :raises Refused: when it cannot be written, or is another by now
        """
        if read(self.path) != self.before:
            raise Refused(f'{self.path} is being changed by somebody else.')
        with _in_words(self.path), contextlib.ExitStack() as temporary:
            new = self._written(self.after, temporary)
            if self.kept is None:
                os.replace(new, self.path)
                return
            backup = self.path + BACKUP
            kept = self._written(self.kept, temporary)
            old = self._written(self.before, temporary)
            is_new = not os.path.lexists(backup)
            os.replace(new, self.path)
            try:
                os.replace(kept, backup)
            except BaseException:
                os.replace(old, self.path)
                raise
            self.made = is_new

    def undo(self) -> None:
        """Write the text that was there; a copy that was made goes."""
        Edit(self.path, self.after, self.before).do()
        if self.made:
            _remove(self.path + BACKUP)

    def _written(self, text: str, temporary: contextlib.ExitStack) -> str:
        """Write a temporary file like this one; return its path."""
        like = os.stat(self.path)
        number, path = tempfile.mkstemp(
            prefix='.cloud-security-', dir=os.path.dirname(self.path)
        )
        temporary.callback(_remove, path)
        with open(number, 'w', encoding='utf-8', newline='') as stream:
            stream.write(text)
            stream.flush()
            os.fsync(number)
            os.fchown(number, like.st_uid, like.st_gid)
        # Mode, flags and labels; the time is today's.
        shutil.copystat(self.path, path)
        os.utime(path)
        return path


@dataclasses.dataclass
class Link:
    """A link to the rules, in a directory that is made where it is missing."""

    path: str
    target: str
    made: bool = False

    def shown(self) -> str:
        """Return the link as ``ls -l`` shows it."""
        return f'+{self.path} -> {self.target}\n'

    def do(self) -> None:
        """Make it.

        :raises Refused: when it cannot be made
        """
        folder = os.path.dirname(self.path)
        with _in_words(self.path):
            if not os.path.isdir(folder):
                os.makedirs(folder)
                self.made = True
                # Nova must read it, whatever root's umask is.
                os.chmod(folder, 0o755)
            try:
                os.symlink(self.target, self.path)
            except BaseException:
                self._remove_folder()
                raise

    def undo(self) -> None:
        """Remove it, and the directory where it was made."""
        with _in_words(self.path):
            os.unlink(self.path)
            self._remove_folder()

    def _remove_folder(self) -> None:
        if self.made:
            os.rmdir(os.path.dirname(self.path))


@dataclasses.dataclass
class Unlink:
    """A link that goes."""

    path: str
    target: str

    def shown(self) -> str:
        """Return the link as ``ls -l`` shows it."""
        return f'-{self.path} -> {self.target}\n'

    def do(self) -> None:
        """Remove it.

        :raises Refused: when it cannot be removed
        """
        with _in_words(self.path):
            os.unlink(self.path)

    def undo(self) -> None:
        """Make it again."""
        Link(self.path, self.target).do()


@contextlib.contextmanager
def _in_words(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(
            error.errno or 0, 'mend that, or name another place'
        )
        raise Refused(
            f'{path} cannot be written ({error.strerror}): {advice}. It is '
            'as it was.'
        ) from error


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
