# SPDX-License-Identifier: Apache-2.0
"""Rows that a look-up in the history of IP addresses reads.

BENCHMARKS_ROWS is the number of intervals; python -m benchmarks.history has
ten million.
"""

import contextlib
import os

import sqlalchemy as sa
import testtools

from benchmarks import history


def is_there():
    """Tell whether a MariaDB answers."""
    with contextlib.suppress(sa.exc.SQLAlchemyError):
        with sa.create_engine(history.URL).connect() as connection:
            return connection.dialect.name == 'mysql'
    return False


class TestHistory(testtools.TestCase):
    def test_look_up_reads_few_rows_by_indexes(self):
        if not is_there():
            self.skipTest('There is no MariaDB.')
        rows = int(os.environ.get('BENCHMARKS_ROWS', 100_000))
        with history.made(rows) as engine:
            found = history.measure(engine, rows)
        self.assertEqual([], history.faults(found))
        self.assertGreater(len(found[0]['plans']), 4)
