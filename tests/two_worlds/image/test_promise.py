# SPDX-License-Identifier: Apache-2.0
"""The documented exceptions for Glance are those that the walk allows."""

import importlib

import testtools

from tests.two_worlds import promise
from tests.two_worlds.image import exceptions


class TestPromise(testtools.TestCase):
    def test_documented_table_has_these_exceptions_and_no_others(self):
        promise.assert_documented(self, 'image', exceptions.TABLE)

    def test_exception_is_met_by_the_walk_or_shown_by_a_test(self):
        for row in exceptions.TABLE:
            if not row.fits:
                module, _, name = row.shown_by.rpartition('.')
                self.assertTrue(
                    hasattr(importlib.import_module(module), name), row
                )
