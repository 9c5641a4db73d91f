# SPDX-License-Identifier: Apache-2.0
"""Run tests in processes of their own, with the filter broken or whole."""

import multiprocessing
import os
import unittest

import testtools

from tests.functional.compute import cloud
from tests.functional.compute import mutations

#: A fork server needs what eventlet's sockets lack, up to Nova 33. There each
#: process loads Nova itself, which takes twice the time.
_METHOD = (
    'forkserver'
    if 'forkserver' in multiprocessing.get_all_start_methods()
    else 'spawn'
)
_processes = multiprocessing.get_context(_METHOD)
_processes.set_forkserver_preload(['tests.functional.compute.preload'])


def outcome(mutation, *tests):
    """Break the filter in a new process, and run tests until one fails.

    :param mutation: its name, None to leave the filter whole
    :param tests: full names of tests
    :returns: ``{'ran': number, 'failures': {test: why}, 'errors': {…}}``
    """
    receiver, sender = _processes.Pipe(duplex=False)
    process = _processes.Process(target=_send, args=(sender, mutation, tests))
    process.start()
    sender.close()
    try:
        return receiver.recv()
    finally:
        # Idle threads of Nova's would keep the process for a minute.
        process.kill()
        process.join()


def _send(sender, mutation, tests):
    # Nova's tests print, and the runner's report goes to standard output.
    os.dup2(2, 1)
    # Each process would boot the server that others are copies of.
    cloud.Cloud.COPIES = False
    if mutation is not None:
        mutations.apply(mutation)
    result = testtools.TestResult(failfast=True)
    unittest.defaultTestLoader.loadTestsFromNames(tests).run(result)
    sender.send(
        {
            'ran': result.testsRun,
            **{
                kind: {
                    test.id(): why[-2000:]
                    for test, why in getattr(result, kind)
                }
                for kind in ('failures', 'errors')
            },
        }
    )
