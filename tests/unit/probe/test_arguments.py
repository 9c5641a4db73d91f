# SPDX-License-Identifier: Apache-2.0
"""Arguments of cloud-security-probe."""

import contextlib
import io
import os

import fixtures
import testtools

from cloud_security.probe.cli import arguments


class TestArguments(testtools.TestCase):
    def complaint(self, *given):
        self.useFixture(fixtures.MonkeyPatch('sys.argv', ['x', *given]))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            error = self.assertRaises(SystemExit, arguments.parsed)
        self.assertEqual(3, error.code)
        return out.getvalue(), err.getvalue()

    def test_contradictions_are_errors(self):
        directory = self.useFixture(fixtures.TempDir()).path
        path = os.path.join(directory, 'x')
        for given, said in (
            (('--nagios', '--format', 'json'), 'not allowed with'),
            (('--dry-run', '--nagios'), 'not allowed with'),
            (('--html', path, '--prometheus', path), 'two files'),
            (('--html', ''), 'cannot write'),
            (('--html', f'{directory}/none/x'), 'cannot write'),
            (('--warning', '60', '--timeout', '60'), 'less than'),
            (('--timeout', 'x'), 'x is no number of seconds'),
        ):
            self.assertIn(said, ''.join(self.complaint(*given)), given)

    def test_error_for_nagios_is_on_its_line(self):
        out, err = self.complaint('--nagios', '--timeout', '0')
        self.assertRegex(out, r'\ACLOUD_SECURITY UNKNOWN - .*\|exec_time=.*\n')
        self.assertEqual('', err)
