# SPDX-License-Identifier: Apache-2.0
"""The filter gives back what its frames take of Python's stack."""

import sys

import fixtures
import testtools

from cloud_security.wsgi import depth


def deepest(count):
    try:
        return deepest(count + 1)
    except RecursionError:
        return count


class Application:
    def __call__(self, environ, start_response):
        self.depth = deepest(0)
        start_response('200 OK', [])
        return []


class Filter:
    """A filter of a few frames."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        return self._call(environ, start_response)

    def _call(self, environ, start_response):
        return self.application(environ, start_response)


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
        self.assertGreater(without, self.measured(Filter))
        depth.give_back(Filter, {})
        self.assertEqual(without, self.measured(Filter))

    def test_a_second_filter_gets_no_more(self):
        depth.give_back(Filter, {})
        limit = sys.getrecursionlimit()
        depth.give_back(Filter, {})
        self.assertEqual(limit, sys.getrecursionlimit())
