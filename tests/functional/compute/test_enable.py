# SPDX-License-Identifier: Apache-2.0
"""Members of a running API, while cloud_security is switched on and off."""

import os

from nova.conf import CONF

from cloud_security.deploy import host
from tests.functional import commands
from tests.functional.compute import cloud


class TestEnable(cloud.Cloud):
    FILTERED = DROPPED_IN = False

    def setUp(self):
        super().setUp()
        self.alices_server = self.boot(self.alice)

    def enable(self, *arguments):
        code, out, err = commands.run(
            'enable',
            *('--paste', CONF.wsgi.api_paste_config),
            *('--policy-dir', self.policy_dir),
            *arguments,
        )
        self.assertEqual((0, ''), (code, err))
        return out

    def assert_answers(self, status):
        """Expect the same status for members and readers, for each call."""
        for account in (self.alice, self.bob, self.dan):
            for path in ('servers', f'servers/{self.alices_server}'):
                answer = account.call('GET', path)
                self.assertEqual(status, answer.status_code, answer.text)

    def test_enable_refuses_no_member_before_the_restart(self):
        self.assert_answers(200)
        for _ in range(2):
            self.assertIn('enable --restarted', self.enable())
            self.assert_answers(200)

    def test_rules_in_one_step_would_refuse_members(self):
        self.enable('--offline')
        self.assert_answers(403)
        os.unlink(os.path.join(self.policy_dir, host.LINK))
        self.assert_answers(200)


class TestEnableRestarted(TestEnable):
    """The API after the restart, in monitor mode."""

    FILTERED = True
    MODE = 'monitor'

    def test_enable_refuses_no_member_before_the_restart(self):
        self.assertIn('It is enabled', self.enable('--restarted'))
        self.assert_answers(200)

    def test_rules_in_one_step_would_refuse_members(self):
        self.enable('--offline')
        self.assert_answers(200)
