# SPDX-License-Identifier: Apache-2.0
"""A program of ours, run in the process of a unit test."""

import io

import fixtures
import testtools

from cloud_security.cmd import manage


class Manage(testtools.TestCase):
    #: The class of the program.
    PROGRAM = manage.Manage

    def setUp(self):
        super().setUp()
        # cliff takes the root logger for its own; this gives it back.
        self.useFixture(fixtures.FakeLogger())

    def manage(self, *arguments):
        """Run a command; return its exit code and what it says where."""
        out, err = io.StringIO(), io.StringIO()
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', out))
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', err))
        program = self.PROGRAM()
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
