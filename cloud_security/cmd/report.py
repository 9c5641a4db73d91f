"""``cloud-security-manage report``."""

import bz2
import contextlib
import gzip
import io
import lzma
from typing import Any
from typing import Callable
from typing import Dict
from typing import IO
from typing import Iterator
from typing import List
from typing import Tuple
import zlib

from cliff import lister

from cloud_security.audit import events
from cloud_security.audit import report
from cloud_security.cmd import manage

#: How compressed logs begin, and how they are opened.
COMPRESSED: Dict[bytes, Callable[..., Any]] = {
    b'\x1f\x8b': gzip.open,
    b'BZh': bz2.open,
    b'\xfd7zXZ\0': lzma.open,
}
#: How zstd and UTF-16 begin.
UNREADABLE = (b'\x28\xb5\x2f\xfd', b'\xff\xfe', b'\xfe\xff')


class Report(manage.Command, lister.Lister):
    """Tell how many requests enforcement would have changed.

    Reads what monitor mode wrote into the log of Nova's API.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the logs and what to count by."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'logs',
            nargs='*',
            default=['-'],
            metavar='LOG',
            help='logs, also compressed; - is standard input (default)',
        )
        parser.add_argument(
            '--by',
            action='append',
            choices=report.KEYS,
            help='count by this (repeat for more; default: all)',
        )
        return parser

    def take_action(
        self, parsed_args: Any
    ) -> Tuple[List[str], List[Tuple[Any, ...]]]:
        """Return the columns and rows of a table."""
        keys = list(dict.fromkeys(parsed_args.by or report.KEYS))
        found = report.Report(keys)
        for name in parsed_args.logs:
            with _opened(name) as stream:
                found.read(stream)
        self._sum_up(found)
        columns = [*found.keys, 'requests', 'servers', 'owners']
        return columns, found.rows()

    def _sum_up(self, found: report.Report) -> None:
        total = found.total
        said = [
            'Enforcement would have changed: '
            f'requests {total.requests}, servers {len(total.servers)}, '
            f'owners {len(total.owners)}, days {len(found.days)}.'
        ]
        if found.failures:
            said.append(
                f'{found.failures} requests would have failed: look for '
                f'{events.WOULD_FAIL} in the log.'
            )
        if found.unread:
            said.append(
                f'{found.unread} records are damaged, not counted; journalctl '
                'cuts long ones without --all.'
            )
        self.app.stderr.write('\n'.join(said) + '\n')


class Unreadable(Exception):
    """A log cannot be read; the message says why."""


@contextlib.contextmanager
def _opened(name: str) -> Iterator[IO[str]]:
    is_input = name == '-'
    try:
        # Once: a pipe cannot be read again.
        with open(
            0 if is_input else name, 'rb', closefd=not is_input
        ) as stream:
            head = stream.peek()
            if head.startswith(UNREADABLE):
                raise Unreadable(
                    f'{name} is not read: pipe it in as UTF-8 text.'
                )
            opener = next(
                (
                    opener
                    for magic, opener in COMPRESSED.items()
                    if head.startswith(magic)
                ),
                None,
            )
            plain = opener(stream) if opener else stream
            # What is no text is in no record.
            yield io.TextIOWrapper(plain, errors='replace')
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        why = getattr(error, 'strerror', None) or error
        raise Unreadable(f'{name} cannot be read: {why}.') from error
