# SPDX-License-Identifier: Apache-2.0
"""Runs of the probe in this process, against the fake cloud."""

import testtools

from tests.unit.probe import fake_cloud

ERROR = (500, b'<html>Proxy error</html>')


class RunTest(testtools.TestCase):
    """A test with a fake cloud."""

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fake_cloud.FakeCloud())

    def run_probe(self, *names, others=(), **kwargs):
        """Return the summary of some operations."""
        return self.cloud.probe(*names, others=others, **kwargs)

    def verdicts(self, summary, account='peer'):
        """Return ``{operation: verdict on an account's attempt}``."""
        self.assertEqual('', summary.error)
        self.assertEqual((), summary.left)
        return {
            one.operation: one.verdict
            for one in summary.findings
            if one.account == account
        }

    def verdict(self, name):
        """Return the verdict on one operation."""
        return self.verdicts(self.run_probe(name))[name]

    def once(self, response, matches):
        """Send one response to the first request that matches.

        :returns: the paths of such requests
        """
        done = []

        def hooked(user, method, path, body):
            if not done and matches(method, path):
                done.append(path)
                return response

        self.cloud.hook = hooked
        return done

    def assert_cloud_is_empty(self, summary):
        """Check that the probe deleted all that it made."""
        self.assertEqual((), summary.left)
        self.assertEqual({}, self.cloud.servers)
        self.assertEqual({}, self.cloud.groups)
        self.assertEqual({}, self.cloud.cinder.left)
        self.assertEqual({}, self.cloud.glance.images)
        self.assertEqual({}, self.cloud.neutron.left)
