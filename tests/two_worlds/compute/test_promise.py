# SPDX-License-Identifier: Apache-2.0
"""The documented exceptions are those that the walk allows."""

import unittest

import testtools

from tests.two_worlds import promise
from tests.two_worlds.compute import exceptions


class TestPromise(testtools.TestCase):
    def test_documented_table_has_these_exceptions_and_no_others(self):
        promise.assert_documented(self, 'compute', exceptions.TABLE)

    def test_exception_is_met_by_the_walk_or_has_a_test(self):
        for entry in exceptions.TABLE:
            if not entry.shown_by:
                self.assertTrue(entry.fits, entry)
                continue
            shown = unittest.defaultTestLoader.loadTestsFromName(
                f'tests.functional.compute.{entry.shown_by}'
            )
            self.assertEqual(1, shown.countTestCases(), entry)
            self.assertEqual([], unittest.defaultTestLoader.errors)
