# SPDX-License-Identifier: Apache-2.0
"""oslo.context's thread-local context, forgotten before and after a test."""

import fixtures
from oslo_context import context as oslo_context


class NoContext(fixtures.Fixture):
    def _setUp(self):
        self.addCleanup(oslo_context._request_store.__dict__.clear)
        oslo_context._request_store.__dict__.clear()
