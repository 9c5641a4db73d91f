# SPDX-License-Identifier: Apache-2.0
"""Limits: a run ends in time, with one sentence."""

import threading

from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from tests.unit.probe import runs


class TestLimits(runs.RunTest):
    def test_work_that_never_ends_is_abandoned(self):
        never = threading.Event()
        self.addCleanup(never.set)
        stop = limits.Stop()
        threading.Timer(0.3, stop.note, ['SIGINT stopped the run.']).start()
        for allowed, words in (
            (limits.Limits(0.1, 9), 'longer than 0.1 seconds'),
            (limits.Limits(60, 9, stop), 'SIGINT stopped the run.'),
        ):
            error = self.assertRaises(
                limits.CannotTell, allowed.wait, never.wait, 60
            )
            self.assertIn(words, str(error))

    def test_response_without_an_end_ends_with_the_time(self):
        never = threading.Event()
        self.addCleanup(never.set)

        def hooked(user, method, path, body):
            if 'flavors' in path:
                never.wait(60)

        self.cloud.hook = hooked
        summary = self.cloud.probe('show', allowed=limits.Limits(1, 1000))
        self.assertEqual('The run took longer than 1 seconds.', summary.error)
        self.assertLess(summary.seconds, accounts.PATIENCE / 2)

    def test_unexpected_response_is_one_sentence(self):
        for response, end in (
            ((200, {'version': None}), '/v2.1/'),
            ((200, {'images': None}), '/images/detail'),
            ((200, {'flavors': [{'id': '1'}]}), '/flavors/detail'),
            ((202, {}), '/servers'),
            ((202, []), '/servers'),
        ):

            def hooked(user, method, path, body, response=response, end=end):
                return response if path.endswith(end) else None

            self.cloud.hook = hooked
            summary = self.cloud.probe('show')
            self.assertIn('as Nova gives it', summary.error, response)
            self.assertEqual(3, summary.outcome)
            self.assertEqual({}, self.cloud.servers)

    def test_one_error_while_nova_builds_does_not_end_a_run(self):
        done = self.once(
            runs.ERROR, lambda method, path: path[-36:] in self.cloud.servers
        )
        summary = self.cloud.probe('show')
        self.assertEqual('', summary.error)
        self.assertEqual(1, len(done))
        self.assert_cloud_is_empty(summary)

    def test_server_without_a_history_does_not_end_a_run(self):
        def hooked(user, method, path, body):
            if path.endswith('/os-instance-actions'):
                return 200, {'instanceActions': []}

        self.cloud.hook = hooked
        summary = self.cloud.probe('read one action')
        self.assertEqual('', summary.error)
        self.assertIn('no history', summary.findings[0].reason)
