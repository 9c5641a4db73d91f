# SPDX-License-Identifier: Apache-2.0
"""Cinder's question about attachments never gets 404 for a hidden server."""

from oslo_utils.fixture import uuidsentinel

from tests.functional.compute import cloud
from tests.functional.compute import operations

ATTACHMENT = 'servers/{}/os-volume_attachments/' + operations.VOLUME


class Attachments(cloud.Cloud):
    """Cinder's guard takes 404 for "gone, delete the attachment"."""

    def setUp(self):
        super().setUp()
        self.alices_server = self.boot(self.alice)
        self.bobs_server = self.boot(self.bob)

    def ask(self, account, server_id, **kwargs):
        answer = account.call('GET', ATTACHMENT.format(server_id), **kwargs)
        return answer.status_code, answer.text.replace(server_id, 'ID')


class TestAttachments(Attachments):
    def test_hidden_and_unknown_servers_are_refused_alike(self):
        for account in (self.bob, self.dan):
            for version in ('2.1', cloud.LATEST):
                answers = [
                    self.ask(account, server_id, version=version)
                    for server_id in (self.alices_server, uuidsentinel.other)
                ]
                self.assertEqual(403, answers[0][0])
                self.assertEqual(answers[0], answers[1])

    def test_refusal_reads_like_novas_own(self):
        refused = self.ask(self.bob, self.alices_server)[1]
        self.operator_writes(
            {'os_compute_api:os-volumes-attachments:show': '!'}
        )
        self.assertEqual(self.ask(self.bob, self.bobs_server), (403, refused))

    def test_own_server_gets_novas_response(self):
        self.assertEqual(404, self.ask(self.bob, self.bobs_server)[0])
        self.bob.call('DELETE', f'servers/{self.bobs_server}')
        self.wait_until_gone(self.bobs_server)
        self.assertEqual(404, self.ask(self.bob, self.bobs_server)[0])

    def test_service_token_has_a_role_that_the_operator_chose(self):
        self.flags(
            service_token_roles=['cinder_service'], group='keystone_authtoken'
        )
        for role, status in (('service', 403), ('cinder_service', 404)):
            found = self.ask(
                self.bob, self.alices_server, X_Service_Roles=role
            )
            self.assertEqual(status, found[0], role)

    def test_service_token_gets_novas_response_on_this_route_only(self):
        status, text = self.ask(
            self.bob, self.alices_server, X_Service_Roles='service'
        )
        self.assertEqual(404, status)
        self.assertIn('is not attached', text)
        self.assertEqual(
            404,
            self.bob.call(
                'GET',
                f'servers/{self.alices_server}',
                X_Service_Roles='service',
            ).status_code,
        )
        self.assertEqual(
            [self.bobs_server], self.bob.ids(X_Service_Roles='service')
        )
        self.assertEqual(
            403,
            self.ask(self.bob, self.alices_server, X_Service_Roles='member')[
                0
            ],
        )

    def test_other_operations_on_attachments_return_404(self):
        for headers in ({}, {'X_Service_Roles': 'service'}):
            answers = [
                (answer.status_code, answer.text.replace(server_id, 'ID'))
                for server_id in (self.alices_server, uuidsentinel.other)
                for answer in [
                    self.bob.call(
                        'DELETE', ATTACHMENT.format(server_id), **headers
                    )
                ]
            ]
            self.assertEqual(404, answers[0][0])
            self.assertEqual(answers[0], answers[1])


class TestAttachmentsWithoutTheFilter(Attachments):
    FILTERED = DROPPED_IN = False

    def test_hidden_and_unknown_servers_differ(self):
        self.assertNotEqual(
            self.ask(self.bob, self.alices_server),
            self.ask(self.bob, uuidsentinel.other),
        )
