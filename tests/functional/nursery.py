"""A process that has loaded Nova and its tests, and breaks a copy of itself.

``python -m tests.functional.nursery`` reads ``[mutation or null, [test, …]]``
as JSON, a line each, and writes what became of the tests.
"""

import importlib
import json
import os
import sys
import tempfile
import unittest

from nova import test
import testtools

from tests.functional import cloud
from tests.functional import mutations


def _run(name, tests):
    """Break the filter, unless there is no name; run tests until one fails.

    :returns: ``{'ran': number, 'failures': {test: why}, 'errors': …}``
    """
    if name is not None:
        mutations.apply(name)
    result = testtools.TestResult(failfast=True)
    unittest.defaultTestLoader.loadTestsFromNames(tests).run(result)
    return {
        'ran': result.testsRun,
        **{
            what: {
                test.id(): why[-2000:] for test, why in getattr(result, what)
            }
            for what in ('failures', 'errors')
        },
    }


def _in_a_copy(*arguments):
    with tempfile.TemporaryFile('w+') as told:
        child = os.fork()
        if not child:
            try:
                json.dump(_run(*arguments), told)
                told.flush()
            finally:
                # Whatever threads are left have nothing to do.
                os._exit(0)
        os.waitpid(child, 0)
        told.seek(0)
        return told.read()


class _Schemas(test.TestCase):
    """Lets Nova's fixtures make what they keep: the databases' schemas."""

    def runTest(self):
        pass


def main():
    """Obey until the input ends."""
    # Nova's tests print; results go where only we write.
    results = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    # Each copy of this process would have to boot what servers are copies of.
    cloud.Cloud.COPIES = False
    for mutation in mutations.MUTATIONS.values():
        importlib.import_module(mutation.killer.rpartition('.Test')[0])
    result = testtools.TestResult()
    _Schemas().run(result)
    assert result.wasSuccessful(), result.errors + result.failures
    for line in sys.stdin:
        results.write(_in_a_copy(*json.loads(line)) + '\n')
        results.flush()


if __name__ == '__main__':
    main()
