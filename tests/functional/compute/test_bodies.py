# SPDX-License-Identifier: Apache-2.0
"""Bodies that the filter reads before Nova get Nova's own response."""

import gzip
import io
import sys

import fixtures
from nova import context as nova_context
from nova.api.openstack import compute as nova_compute
from oslo_utils.fixture import uuidsentinel
import webob

from cloud_security.compute import hint_marks
from cloud_security.compute import middleware
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import depth
from tests.functional.compute import cloud

ADDRESS = b'{"addFloatingIp": {"address": "10.0.0.1"}}'


def server(hint):
    """Return the body of a request for a server, with a hint."""
    return (
        '{"server": {"name": "x", "flavorRef": "999", "networks": "none"}, '
        '"os:scheduler_hints": {"same_host": "%s", %s}}'
        % (uuidsentinel.unknown, hint)
    ).encode()


class Bodies(cloud.Cloud):
    ROLES = cloud.MEMBER

    def setUp(self):
        super().setUp()
        self.bobs_server = self.boot(self.bob)
        # Measured anew, whatever tests ran before in this process.
        limit = sys.getrecursionlimit()
        self.addCleanup(sys.setrecursionlimit, limit)
        sys.setrecursionlimit(1000)
        self.useFixture(
            fixtures.MonkeyPatch('cloud_security.wsgi.depth._is_raised', False)
        )
        self.router = nova_compute.APIRouterV21()
        self.isolation = middleware.factory({})(self.router)
        self.limit = sys.getrecursionlimit()
        self.paths = (
            '/servers',
            f'/servers/{self.bobs_server}/action',
            f'/servers/{uuidsentinel.unknown}/action',
        )

    def ask(self, application, path, sent, length, environ, limit):
        """Return ``(status, headers, body)``, or the error's type."""
        context = nova_context.RequestContext(
            user_id='bob', project_id=cloud.PROJECT, roles=list(self.ROLES)
        )
        request = webob.Request.blank(
            path,
            environ={
                'REQUEST_METHOD': 'POST',
                'CONTENT_TYPE': 'application/json',
                'wsgi.input': io.BytesIO(sent),
                'nova.context': context,
                **environ,
            },
        )
        if length is not None:
            request.environ['CONTENT_LENGTH'] = str(length)
        sys.setrecursionlimit(limit)
        try:
            if application is self.isolation:
                response = request.get_response(application)
            else:
                with scopes.entered(scopes.EVERYBODY, context.request_id):
                    response = request.get_response(application)
        except Exception as error:  # noqa: BLE001
            return type(error)
        finally:
            sys.setrecursionlimit(1000)
        return response.status, response.headerlist, response.body

    def assert_stock(self, path, sent, length='whole', **environ):
        """Compare the responses of Nova with and without the filter."""
        if length == 'whole':
            length = len(sent)
        isolated, stock = (
            self.ask(application, path, sent, length, environ, limit)
            for application, limit in (
                (self.isolation, self.limit),
                (self.router, 1000),
            )
        )
        self.assertEqual(stock, isolated, (path, sent[:200], length, environ))
        return stock


class TestBodies(Bodies):
    def test_malformed_bodies_get_stock_responses(self):
        deep = '[' * 3000 + ']' * 3000
        for sent in (
            b'',
            b'null',
            b'[1]',
            b'"addFloatingIp"',
            b'\xef\xbb\xbf' + ADDRESS,
            ADDRESS.decode().encode('utf-16'),
            ADDRESS + b'x',
            b'{"addFloatingIp": {"address": "\xe9"}}',
            b'{"addFloatingIp": {"address": NaN}}',
            b'{"addFloatingIp": {"address": "\\ud800"}}',
            b'{"addFloatingIp": {}, "addFloatingIp": {"address": "x"}}',
            gzip.compress(ADDRESS),
            server('"foo": Infinity'),
            server('"foo": [1.10, 1e999, -0]'),
            server('"foo": %s' % ('1' * 4300)),
            server('"foo": %s' % ('1' * 4301)),
            server('"foo": "\\ud800"'),
            server('"foo": "\\u0000"'),
            server('"query": "%s"' % deep.replace('[]', '[\\\\u0041]')),
            server('"query": ["a\\\\b"]'),
        ):
            for path in self.paths:
                self.assert_stock(path, sent)

    def test_complaints_repeat_marks_that_the_caller_sent(self):
        marked = hint_marks.MARK + uuidsentinel.unknown
        for spelled in (marked, marked.replace('{', '\\u007b')):
            sent = '{"server": {"name": {"scheduler_hints": "%s"}}, %s}'
            for path, verb in (
                ('/servers', 'POST'),
                (f'/servers/{self.bobs_server}', 'PUT'),
            ):
                for hints in (
                    '"x": 1',
                    '"os:scheduler_hints": {"same_host": "%s"}' % spelled,
                ):
                    found = self.assert_stock(
                        path,
                        (sent % (spelled, hints)).encode(),
                        REQUEST_METHOD=verb,
                    )
                    self.assertIn(marked.encode(), found[2])

    def test_short_bodies_get_stock_responses(self):
        for path in self.paths:
            for sent in (ADDRESS, server('"foo": 1')):
                for length in (len(sent) + 10, len(sent) - 5, 0, None, 'x'):
                    for version in ('2.1', '2.44', '99.99', 'x'):
                        self.assert_stock(
                            path,
                            sent,
                            length,
                            HTTP_OPENSTACK_API_VERSION=f'compute {version}',
                        )
                    for content_type in ('', 'text/plain', 'application/xml'):
                        self.assert_stock(
                            path, sent, length, CONTENT_TYPE=content_type
                        )
                    for terminated in (True, False):
                        self.assert_stock(
                            path,
                            sent,
                            length,
                            **{'wsgi.input_terminated': terminated},
                        )

    def test_deep_bodies_get_stock_responses(self):
        statuses = set()
        for levels in range(850, 1010):
            for path, sent in (
                ('/servers', server('"foo": %s%s')),
                (self.paths[2], b'{"addFloatingIp": %s%s}'),
            ):
                found = self.assert_stock(
                    path, sent % (b'[' * levels, b']' * levels)
                )
                statuses.add(found if found is RecursionError else found[0])
        # The range holds the last depth that Nova reads.
        self.assertEqual({'400 Bad Request', RecursionError}, statuses)


class TestBodiesOfAnAdmin(TestBodies):
    ROLES = ('admin', *cloud.MEMBER)


class TestBodiesInMonitorMode(TestBodies):
    MODE = 'monitor'


class TestDepth(Bodies):
    def test_the_limit_is_raised_once(self):
        self.assertGreater(self.limit, 1000)
        sys.setrecursionlimit(self.limit)
        middleware.factory({})(self.router)
        self.assertEqual(self.limit, sys.getrecursionlimit())
        self.assertTrue(depth._is_raised)
