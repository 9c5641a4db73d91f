# SPDX-License-Identifier: Apache-2.0
"""The live probe on stock Glance, with the filter, and in monitor mode."""

from cloud_security.probe import catalog
from cloud_security.probe.catalog import operations
from tests.functional.image import cloud
from tests.functional.image import probing
from tests.functional.probing import Verdicts

TABLE = catalog.TABLES['image']
#: Operations that prove nothing in Glance's fixtures: Nova and Cinder are not
#: there, and SQLite compares IDs letter by letter.
NEVER = {one.name for one in TABLE if one.asks} | {'show an image in capitals'}


class Probed(Verdicts, cloud.Cloud):
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

    def assert_nothing_left(self):
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


class TestProbe(Probed):
    def test_probe_finds_no_leak(self):
        summary = probing.run(self)
        never = NEVER | self.newer(summary)
        self.assert_no_leak(summary, never)
        for account in ('peer', 'reader'):
            found = self.verdicts(summary, account)
            self.assertLessEqual({one.name for one in TABLE} - never, {*found})
        self.assert_works(summary, 'rename an image')


class TestProbeWithoutTheFilter(Probed):
    FILTERED = False
    DROPPED_IN = False

    def test_every_operation_leaks(self):
        summary = probing.run(self, others=False)
        self.assert_all_leak(summary, NEVER | self.newer(summary))


class TestProbeInMonitorMode(Probed):
    MODE = 'monitor'

    def test_monitor_mode_leaks(self):
        summary = probing.run(
            self,
            ('show an image', 'list images', 'delete an image'),
            others=False,
        )
        self.assertEqual(4, len(summary.leaks), summary.sentence)
