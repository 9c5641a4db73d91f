# SPDX-License-Identifier: Apache-2.0
"""The DevStack plugin, with stand-ins for DevStack's functions."""

import subprocess
import textwrap

import fixtures
import testtools

from tests.packaging import ROOT

#: What DevStack has defined by then; each call is printed.
DEVSTACK = """
function is_service_enabled {
    local name
    for name; do [[ " $ENABLED " == *" $name "* ]] && return 0; done
    return 1
}
function iniset { echo "iniset $*"; }
function setup_develop { echo "setup_develop $*"; }
function trueorfalse { local value=${!2:-$1}; echo "$value"; }
function get_python_exec_prefix { echo "$BIN"; }
DEST=/opt/stack
NEUTRON_BIN_DIR=$BIN
NOVA_CONF=$ETC/nova.conf
CINDER_CONF=$ETC/cinder.conf
GLANCE_API_CONF=$ETC/glance-api.conf
NEUTRON_CONF=$ETC/neutron.conf
"""
COMMANDS = (
    'cloud-security-manage',
    'cloud-security-status',
    'cloud-security-trace',
    'neutron-db-manage',
)


class TestDevstack(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.etc = self.useFixture(fixtures.TempDir())
        self.bin = self.useFixture(fixtures.TempDir())
        self.make('nova.conf', 'cinder.conf')
        for name in COMMANDS:
            self.command(name, 0)

    def make(self, *names):
        for name in names:
            with open(self.etc.join(name), 'w'):
                pass

    def command(self, name, code):
        """Let a command print its arguments and exit with a code."""
        path = self.bin.join(name)
        with open(path, 'w') as stream:
            stream.write(f'#!/bin/sh\necho "{name} $*"\nexit {code}\n')
        subprocess.run(['chmod', '+x', path], check=True)

    def phase(self, *words, enabled='n-api c-api g-api q-svc', **variables):
        """Source the plugin as DevStack does; return (exit code, calls)."""
        variables.update(
            ENABLED=enabled,
            ETC=self.etc.path,
            BIN=self.bin.path,
            PATH='/usr/bin:/bin',
        )
        script = textwrap.dedent(
            f"""
            set -o errexit
            {DEVSTACK}
            source {ROOT}/devstack/settings
            source {ROOT}/devstack/plugin.sh {' '.join(words)}
            """
        )
        done = subprocess.run(
            ['bash', '-c', script],
            env=variables,
            capture_output=True,
            text=True,
        )
        self.assertEqual('', done.stderr)
        return done.returncode, done.stdout.splitlines()

    def test_install_takes_the_checkout(self):
        self.assertEqual(
            (0, ['setup_develop /opt/stack/cloud_security']),
            self.phase('stack', 'install'),
        )

    def test_all_services_are_configured_before_they_start(self):
        etc = self.etc.path
        code, calls = self.phase('stack', 'post-config')
        self.assertEqual(0, code)
        self.assertEqual(
            [
                *(
                    f'iniset {etc}/{name} cloud_security mode enforce'
                    for name in (
                        *('nova.conf', 'cinder.conf'),
                        *('glance-api.conf', 'neutron.conf'),
                    )
                ),
                f'iniset {etc}/nova.conf service_user '
                'send_service_user_token True',
                f'iniset {etc}/cinder.conf service_user '
                'send_service_user_token True',
                f'neutron-db-manage --config-file {etc}/neutron.conf '
                '--subproject cloud_security upgrade heads',
                'cloud-security-manage enable --offline',
            ],
            calls,
        )

    def test_service_that_is_not_enabled_is_left_alone(self):
        code, calls = self.phase('stack', 'post-config', enabled='n-api')
        self.assertEqual(0, code)
        self.assertNotIn('neutron', ' '.join(calls))
        self.assertNotIn('glance', ' '.join(calls))

    def test_settings_choose_mode_and_history(self):
        code, calls = self.phase(
            *('stack', 'post-config'),
            CLOUD_SECURITY_MODE='monitor',
            CLOUD_SECURITY_TRACE='True',
        )
        self.assertEqual(0, code)
        self.assertIn('mode monitor', calls[0])
        self.assertEqual('cloud-security-trace enable', calls[-1])

    def test_tables_that_cannot_be_made_end_the_stack(self):
        self.command('neutron-db-manage', 1)
        code, calls = self.phase('stack', 'post-config')
        self.assertNotEqual(0, code)
        self.assertNotIn('cloud-security-manage enable --offline', calls)

    def test_warnings_of_the_check_do_not_end_the_stack(self):
        for status, code in ((0, 0), (1, 0), (2, 1), (255, 1)):
            self.command('cloud-security-status', status)
            self.assertEqual(code, self.phase('stack', 'test-config')[0])

    def test_unstack_takes_it_out(self):
        self.assertEqual(
            (0, ['cloud-security-manage disable']), self.phase('unstack')
        )

    def test_other_phases_do_nothing(self):
        for words in (
            ('stack', 'pre-install'),
            ('stack', 'extra'),
            ('clean',),
        ):
            self.assertEqual((0, []), self.phase(*words))
