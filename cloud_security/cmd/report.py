"""``cloud-security-manage report``."""

import contextlib
import gzip
from typing import Any
from typing import IO
from typing import Iterator
from typing import List
from typing import Tuple
import zlib

from cliff import lister

from cloud_security.cmd import manage
from cloud_security.compute import report


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
            help='logs, also with .gz; - is standard input (default)',
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
        found = report.Report(parsed_args.by or report.KEYS)
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
                f'{report.WOULD_FAIL} in the log.'
            )
        if found.unread:
            said.append(f'{found.unread} records are damaged, not counted.')
        self.app.stderr.write('\n'.join(said) + '\n')


class Unreadable(Exception):
    """A log cannot be read; the message says why."""


@contextlib.contextmanager
def _opened(name: str) -> Iterator[IO[str]]:
    try:
        if name == '-':
            # What is no text is in no record.
            yield open(0, errors='replace', closefd=False)
        elif name.endswith('.gz'):
            with gzip.open(name, 'rt', errors='replace') as stream:
                yield stream
        else:
            with open(name, errors='replace') as stream:
                yield stream
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, 'strerror', None) or error
        raise Unreadable(f'{name} cannot be read: {why}.') from error
