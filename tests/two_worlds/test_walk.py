# SPDX-License-Identifier: Apache-2.0
"""The walk: no request of it tells world A from world B."""

import collections
import itertools
import os
import sys

import testtools

from tests.two_worlds import census
from tests.two_worlds import exceptions
from tests.two_worlds import fleet
from tests.two_worlds import pair
from tests.two_worlds import walk

#: Every how many requests of the walk are made; 1 is all of them.
STRIDE = int(os.environ.get('TWO_WORLDS_STRIDE', '1'))
#: Servers that must be made, with groups and hints, in both versions.
MADE = 16
#: Operations of which some request must tell, where there is no filter.
TELL = {
    'GET /servers',
    'GET /servers/detail',
    'GET /servers/{id}',
    'GET /servers/{server_id}/os-instance-actions/{id}',
    'GET /servers/{server_id}/tags',
    'GET /os-server-groups',
    'GET /os-server-groups/{id}',
    'GET /os-simple-tenant-usage/{id}',
    'GET /os-quota-sets/{id}/detail',
    'GET /os-floating-ips',
    'GET /images/detail',
    'POST /servers',
    'POST /servers/{id}/action addFloatingIp',
}


class WalkCase(testtools.TestCase):
    SIDE_OF_A = 'a'
    are_alike = False

    def setUp(self):
        super().setUp()
        self.worlds = pair.Pair(self.SIDE_OF_A, self.are_alike)
        self.addCleanup(self.worlds.close)
        self.fleet = fleet.Fleet(self.worlds)
        self.fleet.settle()
        self.walk = walk.Walk(self.worlds.both('operations')[0])
        #: How often operations have been answered with 2xx.
        self.succeeded = collections.Counter()

    def differences(self, requests, stride=STRIDE):
        """Send requests; return those that are answered differently."""
        found = []
        before = self.worlds.requests
        for asked in itertools.islice(requests, 0, None, stride):
            if walk.is_about_own(asked):
                self.fleet.prepare(walk.action(asked))
            a, b, is_same = self.worlds.ask(asked)
            self.fleet.note(asked, walk.action(asked), b)
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
        # Reading changes nothing, so what is asked next is not affected.
        self.worlds.both('cell_down', is_down=True)
        self.assertEqual([], self.differences(self.walk.with_a_cell_down()))
        self.worlds.both('cell_down', is_down=False)
        self.assertEqual([], self.differences(self.walk.requests()))
        if STRIDE == 1:
            self.assertEqual(
                {
                    entry.differs
                    for entry in exceptions.TABLE
                    if entry.fits and not entry.shown_by
                }
                - set(self.worlds.excused),
                set(),
                'An exception that nothing needs is to be removed.',
            )
            self.assertEqual(
                set(),
                (census.labels_of_members() & self.walk.labels)
                - set(self.succeeded),
                'What a member may do must succeed once, or nothing is tried.',
            )
            self.assertGreaterEqual(self.succeeded['POST /servers'], MADE)


class TestStock(WalkCase):
    are_alike = True

    def test_exempt_caller_gets_stock_nova(self):
        callers = itertools.cycle(('carol', 'root', 'neutron'))
        requests = (
            asked._replace(who=next(callers))
            for asked in self.walk.requests()
            if not asked.label.startswith('POST /servers')
            and '<own.active>' not in asked.path
        )
        self.assertEqual([], self.differences(requests, 25))
        # What is put for hints on their way comes back as it was sent.
        refused = (
            asked._replace(
                who=next(callers),
                body=asked.body.replace(
                    '"flavorRef": "1"', '"flavorRef": "9"'
                ),
            )
            for asked in self.walk.made()
        )
        self.assertEqual([], self.differences(refused, 1))


class TestWalkWithoutTheFilter(WalkCase):
    SIDE_OF_A = 'b'

    def test_requests_of_each_part_tell_the_worlds_apart(self):
        # What is made is not the same, and stays.
        self.fleet.note = lambda *_: None
        found = self.differences(self.some(), 1)
        self.assertGreater(len(found), 30)
        told = {asked.label for asked, _, _ in found}
        self.assertEqual(set(), TELL - told)

    def some(self):
        """Yield some requests of each operation that hurt no hidden server."""
        counts = collections.Counter()
        for asked in self.walk.requests():
            kind = asked.label, '<hidden' in asked.path + asked.body
            if asked.label in TELL and counts[kind] < 80:
                counts[kind] += 1
                yield asked
