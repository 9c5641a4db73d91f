# SPDX-License-Identifier: Apache-2.0
"""The command cloud-security-probe against the fake cloud.

Most tests call it in this process, since a new one imports for seconds.
"""

import contextlib
import io
import logging
import os
import pathlib
import signal
import subprocess
import sys
import warnings

import fixtures
import testtools

from cloud_security.cmd import probe
from tests.unit.probe import fake_cloud

NAME = 'cloud-security-probe'
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
        out, err = io.StringIO(), io.StringIO()
        kept = {one: signal.getsignal(one) for one in probe.SIGNALS}
        handlers = logging.getLogger().handlers[:]
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.cloud.environment, **environment)
        try:
            with contextlib.ExitStack() as stack:
                stack.enter_context(warnings.catch_warnings())
                warnings.simplefilter('ignore')
                stack.enter_context(contextlib.redirect_stdout(out))
                stack.enter_context(contextlib.redirect_stderr(err))
                stack.enter_context(
                    fixtures.MonkeyPatch('sys.argv', [NAME, *arguments])
                )
                stack.enter_context(
                    fixtures.MonkeyPatch(
                        'cloud_security.probe.client.redaction.KNOWN', set()
                    )
                )
                code = probe.main()
        except SystemExit as ended:
            code = ended.code
        finally:
            os.environ.clear()
            os.environ.update(before)
            logging.getLogger().handlers[:] = handlers
            for number, handler in kept.items():
                signal.signal(number, handler)
        return code, out.getvalue(), err.getvalue()

    def run_process(self, *arguments, **environment):
        """Return the same of a process of its own."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def assert_cloud_is_empty(self):
        """Check that the probe deleted all that it made."""
        self.assertEqual({}, self.cloud.servers)
        self.assertEqual({}, self.cloud.groups)
        self.assertEqual({}, self.cloud.cinder.left)
        self.assertEqual({}, self.cloud.glance.images)
        self.assertEqual({}, self.cloud.neutron.left)
