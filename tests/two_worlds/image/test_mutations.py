# SPDX-License-Identifier: Apache-2.0
"""The walk notices whatever line of Glance's filter is missing."""

import testtools

from tests.two_worlds.image import walk
from tests.two_worlds.image import worlds

#: Lines that no request can show to two worlds, and why.
UNSHOWN = {
    # Members see no tasks unless the operator lets them; the tasks of an image
    # are asked for through the image. tests/functional/image/test_images.py
    # tries these.
    ('Task', None): 'tasks_api_access is for admins',
    ('Task', 0): 'an own task belongs to an own image',
}
NEW = worlds.ask(
    'bob',
    'POST',
    '/images',
    {'user_id': 'victim', 'instance_uuid': worlds.UNKNOWN},
)
CHANGE = worlds.ask(
    'bob',
    'PATCH',
    '/images/<snapshot>',
    [{'op': 'replace', 'path': '/user_id', 'value': 'victim'}],
    Content_Type=worlds.PATCH,
)
#: A request for each transform of requests, which plants an image without it.
PLANTING = (
    NEW,
    NEW._replace(who='carol'),
    CHANGE,
    CHANGE._replace(who='carol'),
)


class TestMutations(testtools.TestCase):
    def in_a(self, do, **arguments):
        """Send world A a command; return its result."""
        self.worlds.a.tell(do, **arguments)
        return self.worlds.a.hear()

    def is_noticed(self):
        """Tell whether some question tells the worlds apart."""
        return any(not self.worlds.ask(asked)[2] for asked in self.questions)

    def test_line_that_is_taken_out_is_noticed(self):
        self.worlds = worlds.Pair()
        self.addCleanup(self.worlds.close)
        self.worlds.settle()
        walker = walk.Walk(self.worlds.operations())
        #: Those that change nothing.
        self.questions = list(dict.fromkeys(walker.questions()))
        self.assertFalse(self.is_noticed())
        lines = self.in_a('lines')
        self.assertEqual(len(PLANTING) + 8, len(lines))
        unnoticed = []
        for line in lines:
            if tuple(line) in UNSHOWN:
                continue
            if line[0] == 'transform' and line[1] < len(PLANTING):
                continue
            self.in_a('take_out', line=line)
            if not self.is_noticed():
                unnoticed.append(line)
        self.in_a('take_out', line=None)
        self.assertFalse(self.is_noticed())
        self.assertEqual([], unnoticed)
        for place, asked in enumerate(PLANTING):
            self.assertFalse(self.plants(asked), asked)
            self.in_a('take_out', line=['transform', place])
            self.assertTrue(self.plants(asked), asked)
            self.in_a('take_out', line=None)

    def plants(self, asked):
        """Tell whether a request in A makes a victim of somebody."""
        response = self.worlds.in_a(asked)
        self.assertIn(response.status, (200, 201, 403))
        return '"user_id": "victim"' in response.body
