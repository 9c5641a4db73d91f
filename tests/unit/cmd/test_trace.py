# SPDX-License-Identifier: Apache-2.0
"""cloud-security-trace: words, streams and exit codes."""

import csv
import io
import json
import logging
import os
import pathlib
import subprocess
import sys

import fixtures
import testtools

from cloud_security.audit import events
from cloud_security.cmd import trace
from tests.unit.cmd import manage_fixture
from tests.unit.trace import records

ADDRESS = '193.48.1.7'
T10 = '2026-01-01T00:00:10Z'


class Records(logging.Handler):
    """A log that keeps what stood on standard output at each record."""

    def __init__(self):
        super().__init__()
        self.found = []
        #: Text of standard error at each record.
        self.said = []

    def emit(self, record):
        if events.TRACED in record.getMessage():
            said = record.getMessage().partition(' ')[2]
            self.found.append((json.loads(said), sys.stdout.getvalue()))
            self.said.append(sys.stderr.getvalue())


def fill(url):
    """Write a history; return the fixture."""
    found = records.Records(url)
    found.setUp()
    found.gap(None, 0, 'before')
    found.port('p', 0, device_id='web')
    found.owner('web', 'alice', 0, 50)
    found.owner('web', '=bob', 50, user_name='Bob\x1b[2J')
    found.history(
        'floating',
        10,
        100,
        address=ADDRESS,
        network_id='ext',
        port_id='p',
        fixed_ip='10.0.0.5',
        object_id='fip',
        begin_user_id='alice',
        begin_request_id='req-1',
        end_user_id='carol',
        end_request_id='req-2',
    )
    found.port('gw', 0, device_id='r', device_owner='network:router_gateway')
    found.fixed('192.0.2.9', 'gw', 0, network_id='ext')
    found.history('snat', 0, object_id='r', port_id='gw')
    found.port('if', 0, device_id='r', device_owner='network:router_interface')
    found.fixed('10.0.0.1', 'if', 0)
    found.fixed('10.0.0.5', 'p', 0)
    found.gap(200, 300, 'off')
    found.commit()
    return found


class Trace(manage_fixture.Manage):
    PROGRAM = trace.Trace

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.url = f'sqlite:///{self.folder}/neutron.db'
        self.addCleanup(fill(self.url).cleanUp)
        self.log = Records()
        logger = logging.getLogger('cloud_security')
        logger.addHandler(self.log)
        self.addCleanup(logger.removeHandler, self.log)
        self.path = self.folder / 'neutron.conf'
        self.configure(self.url)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.configuration.keep_log',
                lambda *args: None,
            )
        )

    def configure(self, url):
        """Write a neutron.conf that names a database."""
        line = f'connection = {url}' if url else ''
        self.path.write_text(f'[database]\n{line}\n')

    def manage(self, *arguments):
        return super().manage(*arguments, '--config-file', str(self.path))

    def found(self, *arguments):
        """Return the exit code, the rows and what is on standard error."""
        code, out, err = self.manage(*arguments, '-f', 'json')
        return code, json.loads(out), err

    def assert_refused(self, code, words, *arguments):
        """Expect one sentence on standard error, and no answer."""
        self.assertEqual((code, ''), self.manage(*arguments)[:2])
        err = self.manage(*arguments)[2]
        self.assertEqual(1, err.count('\n'), err)
        self.assertIn(words, err)
        self.assertEqual([], self.log.found)


class TestShow(Trace):
    def test_address_has_all_its_records_the_newest_last(self):
        code, rows, err = self.found('ip', 'show', ADDRESS)
        self.assertEqual((0, 2), (code, len(rows)))
        self.assertEqual(
            {
                'Kind': 'floating',
                'Address': ADDRESS,
                'Network': 'ext',
                'From': '2026-01-01T00:00:10.000000Z',
                'To': '2026-01-01T00:00:50.000000Z',
                'Server': 'web',
                'User': 'alice',
                'User Name': 'alice name',
                'Project': 'project',
                'Inner Address': '10.0.0.5',
                'Detail': 'fa:16:3e:00:00:01',
                'Exact': 'yes',
                'By': 'alice',
                'Request': 'req-1',
                'Ended By': None,
                'End Request': None,
            },
            rows[0],
        )
        self.assertEqual(
            ('carol', 'req-2'), (rows[1]['Ended By'], rows[1]['End Request'])
        )
        self.assertEqual('=bob', rows[1]['User'])

    def test_exit_code_tells_found_nobody_and_not_recorded(self):
        for arguments, expected, words in (
            (('--at', T10), 0, ''),
            (('--at', '2026-01-01T00:00:09Z'), 1, f'Nobody had {ADDRESS} at'),
            (('-a', T10, '-b', '2026-01-01T00:00:11Z'), 0, ''),
            (('--at', '2025-12-31T12:00:00Z'), 3, 'Not recorded: who had'),
            (('--at', '2026-01-01T00:03:30Z'), 3, 'without the plugin'),
            (('-b', T10, '-a', '2026-01-01T00:00:00Z'), 1, 'Nobody'),
        ):
            code, rows, err = self.found('ip', 'show', ADDRESS, *arguments)
            self.assertEqual((expected, not expected), (code, bool(rows)))
            self.assertIn(words, err)

    def test_time_without_a_zone_is_told_as_it_was_read(self):
        code, _, err = self.found(
            'ip', 'show', ADDRESS, '--at', '1 Jan 2026 00:00:10'
        )
        self.assertEqual(0, code)
        self.assertIn(f"'1 Jan 2026 00:00:10' was read as {T10}.\n", err)

    def test_servers_behind_a_router_are_shown(self):
        code, rows, _ = self.found(
            'ip', 'show', '192.0.2.9', '--behind', '--at', '2026-01-01T00:02Z'
        )
        self.assertEqual(0, code)
        self.assertEqual(
            [('behind', 'web', '10.0.0.5')],
            [
                (row['Kind'], row['Server'], row['Inner Address'])
                for row in rows
            ],
        )
        code, _, err = self.found(
            'ip', 'show', '192.0.2.9', '--behind', '--at', T10
        )
        self.assertEqual(1, code)
        self.assertIn('No server was hidden behind 192.0.2.9', err)
        self.assertNotIn('No gateway', err)
        _, _, err = self.found('ip', 'show', ADDRESS, '--behind', '--at', T10)
        self.assertIn(
            f'No gateway of a router is known to have {ADDRESS}', err
        )

    def test_each_format_has_the_rows(self):
        for name in ('table', 'csv', 'value', 'yaml'):
            code, out, _ = self.manage('ip', 'show', ADDRESS, '-f', name)
            self.assertEqual(0, code)
            self.assertIn('10.0.0.5', out)
            # Only a person can do without the rest of a second.
            rest = '' if name == 'table' else '.000000'
            self.assertIn(f'2026-01-01T00:00:10{rest}Z', out)
            self.assertNotIn('\x1b', out)
        _, out, _ = self.manage('ip', 'show', ADDRESS, '-f', 'csv')
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual("'=bob", rows[1]['User'])
        self.assertEqual(T10.replace('Z', '.000000Z'), rows[0]['From'])

    def test_record_is_logged_before_the_answer_is_printed(self):
        self.found(
            *('ip', 'show', ADDRESS, '--at', T10),
            *('--reason', 'ticket 5\nforged', '--port', '80'),
        )
        [(record, printed)] = self.log.found
        self.assertEqual('', printed)
        self.assertTrue(record.pop('by'))
        self.assertEqual(
            {
                'command': 'ip show',
                'asked': {'address': ADDRESS, 'at': T10, 'port': '80'},
                'reason': 'ticket 5\nforged',
                'result': 'found',
                'rows': 1,
            },
            record,
        )
        self.found('ip', 'show', '10.9.9.9', '--at', T10)
        self.assertEqual('nobody', self.log.found[1][0]['result'])

    def test_page_is_written(self):
        path = self.folder / 'page.html'
        code, _, _ = self.found('ip', 'show', ADDRESS, '--html', str(path))
        self.assertEqual(0o600, path.stat().st_mode & 0o777)
        self.assertEqual(0, code)
        self.assertIn(f'<h1>{ADDRESS}</h1>', path.read_text())
        self.assertIn('alice name · web', path.read_text())

    def test_arguments_that_make_no_sense_are_one_sentence(self):
        self.assert_complains('there is no command ip', 'ip')
        self.assert_complains('required: ADDRESS', 'ip', 'show')
        for words, *arguments in (
            ('is no IP address', '10.0.0.0/24'),
            ('is no IP address', '10.0.0'),
            ('may mean two days', ADDRESS, '--at', '01/02/2026'),
            ('is no time', ADDRESS, '-a', 'yesterday'),
            ('is to come', ADDRESS, '--at', '2096-01-01T00:00Z'),
            ('either', ADDRESS, '--at', T10, '-a', T10),
            ('--after is not before', ADDRESS, '-a', T10, '-b', T10),
            ('is no port', ADDRESS, '--port', 'http'),
            ('is no port', ADDRESS, '--port', '80/tpc'),
            ('is no port', ADDRESS, '--port', ''),
            ('year of four digits', ADDRESS, '--at', ''),
            ('year of four digits', ADDRESS, '-a', ''),
            ('year of four digits', ADDRESS, '-b', ''),
            ('name the ID of a network', ADDRESS, '--network', ' '),
            ('knows no network web', ADDRESS, '--network', 'web'),
            ('hide no IPv6', 'fd00::1', '--behind'),
            ('/nowhere/x cannot be written', ADDRESS, '--html', '/nowhere/x'),
        ):
            self.assert_refused(2, words, 'ip', 'show', *arguments)

    def test_network_and_port_are_in_the_answer_of_nobody(self):
        code, rows, _ = self.found('ip', 'show', ADDRESS, '--network', ' EXT ')
        self.assertEqual((0, 2), (code, len(rows)))
        code, _, err = self.found(
            *('ip', 'show', ADDRESS, '--at', T10),
            *('--network', 'net', '--port', '80/TCP'),
        )
        self.assertEqual(1, code)
        self.assertIn(
            f'Nobody had {ADDRESS} on network net with port 80/tcp at', err
        )

    def test_sentences_come_after_the_record(self):
        self.found('ip', 'show', ADDRESS, '--behind', '-a', '2026-01-01 0:00Z')
        self.found('ip', 'list', '--user', 'x')
        self.assertEqual(['', ''], self.log.said)

    def test_log_that_drops_records_is_a_failure(self):
        logger = logging.getLogger('cloud_security')
        self.addCleanup(logger.setLevel, logger.level)
        logger.setLevel(logging.WARNING)
        self.assert_refused(4, 'default_log_levels', 'ip', 'show', ADDRESS)

    def test_failure_with_debug_is_no_nobody(self):
        self.configure('sqlite:////nowhere/x.db')
        code, _, err = self.manage('--debug', 'ip', 'show', ADDRESS)
        self.assertEqual(4, code)
        self.assertIn('Traceback', err)

    def test_failure_never_looks_like_nobody(self):
        for url, words in (
            (None, 'has no [database] connection'),
            ('sqlite:////nowhere/x.db', 'does not answer'),
            (f'sqlite:///{self.folder}/empty.db', 'has no table'),
            ('nosuch://user:s3cret@host/x', 'nosuch'),
            ('s3cret', 'is no URL'),
        ):
            self.configure(url)
            self.assert_refused(4, words, 'ip', 'show', ADDRESS)
            self.assertNotIn('s3cret', self.manage('ip', 'show', ADDRESS)[2])


class TestList(Trace):
    def test_addresses_of_a_server_a_user_and_a_project_are_listed(self):
        for arguments, expected in (
            (('--server', 'web'), {'10.0.0.5', ADDRESS}),
            (('--user', 'alice'), {'10.0.0.5', ADDRESS}),
            (('--user', 'alice', '-b', T10), {'10.0.0.5'}),
            (
                ('--project', 'project', '-a', '2026-01-01T00:10Z'),
                {'10.0.0.1', '10.0.0.5', '192.0.2.9'},
            ),
        ):
            code, rows, _ = self.found('ip', 'list', *arguments)
            self.assertEqual(0, code)
            self.assertEqual(expected, {row['Address'] for row in rows})

    def test_user_of_a_server_that_nova_forgot_is_not_nobody(self):
        found = records.Records(self.url)
        self.useFixture(found)
        found.port(
            'q',
            900,
            1000,
            device_id='12345678-1234-1234-1234-123456789012',
        )
        found.commit()
        for begin, end, expected in (('16', '17', 3), ('17', '18', 1)):
            code, _, err = self.found(
                *('ip', 'list', '--user', 'alice'),
                *('-a', f'2026-01-01 00:{begin}Z', '-b'),
                f'2026-01-01 00:{end}Z',
            )
            self.assertEqual(expected, code, err)
            self.assertEqual(expected == 3, 'owner is not known' in err)

    def test_name_in_the_place_of_an_id_is_told(self):
        code, rows, err = self.found('ip', 'list', '--user', 'Alice Name')
        self.assertEqual((3, []), (code, rows))
        self.assertIn('The history knows no user Alice Name', err)
        self.assertNotIn('In the rest', err)
        code, _, err = self.found(
            'ip', 'list', '--server', 'x', '-a', '2026-01-01T00:10Z'
        )
        self.assertEqual(1, code)
        self.assertIn('The history knows no server x', err)
        self.assertNotIn('all of this time', err)
        code, rows, err = self.found(
            'ip', 'list', '--user', 'alice', '-a', '2026-01-01T00:10Z'
        )
        self.assertEqual((1, []), (code, rows))
        self.assertIn('The user alice had no address since', err)
        self.assertNotIn('knows no', err)

    def test_arguments_that_make_no_sense_are_one_sentence(self):
        self.assert_complains('is required', 'ip', 'list')
        self.assert_complains(
            'not allowed', 'ip', 'list', '--user', 'x', '--server', 'y'
        )


class TestProcess(testtools.TestCase):
    """The program in a process of its own, with a neutron.conf."""

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.log = self.folder / 'trace.log'

    def run_trace(self, *arguments, stderr=subprocess.PIPE, **options):
        """Run a command; return what it did."""
        return subprocess.run(
            [
                sys.executable,
                '-c',
                'import sys; from cloud_security.cmd.trace import main; '
                'sys.exit(main())',
                *arguments,
            ],
            stdout=subprocess.PIPE,
            stderr=stderr,
            **options,
            text=True,
            env={**os.environ, 'PYTHONWARNINGS': 'ignore'},
        )

    def configure(self, url, more=''):
        path = self.folder / 'neutron.conf'
        path.write_text(f'[DEFAULT]\n{more}\n[database]\nconnection = {url}\n')
        return f'--config-file={path}'

    def test_neutron_conf_names_database_and_log(self):
        url = f'sqlite:///{self.folder}/neutron.db'
        self.addCleanup(fill(url).cleanUp)
        option = self.configure(url, f'log_file = {self.log}')
        run = self.run_trace('ip', 'show', ADDRESS, option, '-f', 'json')
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertNotIn(events.TRACED, run.stderr)
        self.assertEqual(2, len(json.loads(run.stdout)))
        self.assertEqual(1, self.log.read_text().count(events.TRACED))
        # Without a log, the record is on standard error.
        run = self.run_trace('ip', 'show', ADDRESS, self.configure(url))
        self.assertEqual(0, run.returncode)
        self.assertEqual(1, run.stderr.count(events.TRACED), run.stderr)

    def test_full_standard_error_changes_no_exit_code(self):
        option = self.configure('sqlite:////nowhere/x.db')
        for expected, arguments in (
            (4, ('ip', 'show', ADDRESS, option)),
            (4, ('--debug', 'ip', 'show', ADDRESS, option)),
            (2, ('ip', 'show', 'x', option)),
            (2, ('ip', 'show')),
            (2, ('ip', 'nosuch')),
        ):
            with open('/dev/full', 'w') as full:
                run = self.run_trace(*arguments, stderr=full)
            self.assertEqual((expected, ''), (run.returncode, run.stdout))

    def test_closed_standard_error_changes_no_exit_code(self):
        option = self.configure('sqlite:////nowhere/x.db')
        for expected, address in ((4, ADDRESS), (2, 'x')):
            run = self.run_trace(
                *('ip', 'show', address, option),
                stderr=None,
                preexec_fn=lambda: os.close(2),
            )
            self.assertEqual((expected, ''), (run.returncode, run.stdout))

    def test_failures_are_one_sentence_and_end_in_4(self):
        for option, words in (
            (f'--config-file={self.folder}/none.conf', 'none.conf'),
            (
                self.configure('sqlite:////nowhere/x.db'),
                'does not answer',
            ),
        ):
            run = self.run_trace('ip', 'show', ADDRESS, option)
            self.assertEqual((4, ''), (run.returncode, run.stdout))
            self.assertEqual(1, run.stderr.count('\n'), run.stderr)
            self.assertIn(words, run.stderr)
