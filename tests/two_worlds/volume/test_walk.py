# SPDX-License-Identifier: Apache-2.0
"""The walk: no request of it tells world A of Cinder from world B."""

import collections
import itertools
import os
import sys

import testtools

from tests.two_worlds.volume import fleet
from tests.two_worlds.volume import walk
from tests.two_worlds.volume import worlds

#: Every how many requests of the walk are made; 1 is all of them.
STRIDE = int(os.environ.get('TWO_WORLDS_STRIDE', '1'))


class WalkCase(testtools.TestCase):
    SIDE_OF_A = 'a'
    are_alike = False

    def setUp(self):
        super().setUp()
        self.worlds = worlds.Pair(self.SIDE_OF_A, self.are_alike)
        self.addCleanup(self.worlds.close)
        self.fleet = fleet.Fleet(self.worlds, self.SIDE_OF_A == 'a')
        self.fleet.settle()
        self.walk = walk.Walk(self.worlds.both('operations')[0])
        #: How often operations have been answered with 2xx.
        self.succeeded = collections.Counter()

    def differences(self, requests, stride=STRIDE):
        """Send requests; return those that are answered differently."""
        found = []
        before = self.worlds.requests
        for asked in itertools.islice(requests, 0, None, stride):
            self.fleet.prepare(asked)
            a, b, is_same = self.worlds.ask(asked)
            self.fleet.note(asked, a, b)
            if b.status < 300:
                self.succeeded[asked.label] += 1
            if not is_same:
                found.append((asked, a, b))
        print(
            f'{self.id()}: {self.worlds.requests - before} requests, '
            f'{len(found)} differences',
            file=sys.stderr,
        )
        return found
