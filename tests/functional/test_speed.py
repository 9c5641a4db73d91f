"""Function calls that the filter adds to a request; no machine changes them."""

import cProfile
import os
import pstats

from nova.conf import CONF

from tests.functional import cloud


class TestCalls(cloud.Cloud):
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

    def count(self, server_id, name):
        application = self.api_fixture.app()
        found = []
        for _ in range(4):
            profile = cProfile.Profile()
            started = []
            profile.enable()
            answer = application(self.environ(server_id), lambda *args: started.append(args))
            b''.join(answer)
            if hasattr(answer, 'close'):
                answer.close()
            profile.disable()
            self.assertIn('200', started[0][0])
            stats = pstats.Stats(profile)
            found.append((stats.total_calls, stats.prim_calls))
        profile.dump_stats(f'/tmp/v/{name}.prof')
        return found

    def test_show(self):
        his = self.boot(self.bob)
        print('CALLS', type(self).__name__, self.count(his, type(self).__name__))


class TestCallsWithoutTheFilter(TestCalls):
    FILTERED = DROPPED_IN = False
