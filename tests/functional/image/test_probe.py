# SPDX-License-Identifier: Apache-2.0
"""The live probe on stock Glance, with the filter, and in monitor mode."""

from cloud_security.probe import catalog
from cloud_security.probe.catalog import operations
from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.verdicts.findings import Verdict
from tests.functional.image import cloud
from tests.functional.image import probing

TABLE = catalog.TABLES['image']
#: Operations that prove nothing in Glance's fixtures: Nova and Cinder are not
#: there, and SQLite compares IDs letter by letter.
NEVER = {one.name for one in TABLE if one.asks} | {'show an image in capitals'}
CLOSED = Verdict.CLOSED


class Probed(cloud.Cloud):
    """A Glance that the probe looks at."""

    def newer(self, summary):
        """Return the names of operations that this Glance is too old for."""
        newest = max(
            (
                one.since
                for one in TABLE
                if one.name
                in {
                    found.operation
                    for found in summary.findings
                    if found.status is not None
                }
            ),
            key=operations.number,
        )
        return {
            one.name
            for one in TABLE
            if operations.number(one.since) > operations.number(newest)
        }

    def verdicts(self, summary, account='peer'):
        """Return the verdicts on an account's attempts, by operation."""
        self.assertEqual(('', ()), (summary.error, summary.left))
        # A thread of Glance's that saves an image late can leave the row of a
        # deleted one in lists.
        self.assertEqual(
            [],
            [
                image
                for image in self.root.get('images')['images']
                if image['status'] != 'deleted'
            ],
        )
        return {
            one.operation: one.verdict
            for one in summary.findings
            if one.account == account
        }


class TestProbe(Probed):
    def test_probe_finds_no_leak(self):
        summary = probing.run(self)
        self.assertEqual(Outcome.OK, summary.outcome, summary.sentence)
        self.assertEqual([], summary.leaks + summary.refused)
        never = NEVER | self.newer(summary)
        for account in ('peer', 'reader'):
            found = self.verdicts(summary, account)
            others = {one for one, how in found.items() if how != CLOSED}
            # What nobody can try has a finding for the peer alone.
            self.assertEqual(never & {*found}, others, account)
            self.assertLessEqual({one.name for one in TABLE} - never, {*found})
        for account in ('manager', 'admin'):
            found = self.verdicts(summary, account)
            self.assertEqual({Verdict.WORKS}, {*found.values()}, account)
            self.assertIn('rename an image', found)


class TestProbeWithoutTheFilter(Probed):
    FILTERED = False
    DROPPED_IN = False

    def test_every_operation_leaks(self):
        summary = probing.run(self, others=False)
        self.assertEqual(Outcome.CRITICAL, summary.outcome)
        self.assertEqual(
            NEVER | self.newer(summary),
            {
                name
                for name, verdict in self.verdicts(summary).items()
                if not verdict.is_leak
            },
        )


class TestProbeInMonitorMode(Probed):
    MODE = 'monitor'

    def test_monitor_mode_leaks(self):
        summary = probing.run(
            self,
            ('show an image', 'list images', 'delete an image'),
            others=False,
        )
        self.assertEqual(4, len(summary.leaks), summary.sentence)
