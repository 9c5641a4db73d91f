# SPDX-License-Identifier: Apache-2.0
"""Runs of the probe in this process, against the fake cloud."""

import json
import re

import testtools

from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.verdicts.findings import Verdict
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

    def members(self, service):
        """Return the owner and the peer as accounts of a service."""
        return [
            self.cloud.account(name, user).at(service)
            for name, user in (('owner', 'alice'), ('peer', 'bob'))
        ]


def placeholders(table):
    """Return the names of what operations need a value for."""
    needed = set()
    for operation in table:
        text = operation.path + json.dumps(operation.body)
        needed |= {*re.findall(r'\{(\w+)\}', text), operation.about}
    return needed


class WholeTable:
    """Runs of all operations of a service, for a RunTest.

    ``TABLE`` are the operations, ``UNTOUCHED`` is the finding about what the
    owner has. ``BESIDE`` are findings about another service, and ``SAID`` is
    part of the sentence about a stock cloud.
    """

    BESIDE = frozenset()

    def test_all_operations_are_closed_and_all_controls_work(self):
        summary = self.run_probe(others=[('reader', 'dan'), ('admin', 'root')])
        for account in ('peer', 'reader'):
            found = self.verdicts(summary, account)
            self.assertEqual({Verdict.CLOSED}, {*found.values()}, account)
        self.assertEqual(
            {Verdict.WORKS}, {*self.verdicts(summary, 'admin').values()}
        )
        self.assertEqual(
            {one.name for one in self.TABLE} | {self.UNTOUCHED} | self.BESIDE,
            {*self.verdicts(summary)},
        )
        self.assertEqual(Outcome.OK, summary.outcome)
        self.assert_cloud_is_empty(summary)

    def test_all_operations_leak_on_a_stock_cloud(self):
        self.cloud.leaks = True
        summary = self.run_probe(others=[('reader', 'dan')])
        for account in ('peer', 'reader'):
            found = self.verdicts(summary, account)
            closed = [
                name
                for name, verdict in found.items()
                if not verdict.is_leak
                and name not in (self.UNTOUCHED, *self.BESIDE)
            ]
            self.assertEqual([], closed, account)
        self.assertEqual(
            Verdict.OPEN,
            self.verdicts(summary)[self.UNTOUCHED],
            summary.sentence,
        )
        self.assertIn(self.SAID, summary.sentence)
        self.assert_cloud_is_empty(summary)
