# SPDX-License-Identifier: Apache-2.0
"""The walk notices whatever line of Cinder's criteria is missing."""

import testtools

from tests.two_worlds.volume import fleet
from tests.two_worlds.volume import walk
from tests.two_worlds.volume import worlds

#: Lines that no request can show to two worlds, and why.
UNSHOWN = {
    # World B cannot have something of a volume or group that it has not:
    # tests/functional/volume/test_crossing.py tries these.
    ('Backup', 0): 'an own backup of a hidden volume',
    ('Backup', 2): "somebody else's backup with an own parent",
    ('Group', 1): "somebody else's group with an own volume",
    ('Snapshot', 2): "somebody else's snapshot in an own group snapshot",
    ('GroupSnapshot', 0): 'an own snapshot of a hidden group',
    ('Snapshot', 0): 'an own snapshot of a hidden volume',
    # The API makes groups where it says consistency groups.
    ('CGSnapshot', None): 'rows from before Cinder 10',
    ('CGSnapshot', 0): 'rows from before Cinder 10',
    ('CGSnapshot', 1): 'rows from before Cinder 10',
    ('ConsistencyGroup', None): 'rows from before Cinder 10',
    # Cinder joins volumes to each transfer that it reads.
    ('Transfer', None): 'hidden with its volume',
}


class TestMutations(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.worlds = worlds.Pair()
        self.addCleanup(self.worlds.close)
        fleet.Fleet(self.worlds).settle()
        walker = walk.Walk(self.worlds.operations())
        #: Those that change nothing, about all that is listed and hidden.
        self.questions = list(dict.fromkeys(walker.questions()))

    def in_a(self, do, **arguments):
        """Send world A a command; return its result."""
        self.worlds.a.tell(do, **arguments)
        return self.worlds.a.hear()

    def is_noticed(self):
        """Tell whether some question tells the worlds apart."""
        return any(not self.worlds.ask(asked)[2] for asked in self.questions)

    def test_line_that_is_taken_out_is_noticed(self):
        self.assertFalse(self.is_noticed())
        lines = self.in_a('lines')
        self.assertGreater(len(lines), 9)
        unnoticed = []
        for line in lines:
            if tuple(line) in UNSHOWN:
                continue
            self.in_a('take_out', line=line)
            if not self.is_noticed():
                unnoticed.append(line)
        self.in_a('take_out', line=None)
        self.assertFalse(self.is_noticed())
        self.assertEqual([], unnoticed)
