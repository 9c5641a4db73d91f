# SPDX-License-Identifier: Apache-2.0
"""The walk: no request of it tells world A of Glance from world B."""

import collections
import itertools
import os
import sys

import testtools

from tests.two_worlds.image import exceptions
from tests.two_worlds.image import walk
from tests.two_worlds.image import worlds

#: Every how many requests of the walk are made; 1 is all of them.
STRIDE = int(os.environ.get('TWO_WORLDS_STRIDE', '1'))


class WalkCase(testtools.TestCase):
    SIDE_OF_A = 'a'
    are_alike = False

    def setUp(self):
        super().setUp()
        self.worlds = worlds.Pair(self.SIDE_OF_A, self.are_alike)
        self.addCleanup(self.worlds.close)
        self.worlds.settle()
        self.walk = walk.Walk(self.worlds.operations())
        #: How often operations have been answered with 2xx.
        self.succeeded = collections.Counter()

    def differences(self, requests, stride=STRIDE):
        """Send requests; return those that are answered differently."""
        found = []
        before = self.worlds.requests
        for asked in itertools.islice(requests, 0, None, stride):
            a, b, is_same = self.worlds.ask(asked)
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


class TestWalk(WalkCase):
    def test_no_request_tells_the_worlds_apart(self):
        self.assertEqual([], self.differences(self.walk.requests()))
        # Then the worlds differ.
        self.assertEqual([], self.differences(self.walk.last(), 1))
        self.assertEqual(
            {row.differs for row in exceptions.TABLE if row.fits},
            set(self.worlds.excused),
            'An exception that nothing needs is to be removed.',
        )


class TestStock(WalkCase):
    are_alike = True

    def test_exempt_caller_gets_stock_glance(self):
        callers = itertools.cycle(('carol', 'root'))
        requests = (
            asked._replace(who=next(callers))
            for asked in self.walk.requests()
            if asked.label != 'POST /images'
        )
        self.assertEqual([], self.differences(requests, 7 * STRIDE))


class TestWalkWithoutTheFilter(WalkCase):
    SIDE_OF_A = 'b'

    def test_requests_tell_the_worlds_apart(self):
        requests = itertools.chain(self.walk.lists(), self.walk.hidden())
        found = self.differences(requests, 3 * STRIDE)
        told = {asked.label for asked, _, _ in found}
        self.assertGreater(len(told), 8, told)
