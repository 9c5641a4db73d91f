"""cloud-security-manage: words, streams and exit codes."""

import bz2
import gzip
import io
import lzma
import os
import pathlib
import shutil
import subprocess
import sys
import threading

import fixtures
import testtools

from cloud_security.cmd import manage
from tests.unit import test_host
from tests.unit import test_report

FRESH = pathlib.Path(__file__).parent / 'api_paste' / 'nova-32.ini'
NEEDS_NO_NOVA = ('disable', 'enable', 'report')
MAIN = 'import sys; from cloud_security.cmd.manage import main; '


def written(path):
    """Return what changes whenever a file is written or replaced."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


class Manage(testtools.TestCase):
    def setUp(self):
        super().setUp()
        # cliff takes the root logger for its own; this gives it back.
        self.useFixture(fixtures.FakeLogger())

    def manage(self, *arguments):
        """Run a command; return its exit code and what it says where."""
        out, err = io.StringIO(), io.StringIO()
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', out))
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', err))
        program = manage.Manage()
        try:
            code = program.run(list(arguments))
        except SystemExit as stop:
            code = stop.code or 0
        return code, out.getvalue(), err.getvalue()

    def assert_complains(self, about, *arguments):
        """Expect one sentence about arguments that make no sense."""
        code, out, err = self.manage(*arguments)
        self.assertEqual((2, ''), (code, out), err)
        self.assertEqual(1, err.count('\n'), err)
        self.assertIn(about, err)
        self.assertIn('--help', err)


class TestManage(Manage):
    def test_without_arguments_it_shows_help_and_exits_with_2(self):
        for arguments in ((), ('-v',)):
            code, out, err = self.manage(*arguments)
            self.assertEqual((2, ''), (code, out))
            for name in NEEDS_NO_NOVA:
                self.assertIn(f'  {name}', err)

    def test_help_is_no_error(self):
        for arguments in (('--help',), ('help',)):
            code, out, err = self.manage(*arguments)
            self.assertEqual((0, ''), (code, err))
            self.assertIn('  report', out)

    def test_each_command_has_help(self):
        for name in NEEDS_NO_NOVA:
            for arguments in ((name, '--help'), ('help', name)):
                code, out, err = self.manage(*arguments)
                self.assertEqual((0, ''), (code, err))
                self.assertIn('usage: ', out)

    def test_arguments_that_make_no_sense_are_one_sentence(self):
        self.assert_complains('there is no command sing', 'sing')
        self.assert_complains('there is no command server', 'server')
        self.assert_complains('unrecognized arguments: --x', 'enable', '--x')
        self.assert_complains('invalid choice', 'report', '--by', 'weather')
        self.assert_complains('expected one argument', 'disable', '--root')


class TestActivation(Manage):
    def setUp(self):
        super().setUp()
        self.etc = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.paste = self.etc / 'api-paste.ini'
        shutil.copyfile(FRESH, self.paste)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.host.RULES',
                (test_host.RULES,),
            )
        )

    def test_enable_says_what_to_restart_and_what_to_look_at(self):
        code, out, err = self.manage('enable', '--paste', str(self.paste))
        self.assertEqual((0, ''), (code, err))
        self.assertIn("Restart Nova's API on this host", out)
        self.assertIn('cloud-security-status upgrade check', out)
        self.assertIn('user_isolation', self.paste.read_text())

    def test_enable_and_disable_twice_change_nothing(self):
        for name in ('enable', 'disable'):
            self.manage(name, '--paste', str(self.paste))
            before = written(self.paste)
            code, out, _ = self.manage(name, '--paste', str(self.paste))
            self.assertEqual(0, code)
            self.assertEqual(
                f'It is {name}d already; nothing was changed.\n', out
            )
            self.assertEqual(before, written(self.paste))
        self.assertEqual(FRESH.read_bytes(), self.paste.read_bytes())

    def test_dry_run_shows_and_changes_nothing(self):
        before = written(self.paste)
        code, out, _ = self.manage(
            'enable', '--dry-run', '--paste', str(self.paste)
        )
        self.assertEqual(0, code)
        self.assertIn('+[filter:user_isolation]\n', out)
        self.assertIn('50-cloud-security.yaml -> ', out)
        self.assertNotIn('Restart', out)
        self.assertEqual(before, written(self.paste))
        self.assertEqual([self.paste], list(self.etc.iterdir()))

    def test_what_cannot_be_done_is_one_sentence_and_exits_with_1(self):
        self.paste.unlink()
        for name in ('enable', 'disable'):
            code, out, err = self.manage(name, '--paste', str(self.paste))
            self.assertEqual((1, ''), (code, out))
            self.assertEqual(1, err.count('\n'))
            self.assertIn(f'There is no {self.paste}: run this on', err)


class TestReport(Manage):
    def test_a_table_and_a_sum(self):
        log = test_report.write(self, 'nova-api.log', test_report.message())
        code, out, err = self.manage('report', log)
        self.assertEqual(0, code)
        self.assertIn('| 2026-11-20 | bob     | p ', out)
        self.assertEqual(
            'Enforcement would have changed: requests 1, servers 1, owners 1, '
            'days 1.\n',
            err,
        )

    def test_columns_are_what_is_asked_for(self):
        log = test_report.write(self, 'nova-api.log', test_report.message())
        code, out, _ = self.manage(
            'report', '--by', 'user_id', '-f', 'csv', log
        )
        self.assertEqual(0, code)
        self.assertEqual(
            '"user_id","requests","servers","owners"\n"bob",1,1,1\n',
            out.replace('\r', ''),
        )

    def test_several_logs_and_packed_ones(self):
        logs = [
            test_report.write(self, name, test_report.message())
            for name in ('nova-api.log', 'nova-api.log.1.gz')
        ]
        code, out, _ = self.manage(
            'report', '--by', 'day', '-f', 'value', *logs
        )
        self.assertEqual((0, '2026-11-20 2 1 1\n'), (code, out))

    def test_damage_and_failures_are_told(self):
        log = test_report.write(
            self,
            'nova-api.log',
            'cloud_security.would_hide {',
            'ERROR cloud_security.would_fail',
        )
        code, _, err = self.manage('report', log)
        self.assertEqual(0, code)
        self.assertIn('1 records are damaged, not counted;', err)
        self.assertIn('1 requests would have failed: look for', err)

    def test_bytes_that_are_no_text_are_no_reason_to_stop(self):
        log = test_report.write(self, 'nova-api.log', test_report.message())
        with open(log, 'ab') as stream:
            stream.write(b'\xff\xfe\n')
        self.assertEqual(0, self.manage('report', log)[0])

    def test_a_log_that_cannot_be_read_is_one_sentence(self):
        log = test_report.write(self, 'nova-api.log.gz', 'x' * 500)
        with open(log, 'r+b') as stream:
            stream.truncate(30)
        for name, why in (
            ('/nowhere.log', 'No such file or directory'),
            (os.path.dirname(log), 'Is a directory'),
            (log, 'ended before'),
        ):
            code, out, err = self.manage('report', name)
            self.assertEqual((1, ''), (code, out))
            self.assertEqual(1, err.count('\n'), err)
            self.assertIn(f'{name} cannot be read: ', err)
            self.assertIn(why, err)

    def test_pipes_and_compressed_logs(self):
        log = test_report.write(self, 'nova-api.log', test_report.message())
        with open(log, 'rb') as stream:
            text = stream.read()
        for name, content in (
            ('gz.1', gzip.compress(text)),
            ('xz.1', lzma.compress(text)),
            ('bz.1', bz2.compress(text)),
            ('plain.1', text),
        ):
            path = os.path.join(os.path.dirname(log), name)
            os.mkfifo(path)
            writer = threading.Thread(
                target=pathlib.Path(path).write_bytes, args=(content,)
            )
            writer.start()
            code, _, err = self.manage('report', path)
            writer.join()
            self.assertEqual(0, code, err)
            self.assertIn('changed: requests 1,', err, name)

    def test_what_is_no_text_is_refused(self):
        log = test_report.write(self, 'nova-api.log', '')
        for content in (b'\x28\xb5\x2f\xfdx', 'x'.encode('utf-16')):
            pathlib.Path(log).write_bytes(content)
            code, _, err = self.manage('report', log)
            self.assertEqual(1, code)
            self.assertIn('pipe it in as UTF-8 text.', err)

    def test_standard_input_and_no_records(self):
        for given, count in ((test_report.message() + '\n', 1), ('', 0)):
            done = subprocess.run(
                [sys.executable, '-c', f'{MAIN}sys.exit(main())', 'report'],
                input=given.encode() + b'\xff\n',
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertIn(f'changed: requests {count},', done.stderr.decode())
