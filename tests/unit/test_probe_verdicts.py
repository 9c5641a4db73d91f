"""What the probe makes of answers, by a cloud that gives odd ones."""

import re

import testtools

from cloud_security.probe import findings
from cloud_security.probe.findings import Outcome
from cloud_security.probe.findings import Verdict
from tests.unit import fake_cloud

CORE = ('show', 'list servers, 2.1', 'rename')
UNTOUCHED = "the owner's server is untouched"
ERROR = (500, {'computeFault': {'message': 'Unexpected API Error'}})


class TestVerdicts(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fake_cloud.FakeCloud())

    def verdicts(self, report, account='peer'):
        self.assertEqual('', report.error)
        self.assertEqual((), report.left)
        return {
            one.operation: one.verdict
            for one in report.findings
            if one.account == account
        }

    def verdict(self, name):
        report = self.cloud.probe(name)
        found = self.verdicts(report)[name]
        reason = next(
            one.reason for one in report.findings if one.operation == name
        )
        return found, reason

    def has_listed(self):
        """Tell whether the peer found his own server in his list."""
        return any(
            user == 'bob' and path.endswith('/servers')
            for user, method, path in self.cloud.requests
            if method == 'GET'
        )

    def hook(self, user, answer, pattern):
        """Answer requests of somebody in another way."""

        def hooked(asking, method, path, body):
            if asking == user and re.search(pattern, f'{method} {path}'):
                return answer

        self.cloud.hook = hooked

    def test_who_is_not_answered_by_nova_proves_nothing(self):
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
                    # He sees his own at first.
                    and (not path.endswith('/servers') or self.has_listed())
                    and not any(own in path for own in self.cloud.of('bob'))
                ):
                    return answer

            self.cloud.hook = hooked
            del self.cloud.requests[:]
            report = self.cloud.probe(*CORE, others=[('admin', 'root')])
            found = self.verdicts(report)
            self.assertEqual(
                {Verdict.INCONCLUSIVE}, {found[name] for name in CORE}, answer
            )
            self.assertEqual(
                {Verdict.WORKS}, {*self.verdicts(report, 'admin').values()}
            )
            self.assertEqual(Outcome.UNKNOWN, report.outcome)
            self.assertIn('told: inconclusive are show, list', report.sentence)

    def test_a_list_that_is_not_novas_proves_nothing(self):
        self.hook('bob', (200, {'servers': []}), r'GET .*/servers/detail$')
        found, reason = self.verdict('list details, 2.1')
        self.assertEqual(Verdict.INCONCLUSIVE, found)
        self.assertIn('does not name his own', reason)
        self.hook('bob', (200, b'<html>'), r'GET .*/detail\?name=.*-target$')
        found, reason = self.verdict('list by name')
        self.assertEqual(Verdict.INCONCLUSIVE, found)
        self.assertIn("not Nova's: no servers", reason)

    def test_a_full_quota_hides_no_hint(self):
        def hooked(user, method, path, body):
            hints = body and body.get('os:scheduler_hints')
            if hints and user == 'bob':
                return 403, {'forbidden': {'message': 'Quota exceeded'}}
            if hints and hints['group'] not in self.cloud.groups:
                return 400, {'badRequest': {'message': 'No such group.'}}

        self.cloud.hook = hooked
        found, reason = self.verdict('make a server in a group')
        self.assertEqual(Verdict.INCONCLUSIVE, found)
        self.assertIn('otherwise than the owner about nothing', reason)

    def test_an_error_while_nova_builds_proves_nothing(self):
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
            self.assertEqual(expected, self.verdict(name)[0])

    def test_a_server_that_is_gone_was_touched(self):
        def hooked(user, method, path, body):
            server_id = path.split('/')[-1]
            if (user, method) == ('bob', 'DELETE') and (
                server_id in self.cloud.of('alice')
            ):
                del self.cloud.servers[server_id]

        self.cloud.hook = hooked
        report = self.cloud.probe('remove')
        found = self.verdicts(report)
        self.assertEqual(Verdict.CLOSED, found['remove'])
        self.assertEqual(Verdict.OPEN, found[UNTOUCHED])
        self.assertEqual(404, report.findings[-1].evidence[0].status)

    def test_a_server_that_was_replaced_was_touched(self):
        def hooked(user, method, path, body):
            # Nobody can tell by the answers.
            if body and 'forceDelete' in body:
                self.cloud.servers.pop(path.split('/')[-2], None)
                return 202, None

        self.cloud.hook = hooked
        report = self.cloud.probe('remove', 'remove by force')
        self.assertEqual(Verdict.OPEN, self.verdicts(report)[UNTOUCHED])

    def test_an_error_tells_only_if_it_stays(self):
        for times, expected in (
            (1, Verdict.INCONCLUSIVE),
            (None, Verdict.TELLS),
        ):
            done = []

            def hooked(user, method, path, body, times=times, done=done):
                if (user, method) == ('bob', 'PUT') and any(
                    hers in path for hers in self.cloud.of('alice')
                ):
                    done.append(path)
                    if times is None or len(done) <= times:
                        return ERROR

            self.cloud.hook = hooked
            self.assertEqual(expected, self.verdict('rename')[0])

    def test_what_others_do_is_not_the_peers(self):
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

    def test_headers_tell(self):
        def hooked(user, method, path, body):
            hers = self.cloud.of('alice')
            if user != 'bob':
                return None
            if path.endswith('/servers/detail'):
                own = [self.cloud.servers[one] for one in self.cloud.of('bob')]
                link = {'Link': f'<x?marker={hers[0]}>; rel=next'}
                return 200, {'servers': own}, link
            if method == 'GET' and any(path.endswith(one) for one in hers):
                status, said = self.cloud.answer(user, method, path, body)
                return status, said, {'X-Owner': 'a', 'Via': 'b'}

        self.cloud.hook = hooked
        found, reason = self.verdict('show')
        self.assertEqual(Verdict.TELLS, found)
        self.assertEqual('Headers differ: x-owner.', reason)
        self.assertEqual(Verdict.OPEN, self.verdict('list details, 2.1')[0])

    def test_a_manager_who_is_refused_is_no_leak(self):
        def report(verdict, account):
            one = findings.Finding('show', '', 'reads', account, verdict)
            return findings.Report([one], {}, '', 1, 1)

        for verdict, account, heading in (
            (Verdict.REFUSED, 'manager', 'No leak found, but refusals'),
            (Verdict.OPEN, 'peer', 'This cloud leaks'),
        ):
            self.assertEqual(heading, report(verdict, account).heading)
