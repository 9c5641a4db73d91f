# SPDX-License-Identifier: Apache-2.0
"""The guard is strict where Cinder's API is alone in its process."""

import subprocess
import sys

import testtools

#: Load what the API loads: its command, its routes, and the filter.
API = """
import cinder.cmd.api
from cloud_security.volume import process
from cloud_security.volume import service
assert not process.is_shared()
import cinder.scheduler.manager
assert process.is_shared()
"""


class TestProcess(testtools.TestCase):
    def test_process_of_the_api_is_shared_with_no_other_service(self):
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', API],
            capture_output=True,
            text=True,
            timeout=600,
        )
        self.assertEqual(0, done.returncode, done.stderr)
