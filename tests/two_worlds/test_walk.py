"""The walk: no request of it tells world A from world B."""

import itertools
import os
import sys

import testtools

from tests.two_worlds import exceptions
from tests.two_worlds import population
from tests.two_worlds import walk
from tests.two_worlds import worlds

#: Every how many requests of the walk are made; 1 is all of them.
STRIDE = int(os.environ.get('TWO_WORLDS_STRIDE', '1'))


class Walk(testtools.TestCase):
    SIDE_OF_A = 'a'
    stride = STRIDE

    def setUp(self):
        super().setUp()
        self.worlds = worlds.Worlds(self.SIDE_OF_A)
        self.addCleanup(self.worlds.close)
        self.population = population.Population(self.worlds)
        self.population.settle()
        self.walk = walk.Walk(self.worlds.both('operations')[0])

    def differences(self, requests):
        """Send requests; return those that are answered differently."""
        found = []
        before = self.worlds.requests
        for asked in itertools.islice(requests, 0, None, self.stride):
            if walk.needs_a_living_server(asked):
                self.population.revive()
            a, b, is_same = self.worlds.ask(asked)
            if not is_same:
                found.append((asked, a, b))
        print(
            f'{self.id()}: {self.worlds.requests - before} requests, '
            f'{len(found)} differences',
            file=sys.stderr,
        )
        return found


class TestWalk(Walk):
    def test_no_request_tells_the_worlds_apart(self):
        self.assertEqual([], self.differences(self.walk.requests()))
        if STRIDE == 1:
            self.assertEqual(
                {entry.differs for entry in exceptions.TABLE if entry.fits},
                set(self.worlds.excused),
                'An exception that nothing needs is to be removed.',
            )

    def test_a_cell_that_is_down_tells_nothing(self):
        self.worlds.both('cell_down', is_down=True)
        self.assertEqual([], self.differences(self.walk.with_a_cell_down()))


class TestWalkWithoutTheFilter(Walk):
    SIDE_OF_A = 'b'
    stride = 40

    def test_many_requests_tell_the_worlds_apart(self):
        found = self.differences(self.walk.requests())
        self.assertGreater(len(found), 30)
