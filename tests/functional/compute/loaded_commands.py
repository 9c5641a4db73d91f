# SPDX-License-Identifier: Apache-2.0
"""Commands that start as copies of a process that has loaded Nova.

A command that an operator starts loads Nova first, for seconds. This process
loads Nova once, and reads a command with its environment, in JSON, from each
line of its standard input. A copy of this process becomes the command; this
process prints the exit code.
"""

import importlib
import json
import os
import sys

from cloud_security.cmd import manage
from cloud_security.cmd import status

COMMANDS = {'manage': manage.main, 'status': status.main}
#: What the commands import when they are started.
LATER = (
    'cloud_security.cmd.enable',
    'cloud_security.cmd.explain',
    'cloud_security.cmd.set_owner',
    'cloud_security.compute.policy_rules',
    'cloud_security.compute.process',
    'nova.config',
)


def serve():
    """Start commands until standard input ends; return the last, in a copy."""
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            return asked
        ended = os.waitpid(child, 0)[1]
        sys.stdout.write(f'{os.waitstatus_to_exitcode(ended)}\n')
        sys.stdout.flush()
    return None


def become(name, arguments, environment, out, err):
    """Take over what a process of its own would have, and start a command.

    :param name: of a command
    :param arguments: those of the program's file, as in ``sys.argv``
    :param environment: all variables
    :param out: a file for standard output
    :param err: a file for standard error
    :returns: the exit code
    """
    for number, path in enumerate((os.devnull, out, err)):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[:] = arguments
    return COMMANDS[name]()


if __name__ == '__main__':
    for _module in LATER:
        importlib.import_module(_module)
    _asked = serve()
    if _asked is not None:
        sys.exit(become(**_asked))
