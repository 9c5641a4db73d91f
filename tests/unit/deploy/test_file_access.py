# SPDX-License-Identifier: Apache-2.0
"""The user who runs a service, and what that user may read."""

import os
import pathlib
import re

import fixtures
import testtools

from cloud_security.deploy import apis
from cloud_security.deploy import file_access

PROGRAM = re.compile(r'nova[-_]api[\w-]*|nova\.wsgi(\.\w+)*')


class TestServiceUser(testtools.TestCase):
    def setUp(self):
        super().setUp()
        if os.geteuid():
            self.skipTest('Only root gives files to others.')
        self.processes = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.file_access._PROCESSES', self.processes
            )
        )

    def runs(self, uid, *words):
        """Let a user run a command."""
        folder = self.processes / str(len(os.listdir(self.processes)) + 1)
        folder.mkdir()
        (folder / 'cmdline').write_text('\0'.join(words) + '\0')
        os.chown(folder, uid, uid)
        return folder

    def user(self):
        found = file_access.service_user('no-such-account', PROGRAM)
        return found and found.uid

    def test_the_owner_of_a_process_is_the_user(self):
        for words in (
            ('/usr/bin/nova-api',),
            ('/usr/bin/python3', '/usr/bin/nova-api', '--config-file', 'x'),
            ('/usr/bin/python3', '/usr/local/bin/nova-api-wsgi'),
            ('uwsgi', '--ini', '/etc/uwsgi/nova-api-os-compute.ini'),
            ('/usr/bin/uwsgi', '--module=nova.wsgi.osapi_compute:application'),
            ('(wsgi:nova-api', '-k', 'start'),
            ('(wsgi:nova-api-wsgi',),
            ('gunicorn', 'nova.wsgi.osapi_compute:application'),
        ):
            folder = self.runs(12345, *words)
            self.assertEqual(12345, self.user(), words)
            (folder / 'cmdline').write_text('')

    def test_files_of_uwsgi_name_glance_in_several_ways(self):
        for name in (
            'glance-api',
            'glance-uwsgi',
            'glance-api-wsgi',
            'glance',
        ):
            folder = self.runs(12345, 'uwsgi', '--ini', f'/etc/{name}.ini')
            found = file_access.service_user(
                'no-such-account', apis.GLANCE.program
            )
            self.assertIsNotNone(found, name)
            (folder / 'cmdline').write_text('')

    def test_a_process_that_only_names_the_service_is_nobody(self):
        for words in (
            ('tail', '-f', '/var/log/nova/nova-api.log'),
            ('less', '/var/log/nova/nova-api.log'),
            ('vim', '/etc/nova/api-paste.ini'),
            ('ssh', 'host', 'nova-api'),
            ('grep', '-r', 'nova-api', '/etc'),
            ('httpd', '-DFOREGROUND'),
            ('nova-compute',),
            ('',),
        ):
            self.runs(12345, *words)
        self.assertIsNone(self.user())

    def test_workers_count_before_a_server_that_began_as_root(self):
        self.runs(0, 'uwsgi', '--ini', '/etc/uwsgi/nova-api.ini')
        self.assertEqual(0, self.user())
        self.runs(12345, 'uwsgi', '--ini', '/etc/uwsgi/nova-api.ini')
        self.assertEqual(12345, self.user())

    def test_without_a_process_the_account_of_packages_is_the_user(self):
        found = file_access.service_user('daemon', PROGRAM)
        self.assertEqual('daemon', found.name)
        self.assertIn(found.uid, (1, 2))
