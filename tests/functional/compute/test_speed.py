# SPDX-License-Identifier: Apache-2.0
"""Function calls that the filter adds to a request; no machine changes them.

One server is shown, by its owner and at the newest microversion. The first
requests fill caches.
"""

import cProfile
import pstats
import sys

import fixtures

from cloud_security.compute import models
from cloud_security.visibility import criteria
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import middleware
from tests.functional.compute import cloud

#: The most that may be added, as a share of stock Nova's calls.
MOST_BY_CRITERIA = 0.015
MOST_BY_FILTER = 0.025
REQUESTS = 8


class Speed(cloud.Cloud):
    def setUp(self):
        super().setUp()
        eventlet = sys.modules.get('eventlet')
        if eventlet and eventlet.patcher.is_monkey_patched('thread'):
            self.skipTest('Greenthreads of other services run in between.')

    def environ(self, server_id):
        return {
            'REQUEST_METHOD': 'GET',
            'SERVER_NAME': 'x',
            'SERVER_PORT': '80',
            'SCRIPT_NAME': '',
            'PATH_INFO': f'/v2.1/servers/{server_id}',
            'QUERY_STRING': '',
            'wsgi.url_scheme': 'http',
            'HTTP_X_USER_ID': 'bob',
            'HTTP_X_PROJECT_ID': cloud.PROJECT,
            'HTTP_X_ROLES': 'member,reader',
            'HTTP_X_DOMAIN_ID': None,
            'HTTP_OPENSTACK_API_VERSION': f'compute {cloud.LATEST}',
        }

    def show(self, application, server_id):
        """Let bob read a server."""
        statuses = []
        response = application(
            self.environ(server_id), lambda status, *_: statuses.append(status)
        )
        b''.join(response)
        getattr(response, 'close', lambda: None)()
        self.assertEqual(['200 OK'], statuses)

    def calls(self, server_id):
        """Return the least number of function calls in one of some requests.

        The filter searches for policy files in one request a second.
        """
        application = self.api_fixture.app()
        return min(
            self.measure(application, server_id) for _ in range(REQUESTS)
        )

    def measure(self, application, server_id):
        profile = cProfile.Profile()
        profile.enable()
        try:
            self.show(application, server_id)
        finally:
            profile.disable()
        # Those of SlipCover's probes are not the filter's.
        return sum(
            calls
            for (_, _, name), (_, calls, *_) in pstats.Stats(
                profile
            ).stats.items()
            if 'slipcover' not in name
        )


class TestCriteria(Speed):
    """The criteria and their guard, in stock Nova's pipeline."""

    FILTERED = DROPPED_IN = False

    def test_criteria_add_few_calls_to_a_show(self):
        server_id = self.boot(self.bob)
        stock = self.calls(server_id)
        # The threads of cells know no request here.
        installed = criteria.Criteria(models.owned(), lambda: True)
        installed.install()
        self.addCleanup(installed.uninstall)
        with scopes.on_this_thread(scopes.Scope(owner_id='bob')):
            isolated = self.calls(server_id)
        self.assertLess(stock, isolated)
        self.assertLess(
            isolated / stock - 1, MOST_BY_CRITERIA, f'{stock}, {isolated}'
        )


class TestFilter(Speed):
    """The whole filter; what its rules in policy.d cost is oslo.policy's."""

    DROPPED_IN = False

    def setUp(self):
        self.is_stock = False
        respond = middleware.UserIsolation.respond

        def respond_or_pass(isolation, *args):
            if self.is_stock:
                return isolation.application(*args)
            return respond(isolation, *args)

        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.wsgi.middleware.UserIsolation.respond',
                respond_or_pass,
            )
        )
        super().setUp()

    def test_the_filter_adds_few_calls_to_a_show(self):
        server_id = self.boot(self.bob)
        isolated = self.calls(server_id)
        cloud.remove_listeners()
        self.is_stock = True
        stock = self.calls(server_id)
        self.assertLess(stock, isolated)
        self.assertLess(
            isolated / stock - 1, MOST_BY_FILTER, f'{stock}, {isolated}'
        )
