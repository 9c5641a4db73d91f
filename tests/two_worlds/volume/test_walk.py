# SPDX-License-Identifier: Apache-2.0
"""The walk: no request of it tells world A of Cinder from world B."""

import collections
import itertools
import os
import sys

import testtools

from tests.two_worlds.volume import census
from tests.two_worlds.volume import exceptions
from tests.two_worlds.volume import fleet
from tests.two_worlds.volume import walk
from tests.two_worlds.volume import worlds

#: Every how many requests of the walk are made; 1 is all of them.
STRIDE = int(os.environ.get('TWO_WORLDS_STRIDE', '1'))

#: How many requests of an operation are tried until one tells.
FEW = 12
#: The part of the operations that must tell, where there is no filter.
MOST = 0.85


class WalkCase(testtools.TestCase):
    SIDE_OF_A = 'a'
    are_alike = False

    def setUp(self):
        super().setUp()
        self.worlds = worlds.Pair(self.SIDE_OF_A, self.are_alike)
        self.addCleanup(self.worlds.close)
        self.fleet = fleet.Fleet(self.worlds, self.SIDE_OF_A == 'a')
        self.fleet.settle()
        self.walk = walk.Walk(self.worlds.operations())
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


class TestWalk(WalkCase):
    def test_no_request_tells_the_worlds_apart(self):
        self.assertEqual([], self.differences(self.walk.requests()))
        # A volume that changes hands is the last: then the worlds differ.
        self.assertEqual([], self.differences(self.walk.handed_over(), 1))
        if STRIDE == 1:
            self.assertEqual(
                {row.differs for row in exceptions.TABLE if row.fits},
                set(self.worlds.excused),
                'An exception that nothing needs is to be removed.',
            )
            self.assertEqual(
                set(),
                (census.labels_of_members() & self.walk.labels)
                - set(self.succeeded)
                - census.NEVER_SUCCEEDS,
                'What a member may do must succeed once, or nothing is tried.',
            )


class TestStock(WalkCase):
    are_alike = True

    def test_exempt_caller_gets_stock_cinder(self):
        callers = itertools.cycle(('carol', 'root', 'nova'))
        requests = (
            asked._replace(who=next(callers))
            for asked in self.walk.requests()
            # Cinder lists the loggers of all modules there, also of ours.
            if asked.label != 'PUT /os-services/get-log'
        )
        self.assertEqual([], self.differences(requests, 25 * STRIDE))


class TestWalkWithoutTheFilter(WalkCase):
    SIDE_OF_A = 'b'

    def test_requests_of_each_operation_tell_the_worlds_apart(self):
        found = self.differences(self.some(), 1)
        told = {asked.label for asked, _, _ in found}
        tried = {
            label
            for label in census.labels_of_members() & self.walk.labels
            if label not in census.TELLS_NOTHING
        }
        # In some releases a few meet another error first.
        self.assertGreaterEqual(
            len(tried & told), MOST * len(tried), tried - told
        )

    def some(self):
        """Yield some requests of each operation that can tell."""
        counts = collections.Counter()
        for asked in self.walk.requests():
            if asked.who != 'bob' or asked.label not in self.walk.labels:
                continue
            text = asked.path + asked.body
            # Older versions do not have all of them.
            is_newest = asked.version == f'3.{self.walk.latest}'
            tells = '<hidden' in text or walk.lists_things(asked)
            if is_newest and tells:
                counts[asked.label] += 1
                if counts[asked.label] <= FEW:
                    yield asked
