# SPDX-License-Identifier: Apache-2.0
"""The command cloud-security-probe: verdicts, formats, exit codes."""

import json
import os
import pathlib
import re
import subprocess
import threading
from xml.etree import ElementTree

import fixtures

from cloud_security.probe import catalog
from tests.unit.probe import commands
from tests.unit.probe import fake_cloud
from tests.unit.probe.commands import READS
from tests.unit.probe.commands import TWO


class TestVerdict(commands.CommandTest):
    def test_isolated_cloud_passes_and_leaking_cloud_fails(self):
        code, out, err = self.probe(*TWO, '--admin', 'root', '--verbose')
        self.assertEqual((0, ''), (code, err), out)
        self.assertRegex(
            out,
            r'\nNo leak: \d+ tests passed\.\n'
            r'compute: not tried: floating IPs, snapshots, volumes\.\n',
        )
        self.assertRegex(out, r'(?m)^closed +peer +200 +404 +show$')
        self.assertRegex(out, r'(?m)^closed +peer +200 +200 +list by name$')
        self.assertRegex(out, r'(?m)^works +admin +200 +200 +show$')
        self.cloud.leaks = True
        code, out, err = self.probe(*TWO)
        self.assertEqual((2, ''), (code, err), out)
        self.assertRegex(out, r'\nThis cloud leaks: in \d+ operations')
        self.assertRegex(out, r'(?m)^open +peer +204 +204 +remove$')
        self.assert_cloud_is_empty()

    def test_until_keeps_stronger_operations_away(self):
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

    def test_dry_run_lists_operations_without_requests(self):
        code, out, err = self.probe('--dry-run')
        self.assertEqual((0, ''), (code, err))
        self.assertEqual([], self.cloud.requests)
        for operation in catalog.TABLE:
            self.assertIn(f' {operation.name} ', out)
        self.assertNotIn(
            'DELETE', self.probe('--dry-run', '--until', 'reads')[1]
        )

    def test_owner_may_be_in_variables(self):
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

    def test_slow_run_is_a_warning(self):
        code, out, err = self.probe(*READS, '--nagios', '--warning', '0.001')
        self.assertEqual(1, code, out)
        self.assertIn('WARNING - No leak', out)
        self.assertIn('s;0.001;600;0 ', out)


class Nova(commands.CommandTest):
    """A cloud that has Nova alone, where each service is printed alike."""

    def setUp(self):
        super().setUp()
        self.cloud.catalog = {'compute': self.cloud.catalog['compute']}


class TestTable(Nova):
    """Rows that pass are printed with --verbose alone."""

    ROW = r'(?m)^(\w+) +(peer|manager|admin) +(-|\d+) +(-|\d+) '

    def test_default_table_has_only_what_does_not_pass(self):
        for leaks, verdicts in (
            (False, {'inconclusive'}),
            (True, {'inconclusive', 'open', 'tells'}),
        ):
            self.cloud.leaks = leaks
            out = self.probe(*READS, '--admin', 'root')[1]
            found = [match[0] for match in re.findall(self.ROW, out)]
            self.assertEqual(verdicts, set(found), out)
            shown = len(found) - found.count('inconclusive')
            leaks, closed, skipped, works, refused = map(
                int,
                re.search(
                    r'\n(\d+) leaks / (\d+) closed / (\d+) inconclusive / '
                    r'(\d+) works / (\d+) refused; \d+ requests in \d+ sec',
                    out,
                ).groups(),
            )
            self.assertEqual(
                (leaks + refused, skipped),
                (shown, found.count('inconclusive')),
            )
            self.assertGreater(works, 10)

    def test_verbose_table_has_a_row_for_each_finding(self):
        for option in ('-v', '--verbose'):
            out = self.probe(*READS, option)[1]
            found = [match[0] for match in re.findall(self.ROW, out)]
            self.assertEqual({'closed', 'inconclusive'}, set(found))
            self.assertIn(
                f'\n0 leaks / {found.count("closed")} closed / '
                f'{found.count("inconclusive")} inconclusive; ',
                out,
            )


class TestFormats(Nova):
    def test_all_formats_agree(self):
        self.cloud.leaks = True
        page = os.path.join(self.cloud.directory, 'page.html')
        metrics = os.path.join(self.cloud.directory, 'probe.prom')
        code, out, err = self.probe(
            *READS, '--nagios', '--html', page, '--prometheus', metrics
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

        code, out, err = self.probe(*READS, '--format', 'json')
        self.assertEqual(2, code)
        said = json.loads(out)
        self.assertEqual(bad, said['nb_tests_ko'])
        self.assertEqual('alice', said['cloud']['owner'])
        self.assertEqual(
            {'project': 'demo', 'owner': 'Alice', 'peer': 'Bob'},
            said['names'],
        )
        shown = next(
            one for one in said['findings'] if one['operation'] == 'show'
        )
        self.assertEqual('open', shown['verdict'])
        self.assertEqual(
            [200, 404], [one['status'] for one in shown['evidence']]
        )
        self.assertNotIn(fake_cloud.PASSWORD, out)

        code, out, err = self.probe(*READS, '--format', 'junit')
        suite = ElementTree.fromstring(out)
        self.assertEqual(str(bad), suite.get('failures'))
        self.assertEqual(bad, len(suite.findall('testcase/failure')))
        self.assertEqual(skipped, len(suite.findall('testcase/skipped')))


class TestOutput(commands.CommandTest):
    def test_closed_pipe_does_not_end_a_run(self):
        metrics = os.path.join(self.cloud.directory, 'probe.prom')
        reader, writer = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, writer)
        process = subprocess.Popen(
            [*commands.COMMAND, *READS, '--prometheus', metrics],
            cwd=commands.ROOT,
            env=self.cloud.environment,
            stdout=writer,
            stderr=subprocess.PIPE,
        )
        self.assertEqual(b'', process.communicate(timeout=60)[1])
        self.assertEqual(3, process.returncode)
        self.assert_cloud_is_empty()
        with open(metrics) as stream:
            self.assertIn('probe_outcome 0\n', stream.read())

    def test_ascii_terminal_does_not_end_a_run(self):
        self.assertEqual(
            (0, ''),
            self.run_process('--dry-run', PYTHONIOENCODING='ascii')[::2],
        )


class TestNoVerdict(commands.CommandTest):
    """One sentence, exit code 3, and an empty cloud."""

    def assert_no_verdict(self, words, *arguments, **environment):
        code, out, err = self.probe(*(arguments or TWO), **environment)
        self.assertEqual(3, code, out + err)
        self.assertRegex(err, rf'\Acloud-security-probe: .*{words}.*\n\Z')
        self.assertNotIn('Traceback', out)
        self.assert_cloud_is_empty()

    def test_error_for_nagios_is_on_its_line(self):
        self.cloud.quota = 0
        code, out, err = self.probe(*TWO, '--nagios')
        self.assertEqual((3, ''), (code, err))
        self.assertRegex(
            out,
            r'\ACLOUD_SECURITY UNKNOWN - [^|\n]*Quota exceeded[^|\n]*'
            r'\|exec_time=.*\n\Z',
        )

    def test_wrong_password(self):
        self.cloud.configure(password='wrong')
        self.assert_no_verdict('requires authentication')

    def test_one_account(self):
        self.assert_no_verdict(
            'are the same user', '--owner', 'bob', '--peer', 'bob'
        )
        self.assert_no_verdict('give --peer', '--owner', 'alice')

    def test_two_projects(self):
        self.assert_no_verdict(
            'different projects', '--owner', 'alice', '--peer', 'eve'
        )

    def test_peer_with_the_role_admin(self):
        self.assert_no_verdict(
            'has the role admin', '--owner', 'alice', '--peer', 'root'
        )

    def test_account_that_clouds_yaml_lacks(self):
        self.assert_no_verdict(
            'nobody', '--owner', 'alice', '--peer', 'nobody'
        )

    def test_clouds_yaml_that_is_no_yaml(self):
        path = self.cloud.environment['OS_CLIENT_CONFIG_FILE']
        with open(path, 'w') as file:
            file.write('{')
        self.assert_no_verdict('must be valid and describe alice')

    def test_cloud_without_a_flavor(self):
        self.assert_no_verdict('no flavor x', *TWO, '--flavor', 'x')
        del self.cloud.flavors[:]
        self.assert_no_verdict('There is no flavor')

    def test_cloud_without_an_image(self):
        self.assert_no_verdict('no image x', *TWO, '--image', 'x')
        del self.cloud.images[:]
        self.assert_no_verdict('There is no active image')

    def test_full_quota(self):
        for quota in (0, 1, 2):
            self.cloud.quota = quota
            self.assert_no_verdict('Quota exceeded')

    def test_keystone_that_is_down(self):
        self.cloud.configure(auth_url='http://127.0.0.1:1/v3')
        self.assert_no_verdict('Unable to establish connection')

    def test_keystone_that_does_not_respond(self):
        never = threading.Event()
        self.addCleanup(never.set)

        def hooked(user, method, path, body):
            if path == '/v3/auth/tokens':
                never.wait(60)

        self.cloud.hook = hooked
        self.assert_no_verdict(
            'longer than 1 seconds', *READS, '--timeout', '1'
        )
        self.assertFalse(never.is_set())

    def test_timeout(self):
        self.cloud.delay = 0.05
        self.assert_no_verdict(
            'longer than 1.5 seconds', *TWO, '--timeout', '1.5'
        )

    def test_arguments_that_make_no_sense(self):
        for arguments in (
            ('--nonsense',),
            ('--timeout', '-1'),
            ('--until', 'x'),
        ):
            self.assert_no_verdict(
                'see cloud-security-probe --help', *arguments
            )

    def test_page_that_cannot_be_written(self):
        directory = self.useFixture(fixtures.TempDir()).path
        path = os.path.join(directory, 'page.html')

        def hooked(user, method, path, body):
            # The probe has checked the path before it sends requests.
            if os.path.exists(directory):
                os.rmdir(directory)

        self.cloud.hook = hooked
        code, out, err = self.probe(*READS, '--html', path)
        self.assertEqual(3, code, out + err)
        self.assertIn(f'cannot write {path}: No such file', out)
