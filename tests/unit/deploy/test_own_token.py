# SPDX-License-Identifier: Apache-2.0
"""The token that a service sends of its own."""

from keystoneauth1 import loading
from oslo_config import cfg
import testtools

from cloud_security.deploy import own_token

GROUP = 'service_user'


class TestFault(testtools.TestCase):
    def fault(self, **options):
        conf = cfg.ConfigOpts()
        conf.register_opt(
            cfg.BoolOpt('send_service_user_token', default=False), GROUP
        )
        loading.register_auth_conf_options(conf, GROUP)
        name = options.get('auth_type')
        if name == 'password':
            conf.register_opts(
                loading.get_auth_plugin_conf_options(name), GROUP
            )
        for option, value in options.items():
            conf.set_override(option, value, GROUP)
        return own_token.fault(conf)

    def test_option_that_is_off_is_named(self):
        self.assertEqual(
            '[service_user] send_service_user_token is off', self.fault()
        )

    def test_account_without_a_type_gets_no_token(self):
        self.assertEqual(
            '[service_user] auth_type is not set',
            self.fault(send_service_user_token=True),
        )

    def test_account_that_cannot_be_used_is_named(self):
        for options, word in (
            ({'auth_type': 'password'}, 'auth_url'),
            ({'auth_type': 'nonsense'}, 'nonsense'),
        ):
            found = self.fault(send_service_user_token=True, **options)
            self.assertIn('[service_user] has no account', found)
            self.assertIn(word, found)

    def test_account_that_can_be_used_has_no_fault(self):
        self.assertEqual(
            '',
            self.fault(
                send_service_user_token=True,
                auth_type='password',
                auth_url='http://127.0.0.1/identity',
                username='nova',
                password='x',
            ),
        )
