# SPDX-License-Identifier: Apache-2.0
"""The documented exceptions for Cinder are those that the walk allows."""

import os

import testtools

from tests.two_worlds import process
from tests.two_worlds import promise
from tests.two_worlds.volume import exceptions


class TestPromise(testtools.TestCase):
    def test_documented_table_has_these_exceptions_and_no_others(self):
        promise.assert_documented(self, 'volume', exceptions.TABLE)

    def test_exception_is_met_by_the_walk_or_shown_by_a_test(self):
        for row in exceptions.TABLE:
            if not row.fits:
                # Cinder's tests patch threads when they are imported.
                module, _, name = row.shown_by.rpartition('.')
                path = os.path.join(process.ROOT, *module.split('.')) + '.py'
                with open(path) as stream:
                    self.assertIn(f'class {name}(', stream.read(), row)
