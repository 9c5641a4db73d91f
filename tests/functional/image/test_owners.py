# SPDX-License-Identifier: Apache-2.0
"""The owner of an image is who makes it, and admins alone change that."""

import io
from unittest import mock

from glance.common import wsgi
from oslo_serialization import jsonutils

from tests.functional.image import cloud

SERVER = '0d3f2a6c-1f0e-4b8e-9a51-7f3a5a0f3c11'
CATALOG = [
    {
        'type': 'compute',
        'name': 'nova',
        'endpoints': [
            {
                'region': 'RegionOne',
                'publicURL': 'http://nova.public/v2.1',
                'internalURL': 'http://nova.internal/v2.1',
            }
        ],
    }
]


OF_ALICE = {'user_id': 'alice'}


class UWSGI(cloud.fixtures.Fixture):
    """uWSGI, which hands chunks to Glance past WSGI."""

    def _setUp(self):
        left = [b'{"user_id": "bob", ', b'"visibility": "private"}']
        server = mock.Mock()
        server.chunked_read = lambda *_: left.pop(0) if left else b''
        name = '_get_uwsgi' if hasattr(wsgi, '_get_uwsgi') else 'uwsgi'
        self.useFixture(
            cloud.fixtures.MonkeyPatch(
                f'glance.common.wsgi.{name}',
                (lambda: server) if name == '_get_uwsgi' else server,
            )
        )


class TestNewImages(cloud.Cloud):
    def test_owner_is_the_caller_whatever_the_body_says(self):
        for account in (self.alice, self.carol, self.root):
            for body in ({}, {'user_id': 'bob'}, {'user_id': ''}):
                found = account.create(name='x', **body)
                self.assertEqual(account.user_id, self.owner(found['id']))
        self.assertEqual([], self.bob.ids('?visibility=private'))

    def test_image_that_an_admin_makes_for_a_project_is_the_projects(self):
        admin = self.account('root', ('admin',), project_id='a' * 32)
        given = {'visibility': 'private', 'owner': cloud.PROJECT}
        for body, bobs_status in ((given, 200), (given | OF_ALICE, 404)):
            image_id = admin.create(name='x', **body)['id']
            for account, status in (
                (self.alice, 200),
                (self.bob, bobs_status),
            ):
                response = account.call('GET', f'images/{image_id}')
                self.assertEqual(status, response.status_code, response.text)
        # Nobody else does so.
        for account in (self.alice, self.carol):
            response = account.call('POST', 'images', given)
            found = self.root.ids('?visibility=private')
            if response.status_code == 201:
                owner = self.owner(response.json['id'])
                self.assertEqual(account.user_id, owner)
            self.assertIn(image_id, found)

    def test_escapes_repetitions_and_chunks_do_not_plant_an_image(self):
        for body in (
            b'{"visibility": "private", "user\\u005fid": "bob"}',
            b'{"user_id": "alice", "visibility": "private", "user_id": "bob"}',
        ):
            for path in ('images', '/v2//images', '//v2/images'):
                response = self.alice.call('POST', path, body)
                self.assertEqual(201, response.status_code, path)
                owner = self.owner(response.json['id'])
                self.assertEqual('alice', owner, path)
            response = self.alice.call(
                'POST', 'images', io.BytesIO(body), Transfer_Encoding='chunked'
            )
            self.assertEqual(201, response.status_code, response.text)
            self.assertEqual('alice', self.owner(response.json['id']))
            response = self.alice.call(
                'GET',
                'images?_method=POST',
                io.BytesIO(body),
                Transfer_Encoding='chunked',
            )
            self.assertNotEqual(
                'bob', response.json.get('user_id'), response.text
            )
        self.assertEqual([], self.bob.ids())

    def test_chunks_past_wsgi_do_not_plant_an_image(self):
        self.useFixture(UWSGI())
        response = self.alice.call(
            'POST', 'images', io.BytesIO(), Transfer_Encoding='chunked'
        )
        # Stock Glance reads them twice, and finds no JSON.
        self.assertEqual(400, response.status_code, response.text)
        self.assertEqual([], self.root.ids())

    def test_malformed_bodies_get_glances_own_words(self):
        for body in (b'', b'{', b'[]', b'"x"', b'\xff', b'[' * 100000):
            response = self.alice.call('POST', 'images', body)
            self.assertIn(response.status_code, (400, 500), body[:9])

    def test_names_that_look_alike_are_no_owner(self):
        shared = self.root.create(name='old', visibility='shared')['id']
        self.root.patch(
            f'images/{shared}', {'op': 'remove', 'path': '/user_id'}
        )
        for name in ('USER_ID', 'user_id ', 'u\u0073er_id2', 'üser_id'):
            self.bob.patch(
                f'images/{shared}',
                {'op': 'add', 'path': f'/{name}', 'value': 'alice'},
            )
        response = self.bob.patch(
            f'images/{shared}',
            {'op': 'replace', 'path': '/visibility', 'value': 'private'},
        )
        self.assertEqual(200, response.status_code, response.text)
        self.assertEqual([shared], self.dan.ids())


class TestNewImagesWithoutTheFilter(cloud.Cloud):
    FILTERED = False
    DROPPED_IN = False

    def test_caller_writes_any_owner(self):
        found = self.alice.create(name='x', user_id='bob')
        self.assertEqual('bob', found['user_id'])
        response = self.alice.patch(
            f'images/{found["id"]}',
            {'op': 'replace', 'path': '/user_id', 'value': 'dan'},
        )
        self.assertEqual('dan', response.json['user_id'])

    def test_images_in_chunks_are_made(self):
        response = self.alice.call(
            'POST',
            'images',
            io.BytesIO(b'{"user_id": "bob"}'),
            Transfer_Encoding='chunked',
        )
        self.assertEqual('bob', response.json['user_id'])


class TestChanges(cloud.Cloud):
    #: Spellings of the pointer to the owner that Glance takes.
    POINTERS = ('/user_id', '//user_id', '/ user_id ', '/user_id\t')
    OTHERS = ('/user_id/x', 'user_id', '/USER_ID', '/user~01id', '/user~0id')

    def changes(self, pointer):
        for operation in ('add', 'replace', 'remove'):
            yield (
                cloud.PATCH,
                {'op': operation, 'path': pointer, 'value': 'bob'},
            )
            yield cloud.PATCH_OF_OLD, {operation: pointer, 'value': 'bob'}

    def test_nobody_but_admins_changes_an_owner(self):
        image_id = self.alice.image(visibility='shared')
        path = f'images/{image_id}'
        for account in (self.alice, self.bob, self.carol):
            for pointer in self.POINTERS:
                for media_type, change in self.changes(pointer):
                    response = account.patch(
                        path,
                        {'op': 'replace', 'path': '/name', 'value': 'x'}
                        if media_type == cloud.PATCH
                        else {'replace': '/name', 'value': 'x'},
                        change,
                        media_type=media_type,
                    )
                    self.assertEqual(403, response.status_code, change)
                    self.assertIn(
                        "Attribute 'user_id' is read-only.",
                        response.text.replace('&#x27;', "'"),
                    )
        self.assertEqual('alice', self.owner(image_id))
        self.assertEqual('of-alice', self.alice.get(path)['name'])

    def test_spellings_that_are_no_owner_leave_it_alone(self):
        image_id = self.alice.image(visibility='shared')
        path = f'images/{image_id}'
        for pointer in self.OTHERS:
            for media_type, change in self.changes(pointer):
                self.bob.patch(path, change, media_type=media_type)
                self.assertEqual('alice', self.owner(image_id))

    def test_chunks_and_other_methods_do_not_change_an_owner(self):
        image_id = self.alice.image(visibility='shared')
        path = f'images/{image_id}'
        body = jsonutils.dump_as_bytes(
            [{'op': 'replace', 'path': '/user_id', 'value': 'bob'}]
        )
        for method, query in (
            ('PATCH', ''),
            ('POST', '?_method=PATCH'),
            ('GET', '?_method=patch'),
        ):
            for chunked in ({}, {'Transfer_Encoding': 'chunked'}):
                self.bob.call(
                    method,
                    path + query,
                    io.BytesIO(body) if chunked else body,
                    Content_Type=cloud.PATCH,
                    **chunked,
                )
                self.assertEqual('alice', self.owner(image_id))

    def test_admin_gives_an_image_to_another_user(self):
        image_id = self.alice.image()
        response = self.root.patch(
            f'images/{image_id}',
            {'op': 'replace', 'path': '/user_id', 'value': 'bob'},
        )
        self.assertEqual(200, response.status_code)
        self.assertEqual([image_id], self.bob.ids())
        self.assertEqual([], self.alice.ids())


class TestImagesOfServers(cloud.Cloud):
    def snapshot(self, account, catalog=CATALOG, **body):
        """Create an image as Nova does; return its owner."""
        body.setdefault('instance_uuid', SERVER)
        response = account.call(
            'POST',
            'images',
            {'user_id': account.user_id, 'visibility': 'private', **body},
            X_Service_Catalog=jsonutils.dumps(catalog),
        )
        self.assertEqual(201, response.status_code, response.text)
        return response.json['user_id']

    def nova(self, **said):
        """Let Nova respond; return the mock of the requests to it."""
        asked = mock.Mock()
        asked.return_value.json.return_value = said
        self.useFixture(
            cloud.fixtures.MonkeyPatch(
                'keystoneauth1.session.Session.get',
                lambda session, url, **kwargs: asked(
                    url, session.auth.get_token(session), **kwargs
                ),
            )
        )
        return asked

    def test_image_of_a_server_is_its_owners(self):
        asked = self.nova(server={'user_id': 'alice'})
        for account in (self.carol, self.root):
            self.assertEqual('alice', self.snapshot(account))
            url, token = asked.call_args.args
            self.assertEqual(
                f'http://nova.internal/v2.1/servers/{SERVER}', url
            )
            self.assertEqual(f'token-of-{account.user_id}', token)
        self.assertEqual(2, len(self.alice.ids()))
        self.assertEqual([], self.bob.ids())

    def test_isolated_caller_makes_own_images(self):
        asked = self.nova(server={'user_id': 'bob'})
        self.assertEqual('alice', self.snapshot(self.alice))
        asked.assert_not_called()

    def test_image_is_the_callers_where_nova_tells_nothing(self):
        log = self.useFixture(cloud.fixtures.FakeLogger('cloud_security'))
        for said in ({}, {'server': {}}, {'server': None}):
            self.nova(**said)
            self.assertEqual('carol', self.snapshot(self.carol))
        self.assertIn(SERVER, log.output)
        for said in ({'user_id': 7}, {'user_id': ''}, {'user_id': None}):
            self.nova(server=said)
            self.assertEqual('carol', self.snapshot(self.carol))

    def test_odd_ids_of_servers_are_not_asked_for(self):
        asked = self.nova(server={'user_id': 'alice'})
        for server_id in ('', '../flavors', f'{SERVER}/x', f'{SERVER}?x'):
            self.assertEqual(
                'carol', self.snapshot(self.carol, instance_uuid=server_id)
            )
        asked.assert_not_called()

    def test_catalogue_without_nova_is_logged(self):
        log = self.useFixture(cloud.fixtures.FakeLogger('cloud_security'))
        self.nova(server={'user_id': 'alice'})
        self.assertEqual('carol', self.snapshot(self.carol, catalog=[]))
        self.assertIn('could not be asked', log.output)
