# SPDX-License-Identifier: Apache-2.0
"""The filter gives back what its frames take of Python's stack."""

import json
import sys

import fixtures
import testtools

from cloud_security.wsgi import depth


def deepest(count):
    try:
        return deepest(count + 1)
    except RecursionError:
        return count


def deepest_json():
    """Return how deep JSON can be here; C code reads it."""
    low, high = 0, 20000
    while low < high:
        middle = (low + high + 1) // 2
        try:
            json.loads('[' * middle + ']' * middle)
            low = middle
        except RecursionError:
            high = middle - 1
    return low


class Application:
    def __call__(self, environ, start_response):
        self.depth = deepest(0), deepest_json()
        start_response('200 OK', [])
        return []


class Filter:
    def __init__(self, application):
        self.application = application

    def respond(self, environ, start_response):
        return self._respond(environ, start_response)

    def _respond(self, environ, start_response):
        return self.application(environ, start_response)


def wrapped(application):
    """Return a filter of two frames before an application."""
    return Filter(application).respond


class TestDepth(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(sys.setrecursionlimit, sys.getrecursionlimit())
        self.useFixture(
            fixtures.MonkeyPatch('cloud_security.wsgi.depth._is_raised', False)
        )

    def measured(self, wrap):
        application = Application()
        wrap(application)({}, lambda *args: None)
        return application.depth

    def test_an_application_behind_a_filter_gets_the_same_depth(self):
        without = self.measured(lambda application: application)
        self.assertGreater(without, self.measured(wrapped))
        depth.give_back(wrapped, {})
        self.assertEqual(without, self.measured(wrapped))

    def test_a_second_filter_gets_no_more(self):
        depth.give_back(wrapped, {})
        limit = sys.getrecursionlimit()
        depth.give_back(wrapped, {})
        self.assertEqual(limit, sys.getrecursionlimit())
