"""Whatever happens to the probe, it removes what is its own, and ends."""

import os
import signal
import threading
import time
import uuid

import fixtures
import testtools

from cloud_security.cmd import probe
from cloud_security.probe import accounts
from cloud_security.probe import belongings
from cloud_security.probe import limits
from cloud_security.probe import supplies
from tests.unit import fake_cloud

ERROR = (500, b'<html>Proxy error</html>')


class Removing(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fake_cloud.FakeCloud())

    def once(self, answer, matches):
        """Answer the first request that matches in another way."""
        done = []

        def hooked(user, method, path, body):
            if not done and matches(method, path):
                done.append(path)
                return answer

        self.cloud.hook = hooked
        return done

    def assert_nothing_left(self, report):
        self.assertEqual((), report.left)
        self.assertEqual({}, self.cloud.servers)
        self.assertEqual({}, self.cloud.groups)


class TestRemoving(Removing):
    def test_one_failure_keeps_nothing(self):
        def lists(method, path):
            return 'servers/detail?name=' in path and self.cloud.servers

        def removes(method, path):
            return method == 'DELETE' and '/servers/' in path

        for answer, matches in (
            (ERROR, lists),
            ((200, b'<html>'), lists),
            ((200, {'servers': None}), lists),
            (fake_cloud.DROPPED, removes),
        ):
            done = self.once(answer, matches)
            self.assert_nothing_left(self.cloud.probe('show'))
            self.assertEqual(1, len(done))

    def test_images_that_cannot_be_listed_keep_no_servers(self):
        failed = []

        def hooked(user, method, path, body):
            methods = [request[1] for request in self.cloud.requests]
            if 'images/detail' in path and 'DELETE' in methods:
                failed.append(path)
                return ERROR

        self.cloud.hook = hooked
        self.assert_nothing_left(self.cloud.probe('show'))
        self.assertNotEqual([], failed)

    def test_a_server_that_is_being_made_is_waited_for(self):
        stop = limits.Stop()

        def hooked(user, method, path, body):
            if method == 'POST' and path.endswith('/servers'):
                stop.note('It was stopped.')
                time.sleep(1)

        self.cloud.hook = hooked
        report = self.cloud.probe(
            'show', allowed=limits.Limits(60, 1000, stop)
        )
        self.assertEqual('It was stopped.', report.error)
        self.assert_nothing_left(report)
        self.assertIn('DELETE', [one[1] for one in self.cloud.requests])

    def test_a_server_that_comes_late_is_removed(self):
        def make(name):
            server_id = str(uuid.uuid4())
            self.cloud.servers[server_id] = {
                'id': server_id,
                'name': name,
                'user_id': 'alice',
                'metadata': {belongings.MARK: 'x'},
            }

        def hooked(user, method, path, body):
            if method == 'POST' and path.endswith('/servers'):
                name = body['server']['name']
                threading.Timer(0.5, make, [name]).start()
                return fake_cloud.DROPPED

        self.cloud.hook = hooked
        report = self.cloud.probe('show')
        self.assertIn('gets no answer', report.error)
        self.assert_nothing_left(report)
        self.assertIn('DELETE', [one[1] for one in self.cloud.requests])

    def test_a_server_that_never_came_is_told(self):
        self.useFixture(
            fixtures.MonkeyPatch('cloud_security.probe.belongings.LATE', 0.5)
        )
        self.once(
            (504, b'<html>'), lambda method, path: path.endswith('/servers')
        )
        report = self.cloud.probe('show')
        self.assertRegex(
            report.sentence, 'left behind: server .*-example, which Nova has'
        )

    def test_only_names_and_marks_of_its_own_are_removed(self):
        ended = f'{belongings.PREFIX}-000000-1-1-'
        mark = {belongings.MARK: 'x'}
        for name, metadata in (
            (ended + 'example production', mark),
            (ended + 'keep', mark),
            (ended + 'example', {}),
            (ended + 'target', mark),
        ):
            self.cloud.servers[name] = {
                'id': name,
                'name': name,
                'user_id': 'alice',
                'metadata': metadata,
            }
        self.cloud.probe('show')
        self.assertEqual(
            {ended + 'example production', ended + 'keep', ended + 'example'},
            set(self.cloud.servers),
        )

    def test_processes_of_other_namespaces_are_not_known(self):
        self.addCleanup(belongings._host.cache_clear)
        own = belongings.Run(600)

        def ended(run):
            """Return a name of a process that is no more."""
            return run.name('example').replace(f'-{os.getpid()}-', '-999999-')

        def unreadable(path):
            raise PermissionError(path)

        self.assertTrue(own.is_left(ended(own)))
        for link in (lambda path: 'pid:[1]', unreadable):
            belongings._host.cache_clear()
            with fixtures.MonkeyPatch('os.readlink', link):
                other = belongings.Run(600)
            belongings._host.cache_clear()
            self.assertFalse(own.is_left(ended(other)))

    def test_a_floating_ip_in_use_is_not_taken(self):
        address = {'ip': '10.0.0.5', 'fixed_ip': None, 'instance_id': 'x'}

        def hooked(user, method, path, body):
            if 'os-floating-ips' in path:
                return 200, {'floating_ips': [address]}

        self.cloud.hook = hooked
        choice = supplies.Choice(address='10.0.0.5')
        report = self.cloud.probe('show', choice=choice)
        self.assertIn('no floating IP of the project that', report.error)
        address['instance_id'] = None
        self.assertEqual('', self.cloud.probe('show', choice=choice).error)


class TestEnding(Removing):
    def test_signals_are_noted_and_raise_nothing(self):
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in numbers:
            self.addCleanup(signal.signal, number, signal.getsignal(number))
            signal.signal(number, signal.SIG_DFL)
        for number in numbers:
            stop = limits.Stop()
            probe._on_signals(stop)
            os.kill(os.getpid(), number)
            self.assertIn(number.name, stop.why)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        probe._on_signals(limits.Stop())
        self.assertEqual(signal.SIG_IGN, signal.getsignal(signal.SIGHUP))

    def test_what_never_ends_is_left_to_itself(self):
        never = threading.Event()
        self.addCleanup(never.set)
        stop = limits.Stop()
        threading.Timer(0.3, stop.note, ['It was stopped.']).start()
        for allowed, words in (
            (limits.Limits(0.1, 9), 'longer than 0.1 seconds'),
            (limits.Limits(60, 9, stop), 'It was stopped.'),
        ):
            error = self.assertRaises(
                limits.CannotTell, allowed.wait, never.wait, 60
            )
            self.assertIn(words, str(error))

    def test_an_answer_that_drips_ends_with_the_time(self):
        never = threading.Event()
        self.addCleanup(never.set)

        def hooked(user, method, path, body):
            if 'flavors' in path:
                never.wait(60)

        self.cloud.hook = hooked
        report = self.cloud.probe('show', allowed=limits.Limits(1, 1000))
        self.assertEqual('It took longer than 1 seconds.', report.error)
        self.assertLess(report.seconds, accounts.PATIENCE / 2)

    def test_odd_answers_are_one_sentence(self):
        for answer, end in (
            ((200, {'version': None}), '/v2.1/'),
            ((200, {'images': None}), '/images/detail'),
            ((200, {'flavors': [{'id': '1'}]}), '/flavors/detail'),
            ((202, {}), '/servers'),
            ((202, []), '/servers'),
        ):

            def hooked(user, method, path, body, answer=answer, end=end):
                return answer if path.endswith(end) else None

            self.cloud.hook = hooked
            report = self.cloud.probe('show')
            self.assertIn('as Nova does', report.error, answer)
            self.assertEqual(3, report.outcome)
            self.assertEqual({}, self.cloud.servers)

    def test_one_error_while_nova_builds_ends_nothing(self):
        done = self.once(
            ERROR, lambda method, path: path[-36:] in self.cloud.servers
        )
        report = self.cloud.probe('show')
        self.assertEqual('', report.error)
        self.assertEqual(1, len(done))
        self.assert_nothing_left(report)

    def test_a_server_without_a_history_ends_nothing(self):
        def hooked(user, method, path, body):
            if path.endswith('/os-instance-actions'):
                return 200, {'instanceActions': []}

        self.cloud.hook = hooked
        report = self.cloud.probe('read one action')
        self.assertEqual('', report.error)
        self.assertIn('no history', report.findings[0].reason)
