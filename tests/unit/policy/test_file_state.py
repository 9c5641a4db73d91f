# SPDX-License-Identifier: Apache-2.0
"""Changes of policy files are noticed."""

import os

import fixtures
from oslo_config import cfg
from oslo_policy import opts
from oslo_policy import policy
import testtools

from cloud_security.policy import file_state


class TestPolicyFiles(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.root = self.useFixture(fixtures.TempDir()).path
        with open(os.path.join(self.root, 'nova.conf'), 'w'):
            pass
        conf = cfg.ConfigOpts()
        conf(['--config-file', os.path.join(self.root, 'nova.conf')])
        opts.set_defaults(conf, policy_file='policy.yaml')
        self.now = 1000.0
        self.useFixture(
            fixtures.MonkeyPatch('time.monotonic', lambda: self.now)
        )
        os.mkdir(os.path.join(self.root, 'policy.d'))
        self.write('policy.d/1.yaml', 'a: "@"')
        self.files = file_state.PolicyFiles(policy.Enforcer(conf))

    def write(self, name, text):
        path = os.path.join(self.root, name)
        with open(path, 'w') as stream:
            stream.write(text)
        return path

    def assert_noticed(self, change, *args):
        before = self.files.state()
        self.assertIsNotNone(before)
        self.assertEqual(before, self.files.state())
        change(*args)
        self.assertNotEqual(before, self.files.state())

    def test_changes_of_a_directory_are_noticed_at_once(self):
        self.assert_noticed(self.write, 'policy.d/1.yaml', 'a: "role:a"')
        self.assert_noticed(self.write, 'policy.d/2.yaml', '')
        self.assert_noticed(
            os.remove, os.path.join(self.root, 'policy.d', '2.yaml')
        )

    def test_a_file_of_the_same_size_and_time_is_noticed(self):
        path = os.path.join(self.root, 'policy.d', '1.yaml')
        found = os.stat(path)

        def replace():
            other = self.write('other', 'a: "!"')
            os.utime(other, ns=(found.st_atime_ns, found.st_mtime_ns))
            os.replace(other, path)

        self.assert_noticed(replace)
        self.assertEqual(found.st_mtime_ns, os.stat(path).st_mtime_ns)

    def test_a_new_policy_file_is_noticed_within_a_second(self):
        def come():
            self.write('policy.yaml', 'a: "!"')
            self.now += file_state.SEARCH_INTERVAL

        self.assert_noticed(come)
        self.assertLessEqual(file_state.SEARCH_INTERVAL, 1)

    def test_a_directory_that_is_gone_has_no_state(self):
        self.files.state()
        os.remove(os.path.join(self.root, 'policy.d', '1.yaml'))
        os.rmdir(os.path.join(self.root, 'policy.d'))
        self.assertIsNone(self.files.state())
        # Without waiting for the next search.
        self.assertEqual((), self.files.state())
