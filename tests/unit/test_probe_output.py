"""What the probe says, whatever others said to it, and where."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
from xml.etree import ElementTree

import fixtures
import testtools

from cloud_security.probe import accounts
from cloud_security.probe import answers
from cloud_security.probe import arguments
from cloud_security.probe import asking
from cloud_security.probe import findings
from cloud_security.probe import formats
from cloud_security.probe import page
from cloud_security.probe import telling
from cloud_security.probe import words
from cloud_security.probe.findings import Verdict
from tests.unit import fake_cloud
from tests.unit import test_probe

READS = (*test_probe.TWO, '--until', 'reads')


class TestWords(testtools.TestCase):
    def test_secrets_are_not_shown(self):
        words.keep('hunter2')
        self.addCleanup(words.KNOWN.clear)
        self.assertEqual('It was ***.', words.masked('It was hunter2.'))
        words.KNOWN.clear()
        for text in (
            '{"adminPass": "hunter2"}',
            '{"adminPass": "a\\"hunter2"}',
            '{"Password":"hunter2","ADMINPASS":"hunter2"}',
            '{"log": "set \\"password\\": \\"hunter2\\" done"}',
            '{"token":"hunter2"}',
            '{"metadata":{"secret_key":"hunter2","os_passwd":"hunter2"}}',
            '{"user_data":"hunter2"}',
            'GET / X-Auth-Token: hunter2',
            'wss://h/?path=%3Ftoken%3Dhunter2',
            'https://user:hunter2@h/v3',
        ):
            self.assertNotIn('hunter2', words.masked(text))
        for text in ('Keystone gave no token: Unable', '{"token": {"a": 1}}'):
            self.assertEqual(text, words.masked(text))

    def test_a_secret_is_masked_before_it_is_cut(self):
        text = '{"adminPass": "' + 'S' * 300 + '", "x": "the-id"}'
        answer = accounts.Answer('GET', 'x', '2.1', None, 200, {}, text)
        shown = answers.evidence(answer, 'it', 'the-id')
        self.assertIn('the-id', shown.answer)
        self.assertNotIn('SS', shown.answer)

    def test_paths_are_quoted(self):
        values = {'label': 'my net/1?', 'everywhere': 'all_tenants=1&'}
        self.assertEqual(
            {'label': 'my%20net%2F1%3F', 'everywhere': 'all_tenants=1&'},
            asking._quoted(values),
        )


class TestFormats(testtools.TestCase):
    def test_what_others_said_breaks_no_output(self):
        cloud = self.useFixture(fake_cloud.FakeCloud())
        message = 'No\ud800\uffff \x1b[31m\u202e\nmore ' + 'x' * 20000

        def hooked(user, method, path, body):
            if path.endswith('/topology'):
                return 403, {'forbidden': {'message': message}}

        cloud.hook = hooked
        report = cloud.probe('read the topology')
        reason = report.findings[0].reason
        self.assertRegex(reason, '^403 No')
        self.assertLess(len(reason), 400)
        self.assertTrue(reason.isprintable())
        for text in (
            formats.row(report.findings[0]),
            page.html(report),
            formats.junit(report),
        ):
            text.encode()
            self.assertNotIn('\x1b', text)
        ElementTree.fromstring(formats.junit(report))

    def test_junit_says_all_that_xml_can(self):
        proof = answers.Evidence(
            'it', 'GET x', '', 200, 'a\uffff\x1b\U0001f600'
        )
        leak = findings.Finding(
            'show', '', 'reads', 'peer', Verdict.OPEN, evidence=(proof,)
        )
        text = formats.junit(findings.Report([leak], {}, '', 1, 1))
        failure = ElementTree.fromstring(text).find('testcase/failure')
        self.assertIn('a\U0001f600', failure.text)
        closed = leak._replace(verdict=Verdict.CLOSED, is_core=True)
        for changes, errors in (
            ({}, '0'),
            ({'left': ('server x',)}, '1'),
            ({'warning': 0.5}, '1'),
        ):
            report = findings.Report([closed], {}, '', 1, 1, **changes)
            suite = ElementTree.fromstring(formats.junit(report))
            self.assertEqual(errors, suite.get('errors'))
            for error in suite.findall('testcase/error'):
                self.assertEqual(report.sentence, error.get('message'))


class TestFiles(testtools.TestCase):
    def test_links_and_devices_stay(self):
        directory = self.useFixture(fixtures.TempDir()).path
        link = os.path.join(directory, 'link')
        os.symlink(os.path.join(directory, 'real'), link)
        telling.write(link, 'x')
        self.assertTrue(os.path.islink(link))
        with open(link) as stream:
            self.assertEqual('x', stream.read())
        pipe = os.path.join(directory, 'pipe')
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        telling.write(pipe, 'x')
        self.assertEqual(b'x', os.read(reader, 9))


class TestArguments(testtools.TestCase):
    def complaint(self, *given):
        self.useFixture(fixtures.MonkeyPatch('sys.argv', ['x', *given]))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            error = self.assertRaises(SystemExit, arguments.parsed)
        self.assertEqual(3, error.code)
        return out.getvalue(), err.getvalue()

    def test_contradictions_are_told(self):
        directory = self.useFixture(fixtures.TempDir()).path
        path = os.path.join(directory, 'x')
        for given, said in (
            (('--nagios', '--format', 'json'), 'not allowed with'),
            (('--dry-run', '--nagios'), 'not allowed with'),
            (('--html', path, '--prometheus', path), 'two files'),
            (('--html', ''), 'cannot be written'),
            (('--html', f'{directory}/none/x'), 'cannot be written'),
            (('--warning', '60', '--timeout', '60'), 'less than'),
            (('--timeout', 'x'), 'x is no number of seconds'),
        ):
            self.assertIn(said, ''.join(self.complaint(*given)), given)

    def test_nagios_is_told_on_its_line(self):
        out, err = self.complaint('--nagios', '--timeout', '0')
        self.assertRegex(out, r'\ACLOUD_SECURITY UNKNOWN - .*\|exec_time=.*\n')
        self.assertEqual('', err)

    def test_nobody_is_two_accounts(self):
        cloud = self.useFixture(fake_cloud.FakeCloud())
        for user, other in (('alice', 'owner'), ('bob', 'peer')):
            report = cloud.probe('show', others=[('manager', user)])
            self.assertIn(
                f'The {other} and the manager are the same', report.error
            )
        self.assertEqual([], cloud.of('alice'))


class TestCommand(test_probe.Probing):
    def test_a_closed_pipe_ends_nothing(self):
        metrics = os.path.join(self.cloud.directory, 'probe.prom')
        reader, writer = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, writer)
        process = subprocess.Popen(
            [*test_probe.COMMAND, *READS, '--prometheus', metrics],
            cwd=test_probe.ROOT,
            env=self.cloud.environment,
            stdout=writer,
            stderr=subprocess.PIPE,
        )
        self.assertEqual(b'', process.communicate(timeout=60)[1])
        self.assertEqual(3, process.returncode)
        self.assert_nothing_left()
        with open(metrics) as stream:
            self.assertIn('probe_outcome 0\n', stream.read())

    def test_other_encodings_end_nothing(self):
        self.assertEqual(
            (0, ''), self.probe('--dry-run', PYTHONIOENCODING='ascii')[::2]
        )

    def test_a_keystone_that_does_not_answer_ends_with_the_time(self):
        never = threading.Event()
        self.addCleanup(never.set)

        def hooked(user, method, path, body):
            if path == '/v3/auth/tokens':
                never.wait(60)

        self.cloud.hook = hooked
        code, out, err = self.probe(*READS, '--timeout', '1')
        self.assertEqual(3, code)
        self.assertIn('longer than 1 seconds', err)
        self.assertFalse(never.is_set())

    def test_a_signal_while_it_is_imported_is_told(self):
        program = (
            'import os, signal, sys\n'
            'from cloud_security.cmd import probe\n'
            'class Finder:\n'
            '    @staticmethod\n'
            '    def find_spec(name, *more):\n'
            '        if name == "cloud_security.probe.command":\n'
            '            os.kill(os.getpid(), signal.SIGINT)\n'
            'sys.meta_path.insert(0, Finder)\n'
            'sys.exit(probe.main())\n'
        )
        run = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', program, *READS],
            cwd=test_probe.ROOT,
            env=self.cloud.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
        self.assertEqual(3, run.returncode)
        self.assertEqual(
            f'cloud-security-probe: It was stopped by {signal.SIGINT.name}.\n',
            run.stderr,
        )

    def test_the_endpoint_may_have_such_a_path(self):
        for url, root in (
            ('http://h/v2/nova/v2.1/p', 'http://h/v2/nova'),
            ('http://h/compute/v2.1', 'http://h/compute'),
            ('http://h/v2/p/', 'http://h'),
        ):
            account = self.cloud.account('owner', 'alice')
            account._adapter.endpoint_override = url
            self.assertEqual(root, account.root)

    def test_a_cloud_that_is_none_is_told(self):
        with open(
            self.cloud.environment['OS_CLIENT_CONFIG_FILE'], 'w'
        ) as file:
            file.write('{')
        self.assertIn(
            'A valid clouds.yaml must tell all of alice', self.probe(*READS)[2]
        )
