# SPDX-License-Identifier: Apache-2.0
"""cloud-security-status: one service, several, and those that are absent."""

import io
import json
import subprocess
import sys
from unittest import mock

import fixtures
import testtools

from cloud_security.cmd import status
from cloud_security.cmd import status_table
from cloud_security.deploy import apis
from cloud_security.deploy import between

BOTH = [apis.NOVA, apis.CINDER]


class Status(testtools.TestCase):
    #: What the process of each service writes.
    facts = {}

    def setUp(self):
        super().setUp()
        self.out, self.err = io.StringIO(), io.StringIO()
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', self.out))
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', self.err))

    def status(self, *arguments):
        """Run the command; return its exit code."""
        with mock.patch.object(sys, 'argv', ['x', *arguments]):
            return status.main()

    def found(self, *found):
        """Let the host have some services."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.cmd.service_choice.chosen',
                lambda *args: list(found),
            )
        )

    def children(self, **outcomes):
        """Let each service's process end so: (exit code, output, words)."""
        self.commands = []

        def run(command, stdout=None, **options):
            self.commands.append(command)
            key = command[command.index('--service') + 1]
            code, out, err = outcomes[key]
            if key in self.facts:
                path = options['env'][between.VARIABLE]
                between.write(path, self.facts[key])
            if stdout is None:
                self.out.write(out)
                self.err.write(err)
                out = err = None
            return subprocess.CompletedProcess(command, code, out, err)

        self.useFixture(fixtures.MonkeyPatch('subprocess.run', run))

    def checks(self):
        """Return the checks of --json."""
        output = self.out.getvalue().strip('\0')
        return json.loads(output.splitlines()[0])['checks']

    def of_services(self):
        """Return the object of --json without the checks between them."""
        output = json.loads(self.out.getvalue())
        output['checks'] = [
            check for check in output['checks'] if check['service'] != 'all'
        ]
        return output


class TestSeveral(Status):
    TABLES = {'compute': (0, 'all well\n', ''), 'volume': (1, 'look\n', '')}

    def test_each_service_is_checked_under_its_name(self):
        self.found(*BOTH)
        self.children(**self.TABLES)
        self.assertEqual(1, self.status('upgrade', 'check', '--details'))
        tables, title, last = self.out.getvalue().partition('+---')
        self.assertEqual('Nova:\nall well\nCinder:\nlook\n', tables)
        self.assertIn('Between services', last)
        for command in self.commands:
            self.assertEqual(
                ['--details', 'upgrade', 'check'], command[-3:], command
            )

    def test_exit_code_is_the_worst(self):
        self.found(*BOTH)
        for codes, worst in (
            ((0, 0), 0),
            ((2, 1), 2),
            ((255, 2), 255),
            ((0, 255), 255),
            ((-9, 0), 255),
        ):
            self.children(
                compute=(codes[0], '', ''), volume=(codes[1], '', '')
            )
            self.assertEqual(worst, self.status('upgrade', 'check'))

    def test_json_is_one_object_that_names_the_service_of_each_check(self):
        self.found(*BOTH)

        def output(name, code):
            return json.dumps(
                {
                    'name': 'Upgrade Check Results',
                    'checks': [
                        {'check': name, 'result': code, 'details': None}
                    ],
                }
            )

        self.children(
            compute=(0, output('Mode', 0), ''),
            volume=(1, output('Mode', 1), ''),
        )
        self.assertEqual(1, self.status('upgrade', 'check', '--json'))
        self.assertEqual(
            {
                'name': 'Upgrade Check Results',
                'checks': [
                    {
                        'check': 'Mode',
                        'result': code,
                        'details': None,
                        'service': key,
                    }
                    for key, code in (('compute', 0), ('volume', 1))
                ],
            },
            self.of_services(),
        )

    def test_services_are_compared(self):
        self.found(*BOTH)
        for mode, code, results in (
            ('enforce', 0, [-1, 0, 0, 0, 0]),
            ('monitor', 2, [2, 1, 0, 0, 0]),
        ):
            self.facts = {
                api.key: between.Facts(
                    api.name, one, True, '2026.2', {'a': '@'}
                )
                for api, one in zip(BOTH, ('enforce', mode))
            }
            self.children(compute=(0, '', ''), volume=(0, '', ''))
            self.out.truncate(0)
            self.assertEqual(code, self.status('upgrade', 'check', '--json'))
            found = [
                check['result']
                for check in self.checks()
                if check['service'] == 'all'
            ]
            self.assertEqual(results, found)
            self.assertEqual(code, self.status('upgrade', 'check'))

    def test_service_that_says_no_json_is_a_failure_in_it(self):
        self.found(*BOTH)
        for out in ('', '{}', '[]', 'x', '{"checks": []}', '{"checks": 1}'):
            self.out.truncate(0)
            self.out.seek(0)
            self.children(
                compute=(255, out, 'warning\nthere is no nova\n'),
                volume=(255, out, ''),
            )
            self.assertEqual(255, self.status('upgrade', 'check', '--json'))
            found = self.of_services()['checks']
            self.assertEqual([2, 2], [check['result'] for check in found])
            self.assertEqual('there is no nova', found[0]['details'])
            self.assertIn('exited with 255', found[1]['details'])


class TestAbsent(Status):
    def test_service_without_its_package_is_a_sentence_and_255(self):
        for api in BOTH:
            self.found(api)
            with fixtures.MonkeyPatch(
                'importlib.util.find_spec', lambda name: None
            ):
                self.assertEqual(255, self.status('upgrade', 'check'))
            said = self.err.getvalue().splitlines()[-1]
            self.assertIn(f'{api.name} was not looked at: ', said)
            self.assertIn(f'has no package {api.account}', said)
        self.assertEqual('', self.out.getvalue())

    def test_files_of_nobody_named_are_one_sentence_and_2(self):
        with fixtures.MonkeyPatch('os.path.lexists', lambda path: True):
            code = self.status('upgrade', 'check', '--config-file', 'x')
        self.assertEqual(2, code)
        self.assertIn('with --service compute or volume', self.err.getvalue())

    def test_unknown_service_is_one_sentence_and_2(self):
        for arguments in (('--service', 'x'), ('--service=x',)):
            self.assertEqual(2, self.status('upgrade', 'check', *arguments))
            said = self.err.getvalue().splitlines()[-1]
            self.assertIn("'x' is no service: choose from compute", said)


class TestProcess(testtools.TestCase):
    def test_process_of_a_service_gets_the_arguments(self):
        found = subprocess.run(
            [
                sys.executable,
                '-c',
                'from cloud_security.cmd import own_process; '
                'from cloud_security.cmd import status_table as table; '
                'from cloud_security.deploy import apis; import sys; '
                'own_process._MAIN = "import sys; print(sys.argv[1:])"; '
                'sys.exit(table.of([apis.CINDER], ["a", "b"]))',
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        self.assertEqual(
            ['Cinder:', "['--service', 'volume', 'a', 'b']"],
            found.splitlines()[:2],
        )
        self.assertIn('cmd.status', status_table._MAIN)
