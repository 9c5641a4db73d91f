# SPDX-License-Identifier: Apache-2.0
"""Cleanup: it deletes what a run made, whatever happens, and nothing else."""

import os
import threading
import time
import uuid

import fixtures

from cloud_security.probe.client import limits
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import supplies
from tests.unit.probe import fake_cloud
from tests.unit.probe import runs


class TestCleanup(runs.RunTest):
    def test_one_failed_request_leaves_nothing(self):
        def lists(method, path):
            return 'servers/detail?name=' in path and self.cloud.servers

        def removes(method, path):
            return method == 'DELETE' and '/servers/' in path

        for answer, matches in (
            (runs.ERROR, lists),
            ((200, b'<html>'), lists),
            ((200, {'servers': None}), lists),
            (fake_cloud.DROPPED, removes),
        ):
            done = self.once(answer, matches)
            self.assert_cloud_is_empty(self.cloud.probe('show'))
            self.assertEqual(1, len(done))

    def test_failed_list_of_images_leaves_no_servers(self):
        failed = []

        def hooked(user, method, path, body):
            methods = [request[1] for request in self.cloud.requests]
            if 'images/detail' in path and 'DELETE' in methods:
                failed.append(path)
                return runs.ERROR

        self.cloud.hook = hooked
        self.assert_cloud_is_empty(self.cloud.probe('show'))
        self.assertNotEqual([], failed)

    def test_stopped_run_waits_for_its_boot_request(self):
        stop = limits.Stop()

        def hooked(user, method, path, body):
            if method == 'POST' and path.endswith('/servers'):
                stop.note('SIGINT stopped the run.')
                time.sleep(1)

        self.cloud.hook = hooked
        summary = self.cloud.probe(
            'show', allowed=limits.Limits(60, 1000, stop)
        )
        self.assertEqual('SIGINT stopped the run.', summary.error)
        self.assert_cloud_is_empty(summary)
        self.assertIn('DELETE', [one[1] for one in self.cloud.requests])

    def test_late_server_is_deleted(self):
        def make(name):
            server_id = str(uuid.uuid4())
            self.cloud.servers[server_id] = {
                'id': server_id,
                'name': name,
                'user_id': 'alice',
                'metadata': {footprints.MARK: 'x'},
            }

        def hooked(user, method, path, body):
            if method == 'POST' and path.endswith('/servers'):
                name = body['server']['name']
                threading.Timer(0.5, make, [name]).start()
                return fake_cloud.DROPPED

        self.cloud.hook = hooked
        summary = self.cloud.probe('show')
        self.assertIn('gets no response', summary.error)
        self.assert_cloud_is_empty(summary)
        self.assertIn('DELETE', [one[1] for one in self.cloud.requests])

    def test_missing_server_is_reported(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.probe.resources.cleanup.LATE', 0.5
            )
        )
        self.once(
            (504, b'<html>'), lambda method, path: path.endswith('/servers')
        )
        summary = self.cloud.probe('show')
        self.assertRegex(
            summary.sentence, 'left behind: server .*-example, which Nova has'
        )

    def test_server_without_name_or_mark_stays(self):
        ended = f'{footprints.PREFIX}-000000-1-1-'
        mark = {footprints.MARK: 'x'}
        for name, metadata in (
            (ended + 'example production', mark),
            (ended + 'keep', mark),
            (ended + 'example', {}),
            (ended + 'target', mark),
        ):
            self.cloud.servers[name] = {
                'id': name,
                'name': name,
                'user_id': 'alice',
                'metadata': metadata,
            }
        self.cloud.probe('show')
        self.assertEqual(
            {ended + 'example production', ended + 'keep', ended + 'example'},
            set(self.cloud.servers),
        )

    def test_process_number_counts_in_its_own_namespace_only(self):
        self.addCleanup(footprints.host.cache_clear)
        own = footprints.Footprint(600)

        def ended(run):
            """Return a name by a process that has ended."""
            return run.name('example').replace(f'-{os.getpid()}-', '-999999-')

        def unreadable(path):
            raise PermissionError(path)

        self.assertTrue(own.is_left(ended(own)))
        for link in (lambda path: 'pid:[1]', unreadable):
            footprints.host.cache_clear()
            with fixtures.MonkeyPatch('os.readlink', link):
                other = footprints.Footprint(600)
            footprints.host.cache_clear()
            self.assertFalse(own.is_left(ended(other)))

    def test_floating_ip_in_use_is_an_error(self):
        address = {'ip': '10.0.0.5', 'fixed_ip': None, 'instance_id': 'x'}

        def hooked(user, method, path, body):
            if 'os-floating-ips' in path:
                return 200, {'floating_ips': [address]}

        self.cloud.hook = hooked
        choice = supplies.Choice(address='10.0.0.5')
        summary = self.cloud.probe('show', choice=choice)
        self.assertIn('no free floating IP of the project', summary.error)
        address['instance_id'] = None
        self.assertEqual('', self.cloud.probe('show', choice=choice).error)
