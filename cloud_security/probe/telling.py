"""Where findings are told: a console that may go away, and files."""

import io
import os
import sys
import tempfile

from cloud_security.probe import findings
from cloud_security.probe import formats


class Console:
    """Standard output and standard error.

    Where they cannot be written it is quiet: a run goes on, removes what it
    made and writes its files.
    """

    def __init__(self) -> None:
        self._is_broken = False
        self._has_begun = False
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors='backslashreplace')

    def tell(self, finding: findings.Finding) -> None:
        """Write a row of the table at once."""
        if not self._has_begun:
            self._has_begun = True
            self.write(f'{formats.TITLE}\n')
        self.write(formats.row(finding, sys.stdout.isatty()) + '\n')

    def write(self, text: str) -> None:
        """Write to standard output."""
        if self._is_broken:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            self._is_broken = True
            # Python writes again what was not written, at the end.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)

    def complain(self, text: str) -> None:
        """Write to standard error."""
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            self._is_broken = True

    def code(self, outcome: findings.Outcome) -> int:
        """Return the exit code: nobody was told that all is well."""
        if self._is_broken and outcome is findings.Outcome.OK:
            return int(findings.Outcome.UNKNOWN)
        return int(outcome)


def is_writable(path: str) -> bool:
    """Tell whether ``write`` may write a file; it is not made."""
    if not path or os.path.isdir(path):
        return False
    path = os.path.realpath(path)
    if _is_replaced(path):
        place = os.path.dirname(path)
        return os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK)
    return os.access(path, os.W_OK)


def _is_replaced(path: str) -> bool:
    """Tell whether a path, without links, is a file's; a device stays."""
    return not os.path.exists(path) or os.path.isfile(path)


def write(path: str, text: str) -> None:
    """Write a file so that readers see the old or the new one.

    Links stay, and devices are written to.

    :raises OSError: when it cannot be written
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
        # Others read it: node_exporter, a web server.
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
