# SPDX-License-Identifier: Apache-2.0
"""Random operations until somebody kills this process.

Not a test by its name: test_faults.py runs it with ``TRACE_DATABASE``.
"""

from tests.functional.trace import walk


class TestEndless(walk.Walk):
    def test_walk(self):
        self.walk(10**9)
