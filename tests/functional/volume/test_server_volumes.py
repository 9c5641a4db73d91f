# SPDX-License-Identifier: Apache-2.0
"""A hidden volume on an own server, from before members were isolated."""

from unittest import mock

from cinder.tests.unit import fake_constants as fake
import fixtures
from keystoneauth1 import exceptions as keystone_errors
from oslo_serialization import jsonutils

from tests.functional.volume import cloud
from tests.functional.volume import things

SERVER = fake.UUID1
OTHER_SERVER = fake.UUID2
CATALOG = jsonutils.dumps(
    [
        {
            'type': 'compute',
            'name': 'nova',
            'endpoints': [{'publicURL': 'http://nova/v2.1'}],
        }
    ]
)
CONNECTOR = {'host': 'somewhere', 'initiator': 'iqn.somewhere'}


class ServerVolumes(cloud.Cloud):
    """Alice's volume is on a server of bob's, as Nova knows."""

    def setUp(self):
        super().setUp()
        for name in ('initialize_connection', 'terminate_connection'):
            self.patch(
                f'cinder.volume.rpcapi.VolumeAPI.{name}', return_value={}
            )
        for name in ('detach_volume', 'attachment_delete'):
            self.patch(
                f'cinder.volume.rpcapi.VolumeAPI.{name}', return_value=None
            )
        self.volume_id, self.attachment_id = self.attached(SERVER)
        self.owners = {SERVER: 'bob', OTHER_SERVER: 'alice'}
        self.asked = mock.Mock(side_effect=self.nova)
        self.useFixture(
            fixtures.MonkeyPatch(
                'keystoneauth1.session.Session.get',
                lambda session, url, **_: self.asked(
                    url, session.auth.get_token(session)
                ),
            )
        )

    def attached(self, server_id):
        """Return the IDs of a volume of alice's on a server, attached."""
        volume_id = things.volume('alice', self.vt['id'])
        things.attach('alice', volume_id, server_id)
        [attachment] = self.root.get(f'attachments?volume_id={volume_id}')[
            'attachments'
        ]
        return volume_id, attachment['id']

    def nova(self, url, token):
        server_id = url.rpartition('/')[2]
        if token != f'token-of-{self.owners[server_id]}':
            raise keystone_errors.NotFound()
        return mock.Mock(
            json=lambda: {'server': {'user_id': self.owners[server_id]}}
        )

    def by_nova(self, account, method, path, body=None, **headers):
        """Return the status of a request of Nova's in a user's name."""
        headers = {
            'X_Auth_Token': f'token-of-{account.user_id}',
            'X_Service_Catalog': CATALOG,
            'X_Service_Roles': 'service',
            **headers,
        }
        return account.call(method, path, body, **headers).status_code

    def requests(self, volume_id=None, attachment_id=None, server_id=SERVER):
        """Yield what Nova asks about a volume that is on a server."""
        volume_id = volume_id or self.volume_id
        attachment_id = attachment_id or self.attachment_id
        action = f'volumes/{volume_id}/action'
        yield 'GET', f'volumes/{volume_id}'
        yield 'GET', f'attachments/{attachment_id}'
        connector = {'connector': CONNECTOR}
        for name, value in (
            ('os-begin_detaching', None),
            ('os-roll_detaching', None),
            ('os-initialize_connection', connector),
            ('os-terminate_connection', connector),
        ):
            yield 'POST', action, {name: value}
        snapshot = {'volume_id': volume_id, 'force': True}
        yield 'POST', 'snapshots', {'snapshot': snapshot}
        yield (
            'POST',
            'attachments',
            {
                'attachment': {
                    'volume_uuid': volume_id,
                    'instance_uuid': server_id,
                }
            },
        )
        yield 'POST', action, {'os-detach': {'attachment_id': attachment_id}}

    def all_by_nova(self, account, *of, **headers):
        """Return the statuses of all these requests."""
        return [
            self.by_nova(account, *request, **headers)
            for request in self.requests(*of)
        ]


class TestServerVolumes(ServerVolumes):
    def test_volume_on_an_own_server_serves_nova(self):
        self.assertEqual(
            [200, 200, 202, 202, 200, 202, 202, 200, 202],
            self.all_by_nova(self.bob),
        )
        self.assertEqual(
            ('http://nova/v2.1/servers/' + SERVER, 'token-of-bob'),
            self.asked.call_args.args,
        )

    def test_volume_on_an_own_server_is_hidden_without_a_service_token(self):
        for roles in ('', 'member', 'admin'):
            self.assertEqual(
                {404},
                set(self.all_by_nova(self.bob, X_Service_Roles=roles)),
            )
        self.asked.assert_not_called()

    def test_volume_on_a_server_of_others_is_hidden(self):
        of = *self.attached(OTHER_SERVER), OTHER_SERVER
        self.assertEqual({404}, set(self.all_by_nova(self.bob, *of)))
        self.assertTrue(self.asked.called)

    def test_manager_sees_the_server_but_the_volume_stays_hidden(self):
        # Nova shows a server to more people than its owner.
        self.asked.side_effect = lambda *_: mock.Mock(
            json=lambda: {'server': {'user_id': 'carol'}}
        )
        self.assertEqual({404}, set(self.all_by_nova(self.bob)))

    def test_volume_that_is_detached_is_hidden(self):
        self.all_by_nova(self.bob)
        for attachment in self.root.get('attachments')['attachments']:
            self.root.call('DELETE', f'attachments/{attachment["id"]}')
        self.assertEqual({404}, set(self.all_by_nova(self.bob)))

    def test_other_requests_of_nova_find_no_such_volume(self):
        volume = f'volumes/{self.volume_id}'
        other = {'volume_uuid': self.volume_id, 'instance_uuid': OTHER_SERVER}
        for request in (
            ('DELETE', volume),
            ('PUT', volume, {'volume': {'name': 'x'}}),
            ('POST', f'{volume}/action', {'os-reserve': None}),
            ('POST', f'{volume}/action', {'os-extend': {'new_size': 9}}),
            ('POST', 'attachments', {'attachment': other}),
            ('POST', 'volumes', {'volume': {'source_volid': self.volume_id}}),
        ):
            self.assertEqual(404, self.by_nova(self.bob, *request), request)

    def test_attachment_to_a_server_of_others_is_hidden(self):
        """The volume is on an own server, too."""
        things.attach('alice', self.volume_id, OTHER_SERVER)
        [other] = [
            one['id']
            for one in self.root.get('attachments')['attachments']
            if one['id'] != self.attachment_id
        ]
        self.assertEqual(
            404, self.by_nova(self.bob, 'GET', f'attachments/{other}')
        )

    def test_nova_that_does_not_respond_leaves_the_volume_hidden(self):
        log = self.useFixture(fixtures.FakeLogger('cloud_security'))
        for trouble in (keystone_errors.ConnectFailure(), ValueError()):
            self.asked.side_effect = trouble
            self.assertEqual({404}, set(self.all_by_nova(self.bob)))
        self.assertIn(SERVER, log.output)
        self.asked.side_effect = lambda *_: mock.Mock(json=lambda: {})
        self.assertEqual({404}, set(self.all_by_nova(self.bob)))

    def test_odd_bodies_find_no_such_volume(self):
        for body in ({}, {'attachment': []}, [], {'attachment': {}}):
            self.assertIn(
                self.by_nova(self.bob, 'POST', 'attachments', body),
                (400, 404),
            )
        self.asked.assert_not_called()

    def test_own_volume_asks_nova_nothing(self):
        self.assertEqual(
            200, self.by_nova(self.alice, 'GET', f'volumes/{self.volume_id}')
        )
        self.asked.assert_not_called()


class TestServerVolumesWithoutTheFilter(ServerVolumes):
    FILTERED = False
    DROPPED_IN = False

    def test_volume_on_a_server_of_others_serves_everybody(self):
        of = *self.attached(OTHER_SERVER), OTHER_SERVER
        self.assertNotIn(404, self.all_by_nova(self.bob, *of))
