# SPDX-License-Identifier: Apache-2.0
"""Attachments: hidden with their volume, but Nova may change them."""

from cinder.tests.unit import fake_constants as fake

from tests.functional.volume import cloud
from tests.functional.volume import things


class Attachments(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.patch(
            'cinder.volume.rpcapi.VolumeAPI.attachment_update',
            return_value={'driver_volume_type': 'fake'},
        )
        self.patch(
            'cinder.volume.rpcapi.VolumeAPI.attachment_delete',
            return_value=None,
        )
        self.alices = things.everything(
            'alice', self.vt['id'], things.group_type(self.vt['id'])
        )

    def changes(self, account, **headers):
        """Return the statuses of all that Nova does to an attachment."""
        path = f'attachments/{self.alices["attachment"]}'
        connector = {'connector': {'host': 'somewhere', 'mode': 'rw'}}
        return [
            account.call(
                'PUT', path, {'attachment': connector}, **headers
            ).status_code,
            account.call(
                'POST', f'{path}/action', {'os-complete': None}, **headers
            ).status_code,
            account.call('DELETE', path, **headers).status_code,
        ]


class TestAttachments(Attachments):
    def test_changes_of_a_hidden_attachment_find_none(self):
        self.assertEqual([404, 404, 404], self.changes(self.bob))

    def test_changes_of_a_hidden_attachment_by_nova_succeed(self):
        self.assertEqual(
            [200, 204, 200],
            self.changes(self.bob, X_Service_Roles='service'),
        )

    def test_changes_with_a_token_of_another_role_find_none(self):
        for roles in ('', 'member', 'services', 'admin'):
            self.assertEqual(
                [404, 404, 404],
                self.changes(self.bob, X_Service_Roles=roles),
            )

    def test_service_token_opens_no_other_operation(self):
        token = {'X_Service_Roles': 'service'}
        for method, path, body in (
            ('GET', 'attachments/{attachment}', None),
            ('GET', 'volumes/{volume}', None),
            ('DELETE', 'volumes/{volume}', None),
            ('POST', 'volumes/{volume}/action', {'os-reserve': None}),
            ('POST', 'attachments/{attachment}/action', {'os-other': None}),
            (
                'POST',
                'attachments',
                {
                    'attachment': {
                        'volume_uuid': self.alices['volume'],
                        'instance_uuid': fake.UUID1,
                    }
                },
            ),
        ):
            response = self.bob.call(
                method, path.format(**self.alices), body, **token
            )
            self.assertIn(
                response.status_code, (400, 404), (path, response.text)
            )
        self.assertEqual([], self.bob.ids('volumes', **token))
        self.assertEqual([], self.bob.ids('attachments', **token))

    def test_user_of_a_service_gets_stock_cinder(self):
        self.assertEqual(
            [200, 204, 200],
            self.changes(self.nova_user, X_Service_Roles='service'),
        )

    def test_owner_changes_own_attachment_as_nova_does(self):
        self.assertEqual(
            [200, 204, 200],
            self.changes(self.alice, X_Service_Roles='service'),
        )


class TestAttachmentsWithoutTheFilter(Attachments):
    FILTERED = False
    DROPPED_IN = False

    def test_show_of_another_members_attachment_tells_its_connection(self):
        found = self.bob.get(f'attachments/{self.alices["attachment"]}')
        self.assertIn('connection_info', found['attachment'])
