"""A process that has loaded Nova and its tests, and breaks a copy of itself.

``python -m tests.functional.nursery`` reads names of mutations, as JSON, and
writes for each ``[exit status, what was said]`` of the tests that must notice.
"""

import importlib
import json
import os
import sys
import tempfile

from testtools import run

from tests.functional import mutations


def _run(name):
    """Break the filter, run the tests; return the exit status."""
    mutations.apply(name)
    tests = f'tests.functional.{mutations.MUTATIONS[name].killers}'
    try:
        run.main(['testtools.run', '--failfast', tests], sys.stdout)
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _in_a_copy(name):
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if not child:
            status = 70
            try:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                status = _run(name)
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return [
            os.waitstatus_to_exitcode(status),
            said.read().decode(errors='replace')[-2000:],
        ]


def main():
    """Obey until the input ends."""
    # Nova's tests print; results go where only we write.
    results = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    for mutation in mutations.MUTATIONS.values():
        module = mutation.killers.partition('.')[0]
        importlib.import_module(f'tests.functional.{module}')
    for line in sys.stdin:
        results.write(json.dumps(_in_a_copy(json.loads(line))) + '\n')
        results.flush()


if __name__ == '__main__':
    main()
