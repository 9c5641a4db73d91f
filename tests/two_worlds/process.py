# SPDX-License-Identifier: Apache-2.0
"""Both ends of the pipe between a test and the process of a world.

Each line in is one command as JSON, each line out its result.
"""

import json
import logging
import os
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))

_results = None


class Process:
    """One world, in a process that takes commands."""

    def __init__(self, module, side):
        """Start a world.

        :param module: the world's, such as ``tests.two_worlds.compute.world``
        :param side: ``a`` or ``b``
        """
        self.side = side
        # Services log much; the reason why a world stopped is among it.
        self.log = open(os.environ.get('TWO_WORLDS_LOG', os.devnull), 'a')
        self.process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-m', module, side],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=ROOT,
            # Sets in the same order in both worlds.
            env=dict(os.environ, PYTHONHASHSEED='0'),
            text=True,
        )

    def tell(self, do, **arguments):
        """Send a command, whose result hear() returns."""
        self.process.stdin.write(json.dumps(dict(arguments, do=do)) + '\n')
        self.process.stdin.flush()

    def hear(self):
        """Wait for the result of the command that was sent first.

        :raises AssertionError: when the process has ended
        """
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(
                f'World {self.side} stopped; TWO_WORLDS_LOG=<file> keeps '
                'what it says.'
            )
        return json.loads(line)

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


def obey(world):
    """Call the methods of a world that the input names, until it ends."""
    _tell('ready')
    for line in sys.stdin:
        command = json.loads(line)
        what = command.pop('do')
        _tell(getattr(world, 'do_' + what)(**command))


def run(world):
    """Be a world until the input ends.

    :param world: a test case whose runTest() calls obey()
    """
    global _results
    # Services and their tests print; results go where only we write.
    _results = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    # Nobody reads it then, and it is a twentieth of the time.
    if 'TWO_WORLDS_LOG' not in os.environ:
        logging.disable(logging.CRITICAL)
    result = unittest.TestResult()
    world.run(result)
    for _, problem in result.errors + result.failures:
        print(problem, file=sys.stderr)
    # Whatever threads are left have nothing to do.
    os._exit(len(result.errors + result.failures))


def _tell(result):
    _results.write(json.dumps(result) + '\n')
    _results.flush()
