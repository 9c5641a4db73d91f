# SPDX-License-Identifier: Apache-2.0
"""Verdicts on a cloud that gives odd responses."""

import re

import testtools

from cloud_security.probe.resources import supplies
from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.verdicts.findings import Verdict
from tests.unit.probe import fake_cloud
from tests.unit.probe import runs

CORE = ('show', 'list servers, 2.1', 'rename')
UNTOUCHED = "the owner's server is untouched"
ERROR = (500, {'computeFault': {'message': 'Unexpected API Error'}})


class TestVerdicts(runs.RunTest):
    def judged(self, name):
        """Return the verdict on one operation, and the reason."""
        summary = self.cloud.probe(name)
        found = self.verdicts(summary)[name]
        reason = next(
            one.reason for one in summary.findings if one.operation == name
        )
        return found, reason

    def has_listed(self):
        """Return True if the peer has listed servers at the start."""
        return any(
            user == 'bob' and path.endswith('/servers')
            for user, method, path in self.cloud.requests
            if method == 'GET'
        )

    def hook(self, user, answer, pattern):
        """Send one response to a user's requests that match."""

        def hooked(asking, method, path, body):
            if asking == user and re.search(pattern, f'{method} {path}'):
                return answer

        self.cloud.hook = hooked

    def test_response_of_a_gateway_proves_nothing(self):
        self.cloud.leaks = True
        for answer in (
            (401, {'error': {'message': 'Expired.'}}),
            ERROR,
            (403, b'<html>Firewall</html>'),
            (200, b'<html>Maintenance</html>'),
            (302, b'', {'Location': 'https://login.example/'}),
        ):

            def hooked(user, method, path, body, answer=answer):
                if (
                    user == 'bob'
                    and method in ('GET', 'PUT')
                    and re.search('/servers(/[0-9a-f]{8}-.*)?$', path)
                    # At the start, the peer's list names its server.
                    and (not path.endswith('/servers') or self.has_listed())
                    and not any(own in path for own in self.cloud.of('bob'))
                ):
                    return answer

            self.cloud.hook = hooked
            del self.cloud.requests[:]
            summary = self.cloud.probe(*CORE, others=[('admin', 'root')])
            found = self.verdicts(summary)
            self.assertEqual(
                {Verdict.INCONCLUSIVE}, {found[name] for name in CORE}, answer
            )
            self.assertEqual(
                {Verdict.WORKS}, {*self.verdicts(summary, 'admin').values()}
            )
            self.assertEqual(Outcome.UNKNOWN, summary.outcome)
            self.assertIn(
                'No verdict: core operations are inconclusive: show, list',
                summary.sentence,
            )

    def test_list_of_a_gateway_proves_nothing(self):
        self.hook('bob', (200, {'servers': []}), r'GET .*/servers/detail$')
        found, reason = self.judged('list details, 2.1')
        self.assertEqual(Verdict.INCONCLUSIVE, found)
        self.assertIn("does not name the peer's own server", reason)
        self.hook('bob', (200, b'<html>'), r'GET .*/detail\?name=.*-target$')
        found, reason = self.judged('list by name')
        self.assertEqual(Verdict.INCONCLUSIVE, found)
        self.assertIn("not Nova's: no servers", reason)

    def test_full_quota_proves_nothing_about_a_hint(self):
        def hooked(user, method, path, body):
            hints = body and body.get('os:scheduler_hints')
            if hints and user == 'bob':
                return 403, {'forbidden': {'message': 'Quota exceeded'}}
            if hints and hints['group'] not in self.cloud.groups:
                return 400, {'badRequest': {'message': 'No such group.'}}

        self.cloud.hook = hooked
        found, reason = self.judged('make a server in a group')
        self.assertEqual(Verdict.INCONCLUSIVE, found)
        self.assertIn('get different responses about an unknown ID', reason)

    def test_error_while_nova_builds_proves_nothing(self):
        name = 'list while Nova builds it'
        for answer, expected in (
            (ERROR, Verdict.INCONCLUSIVE),
            ((200, {'servers': []}), Verdict.CLOSED),
        ):
            begun = []

            def hooked(user, method, path, body, answer=answer, begun=begun):
                if path.endswith('/os-instance-actions') and len(begun) < 2:
                    begun.append(path)
                    return 200, {'instanceActions': []}
                if user == 'bob' and path.endswith('/servers/detail'):
                    return answer

            self.cloud.hook = hooked
            self.assertEqual(expected, self.judged(name)[0])

    def test_deleted_target_was_touched(self):
        def hooked(user, method, path, body):
            server_id = path.split('/')[-1]
            if (user, method) == ('bob', 'DELETE') and (
                server_id in self.cloud.of('alice')
            ):
                del self.cloud.servers[server_id]

        self.cloud.hook = hooked
        summary = self.cloud.probe('remove')
        found = self.verdicts(summary)
        self.assertEqual(Verdict.CLOSED, found['remove'])
        self.assertEqual(Verdict.OPEN, found[UNTOUCHED])
        self.assertEqual(404, summary.findings[-1].evidence[0].status)

    def test_replaced_target_was_touched(self):
        def hooked(user, method, path, body):
            # The responses reveal nothing, and yet the server is gone.
            if body and 'forceDelete' in body:
                self.cloud.servers.pop(path.split('/')[-2], None)
                return 202, None

        self.cloud.hook = hooked
        summary = self.cloud.probe('remove', 'remove by force')
        self.assertEqual(Verdict.OPEN, self.verdicts(summary)[UNTOUCHED])

    def test_error_is_a_leak_only_if_it_stays(self):
        for times, expected in (
            (1, Verdict.INCONCLUSIVE),
            (None, Verdict.TELLS),
        ):
            done = []

            def hooked(user, method, path, body, times=times, done=done):
                if (user, method) == ('bob', 'PUT') and any(
                    one in path for one in self.cloud.of('alice')
                ):
                    done.append(path)
                    if times is None or len(done) <= times:
                        return ERROR

            self.cloud.hook = hooked
            self.assertEqual(expected, self.judged('rename')[0])

    def test_action_of_others_is_no_leak(self):
        for status, who, expected in (
            ('SHUTOFF', 'a guest', Verdict.INCONCLUSIVE),
            ('ACTIVE', 'operator', Verdict.CLOSED),
            ('ACTIVE', 'bob', Verdict.OPEN),
        ):

            def hooked(user, method, path, body, status=status, who=who):
                if user == 'bob' and path.endswith('/topology'):
                    for server in self.cloud.servers.values():
                        server['status'] = status
                    self.done = [{'action': 'migrate', 'user_id': who}]
                if path.endswith('/os-instance-actions') and self.done:
                    return 200, {'instanceActions': self.done}

            self.done = []
            self.cloud.hook = hooked
            found = self.verdicts(self.cloud.probe('read the topology'))
            self.assertEqual(expected, found[UNTOUCHED])

    def test_header_is_a_leak(self):
        def hooked(user, method, path, body):
            alices = self.cloud.of('alice')
            if user != 'bob':
                return None
            if path.endswith('/servers/detail'):
                own = [self.cloud.servers[one] for one in self.cloud.of('bob')]
                link = {'Link': f'<x?marker={alices[0]}>; rel=next'}
                return 200, {'servers': own}, link
            if method == 'GET' and any(path.endswith(one) for one in alices):
                status, said = self.cloud.respond(user, method, path, body)
                return status, said, {'X-Owner': 'a', 'Via': 'b'}

        self.cloud.hook = hooked
        found, reason = self.judged('show')
        self.assertEqual(Verdict.TELLS, found)
        self.assertEqual('Headers differ: x-owner.', reason)
        self.assertEqual(Verdict.OPEN, self.judged('list details, 2.1')[0])


REFUSED = (400, {'badRequest': {'code': 400, 'message': 'No such console.'}})


class TestUnavailable(testtools.TestCase):
    """A feature that the cloud lacks, such as a console of the driver.

    The owner gets 400 about the example and 404 about an unknown ID.
    """

    CONSOLE = 'open the serial console'

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fake_cloud.FakeCloud())

    def finding(
        self, name, *responses, pattern='remote-consoles', bob=(), **choice
    ):
        """Return the finding about an operation.

        :param responses: to requests about a server that the caller sees,
            and about an unknown ID; without one, the cloud responds. One
            may be a function of the server's ID.
        :param bob: the same for the peer alone
        """

        def hooked(user, method, path, body):
            if not re.search(pattern, f'{method} {path} {body}'):
                return None
            given = bob if bob and user == 'bob' else responses
            server = re.search('servers/([^/]*)', path).group(1)
            seen = self.cloud.seen(user, self.cloud.servers)
            is_seen = server in [one['id'] for one in seen]
            response = (*given, None)[0 if is_seen else 1]
            return response(server) if callable(response) else response

        self.cloud.hook = hooked
        self.summary = self.cloud.probe(
            name,
            others=[('admin', 'root')],
            choice=supplies.Choice(**choice),
        )
        self.assertEqual('', self.summary.error)
        return self.summary.findings[0]

    def assert_inconclusive(self, finding):
        self.assertEqual(Verdict.INCONCLUSIVE, finding.verdict, finding)

    def test_refusal_by_the_service_is_closed(self):
        for status, key in (
            (400, 'badRequest'),
            (404, 'itemNotFound'),
            (409, 'conflictingRequest'),
            (501, 'notImplemented'),
        ):
            finding = self.finding(
                self.CONSOLE, (status, {key: {'message': 'Not here.'}})
            )
            self.assertEqual(Verdict.CLOSED, finding.verdict, finding)
            self.assertEqual(
                (status, 404), (finding.owner_status, finding.status)
            )
            self.assertEqual(
                f'Not available in this cloud: {status} Not here.',
                finding.reason,
            )

    def test_refusal_of_any_driver_feature_is_closed(self):
        finding = self.finding('pause', REFUSED, pattern="'pause'")
        self.assertEqual(Verdict.CLOSED, finding.verdict, finding)

    def test_peer_who_reaches_the_server_is_a_leak(self):
        self.cloud.leaks = True
        finding = self.finding(self.CONSOLE, REFUSED)
        self.assertEqual(Verdict.TELLS, finding.verdict, finding)

    def test_admin_does_not_try_what_the_owner_cannot(self):
        self.finding(self.CONSOLE, REFUSED)
        accounts = {one.account for one in self.summary.findings}
        self.assertEqual({'peer'}, accounts)

    def test_same_refusal_about_an_unknown_id_proves_nothing(self):
        self.assert_inconclusive(self.finding(self.CONSOLE, REFUSED, REFUSED))

    def test_unknown_id_that_nova_does_not_look_up_proves_nothing(self):
        for unknown in (
            (400, {'badRequest': {'message': 'Another one.'}}),
            (403, {'forbidden': {'message': 'No.'}}),
            (404, b'<html>Not found</html>'),
        ):
            self.assert_inconclusive(
                self.finding(self.CONSOLE, REFUSED, unknown)
            )

    def test_refusal_of_another_kind_proves_nothing(self):
        for response in (
            (400, b'<html>Bad request</html>'),
            (400, {'errors': [{'title': 'Bad request'}]}),
            (400, None),
            (401, {'error': {'message': 'Expired.'}}),
            (403, {'forbidden': {'message': 'Quota exceeded'}}),
            (429, {'overLimit': {'message': 'Slow down.'}}),
            (500, {'computeFault': {'message': 'Unexpected API Error'}}),
            (503, {'serviceUnavailable': {'message': 'Down.'}}),
        ):
            self.assert_inconclusive(self.finding(self.CONSOLE, response))

    def test_not_found_with_another_header_proves_nothing(self):
        def not_found(server):
            message = fake_cloud.NONE['itemNotFound']['message']
            fault = {'code': 404, 'message': message.format(server)}
            return 404, {'itemNotFound': fault}, {'Allow': 'GET'}

        finding = self.finding(self.CONSOLE, not_found)
        self.assert_inconclusive(finding)
        self.assertIn('404 Instance', finding.reason)

    def test_peer_whom_a_gateway_stops_proves_nothing(self):
        for stopped in (
            (404, b'<html>Not found</html>'),
            (403, {'forbidden': {'message': 'No.'}}),
        ):
            self.assert_inconclusive(
                self.finding(self.CONSOLE, REFUSED, bob=(stopped, stopped))
            )

    def test_refusal_of_the_core_is_no_verdict(self):
        self.assert_inconclusive(
            self.finding('rename', REFUSED, pattern='PUT .*/servers/')
        )
        self.assertEqual(Outcome.UNKNOWN, self.summary.outcome)

    def test_refusal_of_a_floating_ip_proves_nothing(self):
        address = {'ip': '10.0.0.5', 'fixed_ip': None, 'instance_id': None}
        respond = self.cloud.respond

        def with_address(user, method, path, body):
            if 'os-floating-ips' in path:
                return 200, {'floating_ips': [address]}
            return respond(user, method, path, body)

        self.cloud.respond = with_address
        for name in ('give it a floating IP', 'take its floating IP'):
            self.assert_inconclusive(
                self.finding(
                    name,
                    REFUSED,
                    pattern='addFloatingIp',
                    address=address['ip'],
                )
            )
            self.assertIn('floating IPs', self.summary.untried)
