# SPDX-License-Identifier: Apache-2.0
"""The scheduler is not filtered: it counts all servers on a host."""

from tests.functional.compute import two_hosts


class TestScheduler(two_hosts.Hints):
    def test_scheduler_counts_hidden_servers(self):
        # One of them is alice's.
        query = '["=", "$num_instances", 1]'
        self.assertEqual(self.host, self.outcome(self.bob, {'query': query}))
