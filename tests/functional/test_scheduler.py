"""The scheduler is not filtered: it counts all servers on a host."""

from tests.functional import test_exceptions


class TestScheduler(test_exceptions.Hints):
    def test_it_counts_all_servers(self):
        # One of them is hers.
        query = '["=", "$num_instances", 1]'
        self.assertEqual(self.host, self.outcome(self.bob, {'query': query}))
