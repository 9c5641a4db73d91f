# SPDX-License-Identifier: Apache-2.0
"""Rows of the promise's tables: differences that the worlds may show."""

import os
from typing import Callable
from typing import NamedTuple
from typing import Optional

from tests.two_worlds import process

PAGE = 'doc/source/reference/promise.rst'


class Row(NamedTuple):
    """A row of a service's table."""

    differs: str
    why: str
    #: Called with a request, its two responses and the IDs of world B that
    #: have names; true for such a difference.
    fits: Optional[Callable] = None
    #: The test of a difference that the walk does not meet.
    shown_by: str = ''


def headers(answer):
    """Return the headers but the length, which follows from the body."""
    return [
        header for header in answer.headers if header[0] != 'Content-Length'
    ]


def find(table, asked, a, b, known):
    """Return what differs, as in a table, or None."""
    for row in table:
        if row.fits and row.fits(asked, a, b, known):
            return row.differs
    return None


def assert_documented(case, service, table):
    """Fail where the documentation has other rows for a service."""
    with open(os.path.join(process.ROOT, PAGE)) as page:
        rows = documented(page.read(), service)
    case.assertEqual(
        [row.differs for row in table], [differs for differs, _ in rows]
    )
    for row, (_, why) in zip(table, rows):
        case.assertIn(row.why, why)


def documented(page, service):
    """Return the rows that a page of the documentation has for a service.

    :param page: the text of the page
    :param service: ``compute``, in ``.. begin-exceptions-of-compute``
    :returns: ``[(differs, why), …]``
    """
    table = page.partition(f'.. begin-exceptions-of-{service}\n')[2]
    table = table.partition(f'\n.. end-exceptions-of-{service}')[0]
    rows = [
        [' '.join(cell.split()) for cell in row.split('\n     - ')]
        for row in table.split('\n   * - ')[2:]
    ]
    return [tuple(row) for row in rows]
