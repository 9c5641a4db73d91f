# SPDX-License-Identifier: Apache-2.0
"""Counts of statements and rows that calls read; no machine changes them."""

import contextlib
import os

import fixtures
import sqlalchemy as sa
import testtools

from benchmarks import __main__ as benchmarks
from benchmarks import calls
from benchmarks import cloud as clouds
from benchmarks import comparison

SIZES = 5, 60


def database():
    """Return the URL of a MariaDB that counts, or of none."""
    url = os.environ.get('BENCHMARKS_URL')
    if url:
        return url
    url = benchmarks.URL
    engine = sa.create_engine(
        clouds.address(url), connect_args={'connect_timeout': 2}
    )
    with contextlib.suppress(sa.exc.OperationalError), engine.connect():
        return url
    return 'sqlite://'


class TestCounts(testtools.TestCase):
    """Stock Nova and the filter, as processes of their own."""

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.url = database()
        self.clouds = {}
        for size in SIZES:
            made = clouds.Cloud(self.url, self.folder, size, SIZES[0])
            self.addCleanup(made.drop)
            made.make()
            self.clouds[size] = made

    def counts(self, size, side):
        """Return what each call reads: ``{name: {…}}``."""
        worker = comparison.Worker(self.clouds[size], side)
        try:
            found = {}
            for call in calls.SINGLE + calls.LISTS + (calls.BY_USER,):
                if size == SIZES[0] and call.stock_path:
                    continue
                # The first ones fill caches.
                for _ in range(2):
                    worker.do('call', **worker.arguments(call))
                found[call.name] = worker.count(call)
            return found
        finally:
            worker.stop()

    def test_calls_read_what_their_owner_has(self):
        stock = self.counts(SIZES[1], 'stock')
        isolated = self.counts(SIZES[1], 'isolated')
        alone = self.counts(SIZES[0], 'stock')
        for call in calls.SINGLE:
            # For a server of somebody else, the same as for none. What is
            # recorded after the answer is one statement.
            added = 1 if call.status == 404 else 0
            name = call.name
            self.assertEqual(
                stock[name]['statements'] + added,
                isolated[name]['statements'],
                name,
            )
        for call in calls.LISTS:
            name = call.name
            self.assertEqual(
                alone[name]['statements'], isolated[name]['statements'], name
            )
        if self.url == 'sqlite://':
            self.skipTest('No MariaDB that counts rows.')
        for call in calls.LISTS:
            name = call.name
            self.assertEqual(
                alone[name]['rows_returned'],
                isolated[name]['rows_returned'],
                name,
            )
            # Each server of the project, and its mapping, once; no more.
            self.assertLessEqual(
                isolated[name]['rows_read'],
                alone[name]['rows_read'] + 2 * SIZES[1],
                name,
            )
        self.assertLessEqual(
            isolated['detail, latest']['rows_read'],
            stock[calls.BY_USER.name]['rows_read'] + SIZES[0],
        )
        # One server is found by its id. (Actions read what earlier ones did.)
        for name in ('show', 'show, 2.1'):
            self.assertEqual(
                stock[name]['rows_read'], isolated[name]['rows_read'], name
            )
        # Without an index, lists walk the project; with one, they do not.
        self.clouds[SIZES[1]].create_index()
        indexed = self.counts(SIZES[1], 'isolated')
        for call in calls.LISTS:
            name = call.name
            if name == 'server groups':
                continue
            self.assertLessEqual(
                indexed[name]['rows_read'],
                alone[name]['rows_read'] + SIZES[0],
                name,
            )
