# SPDX-License-Identifier: Apache-2.0
"""The documented exceptions for Cinder are those that the walk allows."""

import os

import testtools

from tests.two_worlds import process
from tests.two_worlds import promise
from tests.two_worlds.volume import exceptions

PAGE = 'doc/source/reference/promise.rst'


class TestPromise(testtools.TestCase):
    def test_documented_table_has_these_exceptions_and_no_others(self):
        with open(os.path.join(process.ROOT, PAGE)) as page:
            rows = promise.documented(page.read(), 'volume')
        self.assertEqual(
            [row.differs for row in exceptions.TABLE],
            [differs for differs, _ in rows],
        )
        for row, (_, why) in zip(exceptions.TABLE, rows):
            self.assertIn(row.why, why)

    def test_exception_is_met_by_the_walk_or_shown_by_a_test(self):
        for row in exceptions.TABLE:
            if not row.fits:
                # Cinder's tests patch threads when they are imported.
                module, _, name = row.shown_by.rpartition('.')
                path = os.path.join(process.ROOT, *module.split('.')) + '.py'
                with open(path) as stream:
                    self.assertIn(f'class {name}(', stream.read(), row)
