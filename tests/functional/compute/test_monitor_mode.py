# SPDX-License-Identifier: Apache-2.0
"""Monitor mode changes no response."""

import fixtures
from nova import exception
from oslo_utils.fixture import uuidsentinel

from cloud_security.compute import hint_marks
from tests.functional.compute import cloud
from tests.functional.compute import operations
from tests.functional.compute import other_services
from tests.functional.compute import two_hosts

ATTACHMENT = 'servers/{}/os-volume_attachments/' + operations.VOLUME


class TestMonitor(other_services.OtherServicesIds):
    """Monitor mode: each module's answers are stock Nova's."""

    MODE = 'monitor'

    def test_monitor_mode_changes_no_response(self):
        self.floating_ips(_10_0_0_1=self.alices_server)
        self.has_addresses()
        self.assertIn(
            self.alices_server, self.bob.call('GET', 'os-floating-ips').text
        )
        with fixtures.MockPatch(
            'nova.compute.api.API.reboot',
            side_effect=exception.InstanceIsLocked(
                instance_uuid=self.alices_server
            ),
        ):
            answer = self.bob.act(self.bobs_server, 'reboot', {'type': 'HARD'})
        self.assertEqual(409, answer.status_code)
        self.assertIn(self.alices_server, answer.text)
        answer = self.bob.call('GET', ATTACHMENT.format(uuidsentinel.unknown))
        self.assertEqual(404, answer.status_code)
        usage = self.bob.get(
            f'os-quota-sets/{cloud.PROJECT}/detail?user_id=alice'
        )
        self.assertEqual(1, usage['quota_set']['instances']['in_use'])
        answer = self.bob.act(
            self.bobs_server, 'addFloatingIp', {'address': '10.0.0.1'}
        )
        self.assertEqual(202, answer.status_code)
        self.assertEqual(1, len(self.given))
        query = f'["\\u003d", "$instances.{self.alices_server}.uuid", "x"]'
        server_id = self.boot(
            self.bob,
            state=None,
            hints={'same_host': self.alices_server, 'query': query},
        )
        stored = self.stored_hints(server_id)
        self.assertEqual([self.alices_server], stored['same_host'])
        self.assertEqual([query], stored['query'])

    @two_hosts.SHOWN
    def test_mark_written_by_a_caller_is_unchanged(self):
        sent = {
            'same_host': [
                hint_marks.MARK + self.alices_server,
                self.alices_server,
            ]
        }
        server_id = self.boot(self.bob, state=None, hints=sent)
        self.assertEqual(
            sent,
            self.bob.get(f'servers/{server_id}', version='2.100')['server'][
                'scheduler_hints'
            ],
        )


class TestMonitorIsStock(TestMonitor):
    FILTERED = DROPPED_IN = False
