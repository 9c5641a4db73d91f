# SPDX-License-Identifier: Apache-2.0
"""The command cloud-security-probe as a process, against the fake cloud."""

import pathlib
import signal
import subprocess
import sys

import testtools

from tests.unit.probe import fake_cloud

ROOT = pathlib.Path(__file__).parents[3]
COMMAND = (
    sys.executable,
    '-W',
    'ignore',
    '-c',
    'import sys; from cloud_security.cmd import probe; sys.exit(probe.main())',
)
TWO = ('--owner', 'alice', '--peer', 'bob')
READS = (*TWO, '--until', 'reads')


class CommandTest(testtools.TestCase):
    """A test with a fake cloud, against which it starts the command."""

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fake_cloud.FakeCloud())
        # A shell lets background processes and their children ignore it.
        self.addCleanup(
            signal.signal,
            signal.SIGINT,
            signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    def start(self, *arguments, **environment):
        """Start the command; return the process."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=ROOT,
            env={**self.cloud.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def probe(self, *arguments, **environment):
        """Return the exit code, standard output and standard error."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def assert_cloud_is_empty(self):
        """Check that the probe deleted all that it made."""
        self.assertEqual({}, self.cloud.servers)
        self.assertEqual({}, self.cloud.groups)
        self.assertEqual({}, self.cloud.cinder.left)
