# SPDX-License-Identifier: Apache-2.0
"""The process that hands volumes over, and what becomes of its output."""

import io
import subprocess
import types

import fixtures
import testtools

from cloud_security.cmd import volume_process

SUMMARY = 'Cinder: 2 handed over, 0 stay, 0 refused.\n'
USERS = volume_process.Users('alice', 'bob', 'p')


class TestVolumeProcess(testtools.TestCase):
    def hand_over(
        self, *answers, is_all=False, is_dry_run=False, going=('s',)
    ):
        """Run it with processes that end like this; return the exit code."""
        self.ran = []
        left = list(answers)

        def run(module, arguments, is_captured):
            self.ran.append((list(arguments), is_captured))
            return subprocess.CompletedProcess(arguments, *left.pop(0))

        self.useFixture(
            fixtures.MonkeyPatch('cloud_security.cmd.own_process.run', run)
        )
        self.app = types.SimpleNamespace(
            stdout=io.StringIO(), stderr=io.StringIO()
        )
        parsed_args = types.SimpleNamespace(
            dry_run=is_dry_run, cinder_config_file=[], cinder_config_dir=[]
        )
        return volume_process.VolumeProcess(
            self.app, parsed_args, USERS, is_all
        ).hand_over(list(going), ['t'])

    def test_output_without_a_summary_is_no_success(self):
        for answer in (
            (0, '', ''),
            (1, '', ''),
            (0, 'Something else\n', ''),
            (0, f'{SUMMARY}More\n', ''),
            (2, SUMMARY, ''),
            (255, SUMMARY, ''),
            (-9, SUMMARY, ''),
        ):
            for is_all in (False, True):
                error = self.assertRaises(
                    volume_process.Unable,
                    self.hand_over,
                    answer,
                    is_all=is_all,
                )
                self.assertIn(f'(exit code {answer[0]})', str(error))
                self.assertIn('Nothing was changed', str(error))
                self.assertEqual(1, len(self.ran))

    def test_reason_and_command_are_told(self):
        said = 'x\ncloud-security-manage: no cinder.conf: name it.\n'
        error = self.assertRaises(
            volume_process.Unable, self.hand_over, (1, '', said)
        )
        self.assertIn('(no cinder.conf: name it)', str(error))
        self.assertIn(
            'run cloud-security-manage volume hand-over --from=alice '
            '--to=bob --project=p --server=s, and then',
            str(error),
        )

    def test_dry_run_shows_what_the_process_said(self):
        code = self.hand_over((1, SUMMARY, 'busy\n'), is_dry_run=True)
        self.assertEqual(1, code)
        self.assertEqual(SUMMARY, self.app.stdout.getvalue())
        self.assertEqual('busy\n', self.app.stderr.getvalue())
        [(arguments, is_captured)] = self.ran
        self.assertIn('--dry-run', arguments)
        self.assertTrue(is_captured)

    def test_second_process_writes_to_the_terminal(self):
        self.assertEqual(0, self.hand_over((0, SUMMARY, ''), (0, None, None)))
        (tried, is_captured), (done, is_done_captured) = self.ran
        self.assertEqual([*done, '--dry-run'], tried)
        self.assertEqual((True, False), (is_captured, is_done_captured))
        self.assertEqual('', self.app.stdout.getvalue())

    def test_process_is_not_run_without_a_server_that_goes(self):
        self.assertEqual(0, self.hand_over(going=()))
        self.assertEqual([], self.ran)

    def test_all_of_a_user_needs_no_server(self):
        code = self.hand_over(
            (0, SUMMARY, ''), (0, None, None), going=(), is_all=True
        )
        self.assertEqual(0, code)
        self.assertIn('--all', self.ran[1][0])
        self.assertIn('--staying-server=t', self.ran[1][0])
