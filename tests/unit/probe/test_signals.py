# SPDX-License-Identifier: Apache-2.0
"""Signals: a stopped run cleans up, or the next one does."""

import os
import signal
import subprocess
import sys
import time

import testtools

from cloud_security.cmd import probe
from cloud_security.probe.client import limits
from tests.unit.probe import commands
from tests.unit.probe.commands import READS
from tests.unit.probe.commands import TWO


class TestStopping(commands.CommandTest):
    def start_and_wait(self):
        self.cloud.delay = 0.01
        process = self.start(*TWO)
        end = time.monotonic() + 60
        while len(self.cloud.servers) < 3 or len(self.cloud.requests) < 100:
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        return process

    def test_stopped_run_cleans_up(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start_and_wait()
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
            self.assertEqual(3, process.returncode, err)
            self.assertNotIn('Traceback', err)
            self.assertIn(f'{number.name} stopped the run.', out + err)
            self.assert_cloud_is_empty()

    def test_next_run_cleans_up_after_a_killed_one(self):
        process = self.start_and_wait()
        process.kill()
        process.communicate()
        self.assertEqual(3, len(self.cloud.servers))
        others = {
            'notes': {
                'name': 'cloud-security-probe-notes',
                'user_id': 'alice',
                'metadata': {'probe': 'x'},
            },
            'carols': {
                'name': 'cloud-security-probe-000000-1-1-example',
                'user_id': 'carol',
                'metadata': {'probe': 'x'},
            },
        }
        for server_id, server in others.items():
            self.cloud.servers[server_id] = dict(server, id=server_id)
        self.assertEqual(0, self.probe(*READS)[0])
        self.assertEqual(set(others), set(self.cloud.servers))

    def test_signal_during_import_ends_with_a_sentence(self):
        program = (
            'import os, signal, sys\n'
            'from cloud_security.cmd import probe\n'
            'class Finder:\n'
            '    @staticmethod\n'
            '    def find_spec(name, *more):\n'
            '        if name == "cloud_security.probe.cli.command":\n'
            '            os.kill(os.getpid(), signal.SIGINT)\n'
            'sys.meta_path.insert(0, Finder)\n'
            'sys.exit(probe.main())\n'
        )
        run = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', program, *READS],
            cwd=commands.ROOT,
            env=self.cloud.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
        self.assertEqual(3, run.returncode)
        self.assertEqual(
            f'cloud-security-probe: {signal.SIGINT.name} stopped the run.\n',
            run.stderr,
        )


class TestHandlers(testtools.TestCase):
    def test_handler_notes_the_signal_and_raises_nothing(self):
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in numbers:
            self.addCleanup(signal.signal, number, signal.getsignal(number))
            signal.signal(number, signal.SIG_DFL)
        for number in numbers:
            stop = limits.Stop()
            probe.handle_signals(stop)
            os.kill(os.getpid(), number)
            self.assertIn(number.name, stop.why)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        probe.handle_signals(limits.Stop())
        self.assertEqual(signal.SIG_IGN, signal.getsignal(signal.SIGHUP))
