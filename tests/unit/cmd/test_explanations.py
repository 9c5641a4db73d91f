# SPDX-License-Identifier: Apache-2.0
"""explain, of two services and of one that is absent."""

import argparse
import json
import subprocess
import uuid

import fixtures

from cloud_security.cmd import explanations
from cloud_security.deploy import apis
from tests.unit.cmd import manage_fixture

BOTH = [apis.NOVA, apis.CINDER]
WHO = ('--user', 'u', '--project', 'p', '--role', 'member')


class TestExplanations(manage_fixture.Manage):
    def setUp(self):
        super().setUp()
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: None
            )
        )
        self.found(*BOTH)

    def found(self, *found):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.cmd.service_choice.chosen',
                lambda *args: list(found),
            )
        )

    def children(self, **outcomes):
        """Let each service's process end so: (exit code, output, words)."""
        self.commands = []

        def run(command, **options):
            self.commands.append(command)
            key = command[command.index('--service') + 1]
            return subprocess.CompletedProcess(command, *outcomes[key])

        self.useFixture(fixtures.MonkeyPatch('subprocess.run', run))

    def test_rows_of_each_service_have_its_name(self):
        self.children(
            **{
                key: (0, json.dumps({'mode': mode, 'user': 'u'}), '')
                for key, mode in (('compute', 'off'), ('volume', 'enforce'))
            }
        )
        volume_id = str(uuid.uuid4())
        code, out, err = self.manage(
            'explain', *WHO, '-f', 'json', '--action', 'x', volume_id
        )
        self.assertEqual((0, ''), (code, err))
        self.assertEqual(
            {'Nova: mode': 'off', 'user': 'u', 'Cinder: mode': 'enforce'},
            json.loads(out),
        )
        for command in self.commands:
            self.assertEqual(
                [
                    *('-f', 'json', '--user=u', '--project=p'),
                    *('--action=x', '--role=member', volume_id),
                ],
                command[-7:],
            )

    def test_service_that_cannot_be_explained_is_one_sentence_and_1(self):
        self.children(
            compute=(0, '{}', ''),
            volume=(1, '', 'x\ncloud-security-manage: there is no cinder.\n'),
        )
        code, out, err = self.manage('explain', *WHO)
        self.assertEqual((1, ''), (code, out))
        self.assertEqual('there is no cinder.', err.strip().partition(': ')[2])

    def test_service_that_says_nothing_is_named(self):
        self.children(compute=(-9, '', ''))
        error = self.assertRaises(
            explanations.Failed,
            explanations.of,
            BOTH,
            argparse.Namespace(
                user='', project='', action='', role=None, server=None
            ),
        )
        self.assertEqual('Nova exited with -9.', str(error))

    def test_absent_package_is_one_sentence_and_1(self):
        for api in BOTH:
            self.found(api)
            with fixtures.MonkeyPatch(
                'importlib.util.find_spec', lambda name: None
            ):
                code, out, err = self.manage('explain', *WHO)
            self.assertEqual((1, ''), (code, out))
            self.assertIn(f'{api.name} was not looked at', err)

    def test_text_that_is_no_id_is_refused_with_where_ids_are(self):
        code, out, err = self.manage('explain', *WHO, 'x')
        self.assertEqual((2, ''), (code, out))
        self.assertIn("'x' is not the ID of a server or a volume", err)
        self.assertIn('openstack volume list --all-projects', err)
