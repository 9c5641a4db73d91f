"""Changes of one file each, to be shown and to be done.

Each is done whole or not at all, and never to what has changed meanwhile.
"""

import contextlib
import dataclasses
import difflib
import os
import shutil
import tempfile
from typing import Iterator
from typing import Protocol

#: What is put behind the name of a file for the one that it replaced.
BACKUP = '.before-cloud-security'


class Refused(Exception):
    """Something that is not ours is in the way; the message says what."""


class Step(Protocol):
    """A change of one file."""

    def shown(self) -> str:
        """Return what changes, for people."""

    def do(self) -> None:
        """Do it, whole or not at all."""


@dataclasses.dataclass
class Edit:
    """Another text in a file that keeps its mode and owner."""

    path: str
    before: str
    after: str

    def shown(self) -> str:
        """Return a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            self.path,
            self.path,
        )
        return ''.join(
            line
            if line.endswith('\n')
            else f'{line}\n\\ No newline at end of file\n'
            for line in lines
        )

    def do(self) -> None:
        """Replace the file, and keep what it was.

        :raises Refused: when it cannot be written, or is another by now
        """
        if read(self.path) != self.before:
            raise Refused(f'{self.path} is being changed by somebody else.')
        with _in_words(self.path):
            self._write(self.path + BACKUP, self.before)
            self._write(self.path, self.after)

    def _write(self, path: str, text: str) -> None:
        like = os.stat(self.path)
        number, temporary = tempfile.mkstemp(
            prefix='.cloud-security-', dir=os.path.dirname(path)
        )
        try:
            with open(number, 'w', encoding='utf-8', newline='') as stream:
                stream.write(text)
                stream.flush()
                os.fsync(number)
                os.fchown(number, like.st_uid, like.st_gid)
            # Mode, flags and labels; the time is today's.
            shutil.copystat(self.path, temporary)
            os.utime(temporary)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise


@dataclasses.dataclass
class Link:
    """A link to the rules, in a directory that is made where it is missing."""

    path: str
    target: str

    def shown(self) -> str:
        """Return the link as ``ls -l`` shows it."""
        return f'+{self.path} -> {self.target}\n'

    def do(self) -> None:
        """Make it.

        :raises Refused: when it cannot be made
        """
        with _in_words(self.path):
            folder = os.path.dirname(self.path)
            if not os.path.isdir(folder):
                os.makedirs(folder)
                # Nova must read it, whatever root's umask is.
                os.chmod(folder, 0o755)
            os.symlink(self.target, self.path)


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


def read(path: str) -> str:
    """Return the text of a file, with the ends of its lines.

    :raises Refused: when it cannot be read
    """
    try:
        with open(path, encoding='utf-8', newline='') as stream:
            return stream.read()
    except UnicodeDecodeError as error:
        raise Refused(f'{path} is no text: {error}.') from error
    except FileNotFoundError as error:
        raise Refused(
            f"There is no {path}: run this on a host of Nova's API, and name "
            'the api-paste.ini that it reads with --paste.'
        ) from error
    except OSError as error:
        raise Refused(
            f'{path} cannot be read ({error.strerror}): run this as root.'
        ) from error


@contextlib.contextmanager
def _in_words(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refused(
            f'{path} cannot be written ({error.strerror}): run this as root, '
            'and again when it was interrupted.'
        ) from error
