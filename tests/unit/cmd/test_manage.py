# SPDX-License-Identifier: Apache-2.0
"""cloud-security-manage: words, streams and exit codes."""

import bz2
import dataclasses
import gzip
import json
import lzma
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import threading
from unittest import mock

import fixtures

from cloud_security import keystone as keystones
from cloud_security.deploy import apis
from tests.unit.audit import log_files
from tests.unit.cmd import manage_fixture
from tests.unit.deploy import checkout

FRESH = pathlib.Path(__file__).parents[1] / 'api_paste' / 'nova-32.ini'
NEEDS_NO_NOVA = ('disable', 'enable', 'report')
MAIN = 'import sys; from cloud_security.cmd.manage import main; '


def written(path):
    """Return what changes whenever a file is written or replaced."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


class TestManage(manage_fixture.Manage):
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

    def test_configuration_can_be_named_before_and_behind(self):
        for arguments in (
            ('--config-file', 'x', '--config-dir', 'y', 'report', '/nowhere'),
            ('report', '/nowhere', '--config-file', 'x', '--config-dir', 'y'),
        ):
            code, out, err = self.manage(*arguments)
            self.assertEqual((1, ''), (code, out))
            self.assertIn('/nowhere cannot be read', err)

    def test_fault_is_one_sentence_unless_it_is_to_be_traced(self):
        code, _, err = self.manage('report', '/nowhere')
        self.assertEqual(1, err.count('\n'), err)
        self.assertNotIn('Traceback', err)
        code, _, err = self.manage('--debug', 'report', '/nowhere')
        self.assertEqual(1, code)
        self.assertIn('Traceback', err)

    def test_arguments_that_make_no_sense_are_one_sentence(self):
        self.assert_complains('there is no command sing', 'sing')
        self.assert_complains('there is no command server', 'server')
        self.assert_complains('unrecognized arguments: --x', 'enable', '--x')
        self.assert_complains('invalid choice', 'report', '--by', 'weather')
        self.assert_complains('expected one argument', 'disable', '--root')


class TestActivation(manage_fixture.Manage):
    def setUp(self):
        super().setUp()
        self.etc = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.paste = self.etc / 'api-paste.ini'
        shutil.copyfile(FRESH, self.paste)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.apis.Api.rules',
                (checkout.RULES,),
            )
        )

    def run_on_paste(self, *arguments):
        return self.manage(*arguments, '--paste', str(self.paste))

    def assert_linked(self, is_linked=True):
        link = self.etc / 'policy.d' / '50-cloud-security.yaml'
        self.assertEqual(is_linked, link.is_symlink())

    def assert_filtered(self, is_filtered=True):
        self.assertEqual(
            is_filtered, 'user_isolation' in self.paste.read_text()
        )

    def test_enable_puts_the_filter_in_and_tells_the_next_step(self):
        code, out, err = self.run_on_paste('enable')
        self.assertEqual((0, ''), (code, err))
        self.assertIn("Restart Nova's API on this host", out)
        self.assert_filtered()
        # The running API would refuse members.
        self.assert_linked(False)
        # The advice, to the letter.
        _, found, words = out.partition('run cloud-security-manage ')
        self.assertTrue(found, out)
        words = shlex.split(words.partition(', which')[0])
        self.assertEqual(0, self.manage(*words)[0])
        self.assert_linked()

    def test_enable_again_before_the_restart_links_no_rules(self):
        self.run_on_paste('enable')
        before = written(self.paste)
        code, out, err = self.run_on_paste('enable')
        self.assertEqual((0, ''), (code, err))
        self.assertIn('nothing was changed', out)
        self.assertIn('run cloud-security-manage enable --restarted', out)
        self.assert_linked(False)
        self.assertEqual(before, written(self.paste))

    def test_enable_restarted_links_the_rules(self):
        self.run_on_paste('enable')
        code, out, err = self.run_on_paste('enable', '--restarted')
        self.assertEqual((0, ''), (code, err))
        self.assertIn('cloud-security-status upgrade check', out)
        self.assert_linked()
        for arguments in (('enable', '--restarted'), ('enable',)):
            code, out, _ = self.run_on_paste(*arguments)
            self.assertEqual(
                'It is enabled already; nothing was changed.\n', out
            )

    def test_enable_restarted_without_the_filter_is_refused(self):
        code, out, err = self.run_on_paste('enable', '--restarted')
        self.assertEqual((1, ''), (code, out))
        self.assertEqual(1, err.count('\n'), err)
        self.assertIn(f'{self.paste} has not got the filter', err)
        self.assert_filtered(False)
        self.assert_linked(False)

    def test_enable_with_a_command_restarts_before_it_links(self):
        seen = self.etc / 'seen'
        policies = self.etc / 'policy.d'
        restart = f'grep -c user_iso {self.paste} >{seen}; ls {policies}'
        command = f'{restart} >>{seen} 2>&1; true'
        code, out, err = self.run_on_paste('enable', '--restart', command)
        self.assertEqual((0, ''), (code, err))
        self.assertIn(f'# {command}\n', out)
        count, listed = seen.read_text().splitlines()
        self.assertEqual('3', count)
        self.assertIn('No such file', listed)
        self.assert_linked()
        seen.unlink()
        # An earlier restart may have failed; who asks for one gets it.
        self.run_on_paste('enable', '--restart', command)
        self.assertTrue(seen.exists())

    def test_a_restart_without_a_command_changes_nothing(self):
        before = self.paste.read_bytes()
        for command in ('', ' '):
            code, out, err = self.run_on_paste('enable', '--restart', command)
            self.assertEqual((2, ''), (code, out))
            self.assertIn('--restart names no command', err)
        self.assertEqual(before, self.paste.read_bytes())

    def test_a_restart_that_failed_is_tried_again(self):
        (self.etc / 'policy.d').mkdir()
        shutil.copy(checkout.RULES, self.etc / 'policy.d')
        seen = self.etc / 'seen'
        code, out, err = self.run_on_paste('enable', '--restart', 'exit 3')
        self.assertEqual(1, code)
        self.assertIn('The rules are in place: while', err)
        self.assertNotIn('not linked', err)
        code, out, err = self.run_on_paste(
            'enable', '--restart', f'touch {seen}'
        )
        self.assertEqual((0, ''), (code, err))
        self.assertNotIn('nothing was changed', out)
        self.assertTrue(seen.exists())

    def test_an_interrupt_is_told(self):
        with mock.patch('subprocess.run', side_effect=KeyboardInterrupt):
            code, _, err = self.run_on_paste('enable', '--restart', 'true')
        self.assertEqual(130, code)
        self.assertEqual(
            'interrupted; what was done until then stays: run it again.',
            err.strip().partition(': ')[2],
        )

    def test_a_restart_that_fails_is_undone(self):
        seen = self.etc / 'seen'
        restart = f'wc -l < {self.paste} >> {seen}; exit 3'
        code, out, err = self.run_on_paste('enable', '--restart', restart)
        self.assertEqual(1, code)
        self.assertIn('exit 3 exited with 3', err)
        self.assertIn('as they were, exited with 3', err)
        # The second restart finds what was there before.
        with_filter, without = map(int, seen.read_text().split())
        self.assertGreater(with_filter, without)
        self.assertEqual(FRESH.read_bytes(), self.paste.read_bytes())
        self.assertEqual([], list(self.etc.glob('*.before-cloud-security')))
        self.assert_linked(False)

    def test_a_restart_that_works_the_second_time_is_told(self):
        seen = self.etc / 'seen'
        restart = f'test -e {seen} || (touch {seen}; exit 4)'
        code, out, err = self.run_on_paste('enable', '--restart', restart)
        self.assertEqual(1, code)
        self.assertIn('as they were, did its work', err)

    def test_a_restart_that_brings_the_old_file_links_no_rules(self):
        code, out, err = self.run_on_paste(
            'enable', '--restart', f'cp {FRESH} {self.paste}'
        )
        self.assertEqual(1, code)
        self.assertIn('lost the filter during the restart', err)
        self.assert_linked(False)

    def test_offline_does_both_at_once(self):
        code, out, err = self.run_on_paste('enable', '--offline')
        self.assertEqual((0, ''), (code, err))
        self.assertIn("Start Nova's API", out)
        self.assert_filtered()
        self.assert_linked()

    def test_a_dangling_link_is_made_again_at_once(self):
        self.run_on_paste('enable', '--offline')
        link = self.etc / 'policy.d' / '50-cloud-security.yaml'
        gone = f'/gone/share/cloud_security/policy.d/{link.name}'
        for text, said in (
            (self.paste.read_text(), 'The link to the rules is new.'),
            (FRESH.read_text(), 'The rules are in place.'),
        ):
            self.paste.write_text(text)
            link.unlink()
            link.symlink_to(gone)
            code, out, err = self.run_on_paste('enable')
            self.assertEqual((0, ''), (code, err))
            self.assertEqual(checkout.RULES, os.readlink(link))
            self.assertIn(said, out)
            self.assert_filtered()

    def test_delivered_rules_and_no_filter_ask_for_a_restart_now(self):
        (self.etc / 'policy.d').mkdir()
        shutil.copy(checkout.RULES, self.etc / 'policy.d')
        code, out, err = self.run_on_paste('enable')
        self.assertEqual((0, ''), (code, err))
        self.assertIn('Do it now', out)
        self.assertNotIn('--restarted', out)

    def test_disable_names_rules_that_would_refuse_members(self):
        own = self.etc / 'policy.d' / '90-own.yaml'
        self.run_on_paste('enable', '--offline')
        own.write_text('"own": "isolation:enforced"\n')
        for _ in range(2):
            code, out, err = self.run_on_paste('disable')
            self.assertEqual(0, code)
            self.assertIn(f'{own} still asks for isolation:enforced', err)
            self.assertIn('in own:', err)
            self.assertEqual(FRESH.read_bytes(), self.paste.read_bytes())
        own.write_text('"own": "@"\n')
        self.assertEqual('', self.run_on_paste('disable')[2])

    def test_enable_and_disable_twice_change_nothing(self):
        for name, arguments in (('enable', ['--offline']), ('disable', [])):
            self.run_on_paste(name, *arguments)
            before = written(self.paste)
            code, out, _ = self.run_on_paste(name)
            self.assertEqual(0, code)
            self.assertEqual(
                f'It is {name}d already; nothing was changed.\n', out
            )
            self.assertEqual(before, written(self.paste))
        self.assertEqual(FRESH.read_bytes(), self.paste.read_bytes())

    def test_the_folder_of_rules_is_the_one_that_options_name(self):
        other = self.etc / 'other'
        conf = self.etc / 'own.conf'
        conf.write_text(f'[oslo_policy]\npolicy_dirs = {other}\n')
        for arguments in (
            ('--config-file', str(conf)),
            ('--config-dir', str(self.etc)),
        ):
            code, out, err = self.run_on_paste(
                'enable', '--offline', '--dry-run', *arguments
            )
            self.assertEqual((0, ''), (code, err))
            self.assertIn(f'+{other}/50-cloud-security.yaml -> ', out)
        code, out, err = self.run_on_paste(
            'enable',
            *('--config-file', str(conf)),
            *('--policy-dir', str(self.etc / 'policy.d')),
        )
        self.assertEqual((1, ''), (code, out))
        self.assertIn(f'[oslo_policy] policy_dirs in {conf} names', err)

    def test_dry_run_shows_and_changes_nothing(self):
        before = written(self.paste)
        code, out, _ = self.run_on_paste('enable', '--offline', '--dry-run')
        self.assertEqual(0, code)
        self.assertIn('+[filter:user_isolation]\n', out)
        self.assertIn('50-cloud-security.yaml -> ', out)
        self.assertNotIn('Restart', out)
        self.assertEqual(before, written(self.paste))
        for arguments in ((), ('--restart', f'touch {self.etc}/restarted')):
            code, out, _ = self.run_on_paste('enable', '--dry-run', *arguments)
            self.assertEqual(0, code)
            self.assertIn('+[filter:user_isolation]\n', out)
        self.assertEqual(before, written(self.paste))
        self.assertEqual([self.paste], list(self.etc.iterdir()))

    def test_what_cannot_be_done_is_one_sentence_and_exits_with_1(self):
        self.paste.unlink()
        for name in ('enable', 'disable'):
            code, out, err = self.manage(name, '--paste', str(self.paste))
            self.assertEqual((1, ''), (code, out))
            self.assertEqual(1, err.count('\n'))
            self.assertIn(f'There is no {self.paste}: run this on', err)


class TestReport(manage_fixture.Manage):
    def setUp(self):
        super().setUp()
        self.asks(None)
        # This machine may have services of its own.
        empty = self.useFixture(fixtures.TempDir()).path
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.apis.ALL',
                {
                    key: dataclasses.replace(api, folder=empty)
                    for key, api in apis.ALL.items()
                },
            )
        )

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def writes(self, name, *lines):
        return log_files.write(self, name, *lines)

    def test_table_and_sum(self):
        log = self.writes('nova-api.log', log_files.line())
        code, out, err = self.manage('report', log)
        self.assertEqual(0, code)
        self.assertIn('| 2026-11-20 | bob     | p ', out)
        self.assertEqual(
            'Enforcement would have changed: requests 1, servers 1, owners 1, '
            'days 1.\n',
            err,
        )

    def test_columns_are_those_of_the_keys(self):
        log = self.writes('nova-api.log', log_files.line(status=404))
        code, out, err = self.manage(
            'report', '--by', 'user_id', '-f', 'csv', log
        )
        self.assertEqual(0, code)
        self.assertEqual(
            '"user_id","requests","refused","servers","owners"\n'
            '"bob",1,1,1,1\n',
            out.replace('\r', ''),
        )
        self.assertIn('Nova refused 1 of these requests all the same', err)

    def test_service_that_is_named_is_counted_alone(self):
        cinders = log_files.line(
            service='Cinder',
            operation='GET /volumes/{id}',
            servers=[{'server_id': 'v1', 'owner_id': 'alice'}],
        )
        log = self.writes('all.log', log_files.line(), cinders, cinders)
        code, out, err = self.manage('report', '--service', 'volume', log)
        self.assertEqual(0, code)
        self.assertIn('| GET /volumes/{id} |        2 |', out)
        self.assertNotIn('/servers', out)
        self.assertIn('requests 2, volumes 1, owners 1, days 1.', err)
        self.assertIn('1 records are of other services', err)
        code, out, err = self.manage('report', log)
        self.assertNotIn('/volumes', out)
        self.assertIn('requests 1, servers 1, owners 1, days 1.', err)
        self.assertIn('2 records are of other services', err)

    def test_records_of_neutrons_are_counted(self):
        neutrons = log_files.line(
            service='Neutron',
            operation='GET /floatingips',
            servers=[
                {'server_id': 'f1', 'owner_id': 'alice'},
                # Nobody has owned it so far.
                {'server_id': 'f2', 'owner_id': None},
            ],
        )
        log = self.writes('server.log', neutrons, log_files.line())
        code, out, err = self.manage('report', '--service', 'network', log)
        self.assertEqual(0, code)
        self.assertIn('| GET /floatingips |        1 |', out)
        self.assertIn('requests 1, ports 2, owners 2, days 1.', err)
        self.assertIn('1 records are of other services', err)

    def test_log_of_another_service_is_not_that_of_the_named_one(self):
        other = log_files.PREFIX.replace('cloud_security.wsgi', '{}.api')
        for service, mine, its in (
            ('compute', 'nova', 'cinder'),
            ('volume', 'cinder', 'nova'),
            ('network', 'neutron', 'nova'),
        ):
            log = self.writes('x.log', f'{other.format(its)}x')
            code, _, err = self.manage('report', '--service', service, log)
            self.assertEqual(1, code)
            self.assertIn(f"none of its 1 lines is {mine.title()}'s.", err)
            log = self.writes('x.log', f'{other.format(mine)}x')
            code, _, err = self.manage('report', '--service', service, log)
            self.assertEqual(0, code, err)

    def test_names_stand_beside_ids_where_keystone_can_be_asked(self):
        class Keystone:
            def user_name(self, user_id):
                return {'bob': '=Bob\x1b[2J'}.get(user_id)

            def project_name(self, project_id):
                return None

        self.asks(Keystone())
        log = self.writes(
            'nova-api.log', log_files.line(), log_files.line(user_id='x')
        )
        code, out, _ = self.manage('report', '-f', 'csv', log)
        self.assertEqual(0, code)
        # csv doubles a backslash since Python 3.10.
        out = out.replace('\\\\', '\\')
        header, *rows = out.replace('\r', '').splitlines()
        self.assertEqual(
            '"day","user_id","user_name","project_id","project_name",'
            '"operation","requests","refused","servers","owners"',
            header,
        )
        self.assertEqual(
            [
                '"2026-11-20","bob","\'=Bob\\x1b[2J","p","",'
                '"GET /servers/{id}",1,0,1,1',
                '"2026-11-20","x","","p","","GET /servers/{id}",1,0,1,1',
            ],
            rows,
        )
        code, out, _ = self.manage(
            'report', '--by', 'operation', '-f', 'csv', log
        )
        self.assertNotIn('name', out)

    def test_keystone_without_an_answer_leaves_ids(self):
        class Keystone:
            def user_name(self, user_id):
                raise keystones.Unknown('Keystone does not tell: 403')

        self.asks(Keystone())
        log = self.writes('nova-api.log', log_files.line())
        code, out, err = self.manage('report', log)
        self.assertEqual(0, code)
        self.assertIn('| bob ', out)
        self.assertIn('There are no names: Keystone does not tell: 403.', err)

    def test_several_logs_and_packed_ones_are_one_sum(self):
        logs = [
            self.writes(name, log_files.line())
            for name in ('nova-api.log', 'nova-api.log.1.gz')
        ]
        code, out, _ = self.manage(
            'report', '--by', 'day', '-f', 'value', *logs
        )
        self.assertEqual((0, '2026-11-20 2 0 1 1\n'), (code, out))

    def test_damage_failures_and_forgeries_are_told(self):
        log = self.writes(
            'nova-api.log',
            f'{log_files.PREFIX}cloud_security.would_hide {{',
            f'{log_files.PREFIX}cloud_security.would_fail',
            'GET /cloud_security.would_hide',
        )
        code, _, err = self.manage('report', log)
        self.assertEqual(1, code)
        self.assertIn('1 records are damaged, not counted;', err)
        self.assertIn('1 requests would have failed: look for', err)
        self.assertIn('1 lines name records and are not counted', err)

    def test_bytes_that_are_no_text_end_no_report(self):
        log = self.writes('nova-api.log', log_files.line())
        with open(log, 'ab') as stream:
            stream.write(b'\xff\xfe\n')
        self.assertEqual(0, self.manage('report', log)[0])

    def test_carriage_return_ends_no_line(self):
        start, end = log_files.REQUEST_LOG.split('{}')
        log = self.writes(
            'nova-api.log', f'{start}\r{log_files.line()}\r{end}'
        )
        code, _, err = self.manage('report', log)
        self.assertIn('changed: requests 0,', err)
        self.assertIn('1 lines name records and are not counted', err)

    def test_cells_are_escaped(self):
        log = self.writes(
            'nova-api.log',
            *(
                log_files.line(user_id=user_id)
                for user_id in (
                    '\x1b[2J',
                    '\ud800',
                    '\u202e',
                    '=1+1',
                    '+1',
                    '-1',
                    '@x',
                    '\t=1',
                    ' =1',
                    '\uff1d1',
                )
            ),
        )
        expected = {
            'csv': [
                r'"\x1b[2J"',
                r'"\ud800"',
                r'"\u202e"',
                '"\'=1+1"',
                '"\'+1"',
                '"\'-1"',
                '"\'@x"',
                r'"\t=1"',
                '"\' =1"',
                '"\'\uff1d1"',
            ],
            'value': [r'\x1b[2J', r'\ud800', r'\u202e', '=1+1', '+1', '-1'],
        }
        for form, cells in expected.items():
            code, out, _ = self.manage(
                'report', '--by', 'user_id', '-f', form, log
            )
            self.assertEqual(0, code)
            found = {
                line.rstrip('\r').rsplit(',' if form == 'csv' else ' ', 4)[0]
                # csv doubles a backslash since Python 3.10.
                for line in out.replace('\\\\', '\\').split('\n')
            }
            self.assertEqual(set(), set(cells) - found)

    def test_terminal_that_lacks_a_letter_ends_no_report(self):
        log = self.writes('nova-api.log', log_files.line(user_id='J\xe9'))
        done = subprocess.run(
            [
                sys.executable,
                *('-c', f'{MAIN}sys.exit(main())'),
                *('report', '--by', 'user_id', '-f', 'value', log),
            ],
            capture_output=True,
            env=dict(os.environ, PYTHONIOENCODING='ascii'),
        )
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(b'J\\xe9 1 0 1 1', done.stdout.strip())

    def test_log_without_a_line_of_novas_exits_with_1(self):
        good = self.writes('nova-api.log', log_files.line())
        for content in (
            ['10.0.0.1 - - "GET / HTTP/1.1" 200'],
            ['{"text": "x"}'],
            [log_files.message()],
            ['Nov 20 10:00:00 host systemd[1]: nova-api.service: Succeeded.'],
            ['2026-11-20 10:00:00.123 7 INFO cinder.api.openstack.wsgi [-] x'],
            ['2026-11-20T10:00:00+0000 DEBUG DNF version: 4.14.0'],
            ['2026-11-20 10:00:00 0 [Note] InnoDB: Completed initialization'],
            ['2026-11-20 10:00:00.123 7 WARNING oslo_config.cfg [-] Old'],
            [json.dumps({'message': 'x', 'name': 'keystone.x'})],
            ['__CURSOR=s=1', f'MESSAGE={log_files.line()}'],
        ):
            log = self.writes('access.log', *content)
            for logs in ((log,), (good, log)):
                code, out, err = self.manage('report', *logs)
                self.assertEqual(1, code, content)
                self.assertIn(f'{log} could not be read: none of', err)
            self.assertIn('bob', out)

    def test_log_in_which_nova_recorded_nothing_is_fine(self):
        for line in (
            log_files.REQUEST_LOG.format(''),
            log_files.entry(log_files.REQUEST_LOG.format('')),
        ):
            code, _, err = self.manage('report', self.writes('x.log', line))
            self.assertEqual(0, code, line)
            self.assertIn('changed: requests 0,', err)

    def test_hole_that_copytruncate_leaves_is_skipped(self):
        log = self.writes('nova-api.log', f'{chr(0) * 999}{log_files.line()}')
        code, _, err = self.manage('report', log)
        self.assertEqual(0, code, err)
        self.assertIn('changed: requests 1,', err)

    def test_empty_log_is_told(self):
        empty = self.writes('nova-api.log')
        code, _, err = self.manage('report', empty)
        self.assertEqual(1, code)
        self.assertIn(f'{empty} is empty.', err)
        rotated = self.writes('nova-api.log.1', log_files.line())
        code, _, err = self.manage('report', empty, rotated)
        self.assertEqual(0, code)
        self.assertIn(f'{empty} is empty.', err)

    def test_unreadable_log_is_one_sentence(self):
        log = log_files.write(self, 'nova-api.log.gz', 'x' * 500)
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

    def test_pipes_and_compressed_logs_are_read(self):
        log = log_files.write(self, 'nova-api.log', log_files.line())
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

    def test_log_that_is_no_text_is_refused(self):
        log = log_files.write(self, 'nova-api.log', '')
        for content in (b'\x28\xb5\x2f\xfdx', 'x'.encode('utf-16')):
            pathlib.Path(log).write_bytes(content)
            code, _, err = self.manage('report', log)
            self.assertEqual(1, code)
            self.assertIn('pipe it in as UTF-8 text.', err)

    def test_standard_input_is_read(self):
        for given, expected in ((f'{log_files.line()}\n', 0), ('', 1)):
            done = subprocess.run(
                [sys.executable, '-c', f'{MAIN}sys.exit(main())', 'report'],
                input=given.encode() + b'\xff\n',
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            self.assertEqual(expected, done.returncode, done.stderr)
            self.assertIn(
                f'changed: requests {1 - expected},', done.stderr.decode()
            )
