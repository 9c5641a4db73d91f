# SPDX-License-Identifier: Apache-2.0
"""Isolated callers see the property user_id on images of servers alone."""

import json

from tests.functional.image import cloud

SERVER = '0d3f2a6c-1f0e-4b8e-9a51-7f3a5a0f3c11'
NAME = {'op': 'replace', 'path': '/name', 'value': 'nämé'}


class Images(cloud.Cloud):
    def responses(self, account, image_id):
        """Yield the images in all responses of Glance that show one."""
        path = f'images/{image_id}'
        yield account.get(path)
        response = account.patch(path, NAME)
        self.assertEqual(200, response.status_code, response.text)
        self.assertEqual(
            str(len(response.body)), response.headers['Content-Length']
        )
        yield response.json
        for query in ('', '?limit=1', f'?id={image_id}'):
            [listed] = account.get(f'images{query}')['images']
            yield listed

    def as_nova(self, account, **body):
        """Create an image as Nova does for a member."""
        return account.create(
            instance_uuid=SERVER, user_id=account.user_id, **body
        )


class TestShownOwners(Images):
    def test_isolated_caller_sees_no_owner_of_an_upload(self):
        for visibility in ('private', 'shared', 'community'):
            made = self.alice.create(name='x', visibility=visibility)
            self.assertNotIn('user_id', made)
            accounts = [self.alice]
            if visibility == 'shared':
                accounts.append(self.bob)
            for account in accounts:
                for shown in self.responses(account, made['id']):
                    self.assertNotIn('user_id', shown)
                    self.assertEqual(visibility, shown['visibility'])
            self.assertEqual('alice', self.owner(made['id']))
            self.alice.call('DELETE', f'images/{made["id"]}')

    def test_member_of_another_project_sees_no_owner(self):
        made = self.root.create(name='x', visibility='public')
        for account in (self.alice, self.eve):
            self.assertNotIn('user_id', account.get(f'images/{made["id"]}'))

    def test_image_of_a_server_is_shown_as_nova_wrote_it(self):
        for visibility in ('private', 'shared'):
            made = self.as_nova(self.alice, visibility=visibility)
            self.assertEqual('alice', made['user_id'])
            for shown in self.responses(self.alice, made['id']):
                self.assertEqual('alice', shown['user_id'])
            if visibility == 'shared':
                found = self.bob.get(f'images/{made["id"]}')
                self.assertEqual('alice', found['user_id'])
            self.alice.call('DELETE', f'images/{made["id"]}')

    def test_managers_and_admins_see_owners(self):
        made = self.alice.create(name='x', visibility='private')
        for account in (self.carol, self.root):
            for shown in self.responses(account, made['id']):
                self.assertEqual('alice', shown['user_id'])
            self.assertEqual([made['id']], account.ids('?user_id=alice'))

    def test_rest_of_a_response_stays_byte_for_byte(self):
        body = {
            'name': 'nämé \u2028 "\\',
            'colour': '</&\u20ac',
            'USER_ID': 'x',
            'images': 'x',
        }
        made = self.alice.create(visibility='shared', **body)
        path = f'images/{made["id"]}'
        for query in (path, 'images'):
            mine = self.bob.call('GET', query)
            theirs = self.root.call('GET', query)
            expected = theirs.json
            for image in expected.get('images', ()) if query != path else ():
                del image['user_id']
            if query == path:
                del expected['user_id']
            text = json.dumps(expected, ensure_ascii=False)
            self.assertEqual(text.encode(), mine.body)
            self.assertEqual(
                sorted(theirs.headers.keys()), sorted(mine.headers.keys())
            )

    def test_data_is_never_changed(self):
        data = b'{"id": "x", "user_id": "alice"}'
        image_id = self.alice.image(data=data, visibility='shared')
        response = self.bob.call('GET', f'images/{image_id}/file')
        self.assertEqual(data, response.body)
        self.assertEqual(str(len(data)), response.headers['Content-Length'])

    def test_filter_finds_images_of_servers_alone(self):
        self.alice.create(name='x', visibility='shared')
        nova = self.as_nova(self.alice, visibility='shared')
        for query in ('?user_id=alice', '?USER_ID=alice', '?%75ser_id=alice'):
            for account in (self.alice, self.bob, self.dan):
                self.assertNotIn('x', self.names(account, query), query)
        for account in (self.alice, self.bob):
            self.assertEqual([nova['id']], account.ids('?user_id=alice'))

    def names(self, account, query):
        found = account.get(f'images{query}')['images']
        return [image['name'] for image in found]

    def test_member_does_not_make_an_image_pass_for_one_of_a_server(self):
        made = self.alice.create(name='x', visibility='shared')
        path = f'images/{made["id"]}'
        for pointer in (
            '/instance_uuid',
            '//instance_uuid',
            '/ instance_uuid',
        ):
            for media_type, change in (
                (cloud.PATCH, {'op': 'add', 'path': pointer, 'value': SERVER}),
                (cloud.PATCH_OF_OLD, {'add': pointer, 'value': SERVER}),
            ):
                response = self.bob.patch(path, change, media_type=media_type)
                self.assertEqual(403, response.status_code, response.text)
                self.assertIn('instance_uuid', response.text)
        self.assertNotIn('instance_uuid', self.root.get(path))
        self.assertNotIn('user_id', self.bob.get(path))


class TestShownOwnersWithoutTheFilter(Images):
    FILTERED = False
    DROPPED_IN = False

    def test_uploads_name_no_owner_and_images_of_servers_do(self):
        self.assertNotIn('user_id', self.alice.create(name='x'))
        self.assertEqual('alice', self.as_nova(self.alice)['user_id'])

    def test_filter_finds_what_is_shown(self):
        self.alice.create(name='x', visibility='shared')
        nova = self.as_nova(self.alice, visibility='shared')
        self.assertEqual([nova['id']], self.bob.ids('?user_id=alice'))
