"""The command cloud-security-probe, as a process, against a cloud of ours."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
from xml.etree import ElementTree

import testtools

from cloud_security.probe import operations
from cloud_security.probe import run
from tests.unit import fake_cloud

ROOT = pathlib.Path(__file__).parent.parent.parent
COMMAND = (
    sys.executable,
    '-W',
    'ignore',
    '-c',
    'import sys; from cloud_security.cmd import probe; sys.exit(probe.main())',
)
TWO = ('--owner', 'alice', '--peer', 'bob')


class Probing(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fake_cloud.FakeCloud())
        # What a shell starts in the background ignores it, and so does what
        # that starts.
        self.addCleanup(
            signal.signal,
            signal.SIGINT,
            signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=ROOT,
            env={**self.cloud.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def probe(self, *arguments, **environment):
        """Return the exit code and what it said where."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def assert_nothing_left(self):
        self.assertEqual({}, self.cloud.servers)
        self.assertEqual({}, self.cloud.groups)


class TestProbe(Probing):
    def test_an_isolated_cloud_is_told_from_one_that_leaks(self):
        code, out, err = self.probe(*TWO, '--admin', 'root')
        self.assertEqual((0, ''), (code, err), out)
        self.assertRegex(
            out,
            r'\nNo leak: \d+ tests passed\. Not tried: floating IPs, '
            r'snapshots, volumes\.\n',
        )
        self.assertRegex(out, r'(?m)^closed +peer +200 +404 +show$')
        self.assertRegex(out, r'(?m)^closed +peer +200 +200 +list by name$')
        self.assertRegex(out, r'(?m)^works +admin +200 +200 +show$')
        self.cloud.leaks = True
        code, out, err = self.probe(*TWO)
        self.assertEqual((2, ''), (code, err), out)
        self.assertRegex(out, r'\nThis cloud leaks: in \d+ operations')
        self.assertRegex(out, r'(?m)^open +peer +204 +204 +remove$')
        self.assert_nothing_left()

    def test_every_format_tells_the_same(self):
        self.cloud.leaks = True
        page = os.path.join(self.cloud.directory, 'page.html')
        metrics = os.path.join(self.cloud.directory, 'probe.prom')
        reads = (*TWO, '--until', 'reads')
        code, out, err = self.probe(
            *reads, '--nagios', '--html', page, '--prometheus', metrics
        )
        self.assertEqual((2, ''), (code, err), out)
        match = re.fullmatch(
            r'CLOUD_SECURITY CRITICAL - This cloud leaks: in (\d+) operations '
            r'[^|\n]*\|exec_time=[\d.]+s;;600;0 nb_tests=(\d+);;;0 '
            r'nb_tests_ok=(\d+);;;0 nb_tests_ko=(\d+);;;0 '
            r'nb_skipped=(\d+);;;0\n',
            out,
        )
        leaks, tests, ok, bad, skipped = map(int, match.groups())
        self.assertEqual(leaks, bad)
        self.assertEqual(tests, ok + bad + skipped)
        text = pathlib.Path(metrics).read_text()
        self.assertIn(f'\ncloud_security_probe_tests_ko {bad}\n', text)
        self.assertIn('\ncloud_security_probe_outcome 2\n', text)
        self.assertIn(f'<b>{bad}</b>', pathlib.Path(page).read_text())

        code, out, err = self.probe(*reads, '--format', 'json')
        self.assertEqual(2, code)
        said = json.loads(out)
        self.assertEqual(bad, said['nb_tests_ko'])
        shown = next(
            one for one in said['findings'] if one['operation'] == 'show'
        )
        self.assertEqual('open', shown['verdict'])
        self.assertEqual(
            [200, 404], [one['status'] for one in shown['evidence']]
        )
        self.assertNotIn(fake_cloud.PASSWORD, out)

        code, out, err = self.probe(*reads, '--format', 'junit')
        suite = ElementTree.fromstring(out)
        self.assertEqual(str(bad), suite.get('failures'))
        self.assertEqual(bad, len(suite.findall('testcase/failure')))
        self.assertEqual(skipped, len(suite.findall('testcase/skipped')))

    def test_attempts_go_no_further_than_they_may(self):
        for effect, changes in (('reads', set()), ('changes', {'PUT'})):
            del self.cloud.requests[:]
            self.assertEqual(0, self.probe(*TWO, '--until', effect)[0])
            tried = {
                method
                for user, method, path in self.cloud.requests
                if user == 'bob'
                and '/servers/' in path
                and 'consoles' not in path
            }
            self.assertEqual(changes, tried & {'PUT'})

    def test_a_dry_run_asks_nobody_and_names_everything(self):
        code, out, err = self.probe('--dry-run')
        self.assertEqual((0, ''), (code, err))
        self.assertEqual([], self.cloud.requests)
        for operation in run.TABLE:
            self.assertIn(f' {operation.name} ', out)
        self.assertNotIn(
            'DELETE', self.probe('--dry-run', '--until', 'reads')[1]
        )

    def test_the_owner_may_be_in_variables(self):
        self.assertEqual(
            0,
            self.probe(
                '--peer',
                'bob',
                '--until',
                'reads',
                OS_AUTH_URL=f'{self.cloud.url}/v3',
                OS_USERNAME='alice',
                OS_PASSWORD=fake_cloud.PASSWORD,
                OS_PROJECT_ID=fake_cloud.PROJECT,
                OS_USER_DOMAIN_NAME='Default',
            )[0],
        )

    def test_a_slow_run_is_a_warning(self):
        code, out, err = self.probe(
            *TWO, '--until', 'reads', '--nagios', '--warning', '0.001'
        )
        self.assertEqual(1, code, out)
        self.assertIn('WARNING - No leak', out)
        self.assertIn('s;0.001;600;0 ', out)


class TestNoVerdict(Probing):
    """One sentence, exit code 3, and nothing is left."""

    def assert_told(self, words, *arguments, **environment):
        code, out, err = self.probe(*(arguments or TWO), **environment)
        self.assertEqual(3, code, out + err)
        self.assertRegex(err, rf'\Acloud-security-probe: .*{words}.*\n\Z')
        self.assertNotIn('Traceback', out)
        self.assert_nothing_left()

    def test_nagios_is_told_on_its_line(self):
        self.cloud.quota = 0
        code, out, err = self.probe(*TWO, '--nagios')
        self.assertEqual((3, ''), (code, err))
        self.assertRegex(
            out,
            r'\ACLOUD_SECURITY UNKNOWN - [^|\n]*Quota exceeded[^|\n]*'
            r'\|exec_time=.*\n\Z',
        )

    def test_a_wrong_password(self):
        self.cloud.configure(password='wrong')
        self.assert_told('requires authentication')

    def test_one_account(self):
        self.assert_told(
            'are the same user', '--owner', 'bob', '--peer', 'bob'
        )
        self.assert_told('give --peer', '--owner', 'alice')

    def test_two_projects(self):
        self.assert_told(
            'different projects', '--owner', 'alice', '--peer', 'eve'
        )

    def test_a_peer_who_may_see_everything(self):
        self.assert_told(
            'has the role admin', '--owner', 'alice', '--peer', 'root'
        )

    def test_an_account_that_is_not_there(self):
        self.assert_told('nobody', '--owner', 'alice', '--peer', 'nobody')

    def test_no_flavor(self):
        self.assert_told('no flavor x', *TWO, '--flavor', 'x')
        del self.cloud.flavors[:]
        self.assert_told('There is no flavor')

    def test_no_image(self):
        self.assert_told('no image x', *TWO, '--image', 'x')
        del self.cloud.images[:]
        self.assert_told('There is no image')

    def test_a_full_quota(self):
        for quota in (0, 1, 2):
            self.cloud.quota = quota
            self.assert_told('Quota exceeded')

    def test_an_api_that_is_down(self):
        self.cloud.configure(auth_url='http://127.0.0.1:1/v3')
        self.assert_told('Unable to establish connection')

    def test_no_more_time(self):
        self.cloud.delay = 0.05
        self.assert_told('longer than 1.5 seconds', *TWO, '--timeout', '1.5')

    def test_arguments_that_make_no_sense(self):
        for arguments in (
            ('--nonsense',),
            ('--timeout', '-1'),
            ('--until', 'x'),
        ):
            self.assert_told('see cloud-security-probe --help', *arguments)


class TestStopping(Probing):
    """Whatever stops it, nothing stays for longer than until the next run."""

    def start_and_wait(self):
        self.cloud.delay = 0.01
        process = self.start(*TWO)
        end = time.monotonic() + 60
        while len(self.cloud.servers) < 3 or len(self.cloud.requests) < 100:
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        return process

    def test_signals_remove_what_was_made(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start_and_wait()
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
            self.assertEqual(3, process.returncode, err)
            self.assertNotIn('Traceback', err)
            self.assertIn(f'It was stopped by {number.name}.', out + err)
            self.assert_nothing_left()

    def test_a_killed_runs_servers_are_removed_by_the_next(self):
        process = self.start_and_wait()
        process.kill()
        process.communicate()
        self.assertEqual(3, len(self.cloud.servers))
        others = {
            'mine': {
                'name': 'cloud-security-probe-notes',
                'user_id': 'alice',
                'metadata': {'probe': 'x'},
            },
            'hers': {
                'name': 'cloud-security-probe-000000-1-1-example',
                'user_id': 'carol',
                'metadata': {'probe': 'x'},
            },
        }
        for server_id, server in others.items():
            self.cloud.servers[server_id] = dict(server, id=server_id)
        self.assertEqual(0, self.probe(*TWO, '--until', 'reads')[0])
        self.assertEqual(set(others), set(self.cloud.servers))


class TestTable(testtools.TestCase):
    def test_names_are_names(self):
        names = [operation.name for operation in run.TABLE]
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_versions_are_found(self):
        operation = operations.Operation('n', 'GET', 'p', since='2.9')
        for newest, found in (('2.10', '2.10'), ('2.8', None)):
            self.assertEqual(found, operations.version(operation, newest))
        self.assertEqual(
            '2.9', operations.version(operation._replace(until='2.9'), '2.10')
        )
