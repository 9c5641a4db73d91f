# SPDX-License-Identifier: Apache-2.0
"""A cloud whose scheduler compares hints with servers."""

import fixtures
import testtools

from tests.functional.compute import cloud

#: Nova shows hints from 2.100 on.
SHOWN = testtools.skipUnless(
    int(cloud.LATEST.partition('.')[2]) >= 100,
    'Nova shows hints from 2.100 on.',
)


class Hints(cloud.Cloud):
    """Two hosts, and the filters that compare hints with servers."""

    # The scheduler must know who is where.
    COPIES = False

    def _setup_compute_service(self):
        self._start_compute('host1')
        self._start_compute('host2')

    def setUp(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.tests.functional.integrated_helpers._IntegratedTestBase.'
                '_setup_scheduler_service',
                self.start_scheduler,
            )
        )
        super().setUp()
        self.alices_server = self.boot(self.alice)
        self.host = self.host_of(self.alices_server)

    def start_scheduler(self, test):
        self.flags(
            enabled_filters=[
                'SameHostFilter',
                'DifferentHostFilter',
                'JsonFilter',
                'ComputeFilter',
            ],
            group='filter_scheduler',
        )
        return test.start_service('scheduler')

    def host_of(self, server_id):
        return self.root.get(f'servers/{server_id}')['server'][
            'OS-EXT-SRV-ATTR:host'
        ]

    def outcome(self, account, server_hints):
        """Return where a server with hints goes; None if nowhere."""
        server_id = self.boot(account, state=None, hints=server_hints)
        self.wait_for(
            lambda: (
                self.root.get(f'servers/{server_id}')['server']['status']
                != 'BUILD'
            )
        )
        return self.host_of(server_id)

    def outcomes(self, account, server_hints, count=4):
        """Return the hosts of several servers with the same hints."""
        return {self.outcome(account, server_hints) for _ in range(count)}
