# SPDX-License-Identifier: Apache-2.0
"""Each part of the plugin that is taken away makes a test fail."""

import contextlib
import importlib
import unittest
from unittest import mock

import testscenarios
import testtools

from tests.functional.network import cloud
from tests.functional.network import mutations


class TestMutations(testscenarios.WithScenarios, testtools.TestCase):
    """``killer`` must fail without the part."""

    scenarios = [
        (part, {'patches': patches, 'killer': killer})
        for part, (patches, killer) in mutations.MUTATIONS.items()
    ]

    def test_some_test_notices_what_is_missing(self):
        result = unittest.TestResult()
        with contextlib.ExitStack() as stack:
            for patch in self.patches:
                stack.enter_context(patch)
            # Rows that the broken plugin makes are for no other test, and
            # those of the whole one would hide what is missing.
            stack.enter_context(mock.patch.dict(cloud.POPULATED, clear=True))
            _test(self.killer).run(result)
        self.assertEqual(1, result.testsRun)
        self.assertEqual([], result.skipped)
        self.assertFalse(result.wasSuccessful())


def _test(name):
    """Return a test by its name below this folder."""
    module, cls, method = name.split('.')
    found = importlib.import_module(f'tests.functional.network.{module}')
    return getattr(found, cls)(method)
