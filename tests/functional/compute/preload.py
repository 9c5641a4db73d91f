# SPDX-License-Identifier: Apache-2.0
"""Load Nova and the killers of mutations, once for all copies of a process.

Only the fork server of killers.py imports this module.
"""

import importlib
import os

from nova import test
import testtools

from tests.functional.compute import mutations

# Nova's tests print, and the runner's report goes to standard output.
os.dup2(2, 1)
for _module in {
    mutation.killer.rpartition('.Test')[0]
    for mutation in mutations.MUTATIONS.values()
}:
    importlib.import_module(_module)


class _Schemas(test.TestCase):
    """Makes the databases' schemas, which Nova's fixtures keep."""

    def runTest(self):
        pass


_result = testtools.TestResult()
_Schemas().run(_result)
assert _result.wasSuccessful(), _result.errors + _result.failures
