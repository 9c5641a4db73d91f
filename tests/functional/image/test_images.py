# SPDX-License-Identifier: Apache-2.0
"""Private images of others do not exist, and all else is as it was."""

from urllib import parse

from glance.api import common
from glance.common import utils

from tests.functional.image import cloud
from tests.functional.image import operations


class TestById(cloud.Cloud):
    def said(self, operation, account, image_id):
        """Return the response to a request, without the image's ID."""
        response = operation.send(account, image_id)
        headers = {
            name: text.replace(image_id, 'ID')
            for name, text in response.headers.items()
            if name.lower() != 'x-openstack-request-id'
        }
        return (
            response.status_code,
            response.text.replace(image_id, 'ID'),
            headers,
        )

    def test_private_image_of_another_is_like_an_unknown_one(self):
        image_id = self.alice.image(tags=['tag'])
        before = self.alice.get(f'images/{image_id}')
        for account in (self.bob, self.dan):
            for operation in operations.ALL:
                unknown = self.said(operation, account, cloud.UNKNOWN)
                hidden = self.said(operation, account, image_id)
                self.assertEqual(unknown, hidden, (account.user_id, operation))
        self.assertEqual(before, self.alice.get(f'images/{image_id}'))
        self.assertEqual(
            b'DATA', self.alice.call('GET', f'images/{image_id}/file').body
        )

    def test_image_of_another_project_is_as_before(self):
        image_id = self.eve.image(tags=['tag'])
        for operation in operations.ALL:
            response = operation.send(self.bob, image_id)
            if 'marker' in operation.path:
                # Stock Glance tells it from an unknown one here.
                self.assertEqual(403, response.status_code, operation)
            else:
                unknown = operation.send(self.bob, cloud.UNKNOWN)
                self.assertEqual(
                    unknown.status_code, response.status_code, operation
                )

    def test_managers_and_admins_act_on_images_of_others(self):
        for account in (self.carol, self.root):
            image_id = self.alice.image()
            response = account.patch(
                f'images/{image_id}',
                {'op': 'replace', 'path': '/name', 'value': 'seen'},
            )
            self.assertEqual(200, response.status_code)
            self.assertEqual('alice', response.json['user_id'])
            response = account.call('GET', f'images/{image_id}/file')
            self.assertEqual(b'DATA', response.body)
            response = account.call('DELETE', f'images/{image_id}')
            self.assertEqual(204, response.status_code)

    def test_owner_does_everything(self):
        image_id = self.alice.image()
        path = f'images/{image_id}'
        for method, below, body, status in (
            ('GET', '', None, 200),
            ('GET', '/file', None, 200),
            ('PUT', '/tags/tag', None, 204),
            ('DELETE', '/tags/tag', None, 204),
            ('POST', '/actions/deactivate', None, 204),
            ('POST', '/actions/reactivate', None, 204),
            ('GET', '/tasks', None, 200),
        ):
            response = self.alice.call(method, path + below, body)
            self.assertEqual(status, response.status_code, (method, below))
        for visibility in ('shared', 'community', 'private'):
            response = self.alice.patch(
                path,
                {'op': 'replace', 'path': '/visibility', 'value': visibility},
            )
            self.assertEqual(200, response.status_code, response.text)
        self.assertEqual([image_id], self.alice.ids())
        self.assertEqual(204, self.alice.call('DELETE', path).status_code)
        self.assertEqual([], self.alice.ids())

    def test_shared_image_is_the_projects(self):
        image_id = self.alice.image(visibility='shared')
        path = f'images/{image_id}'
        self.assertEqual('alice', self.owner(image_id))
        response = self.bob.patch(
            path, {'op': 'replace', 'path': '/name', 'value': 'ours'}
        )
        self.assertEqual(200, response.status_code)
        response = self.bob.call(
            'POST', f'{path}/members', {'member': self.eve.project_id}
        )
        self.assertEqual(200, response.status_code)
        self.assertEqual(image_id, self.eve.get(path)['id'])
        self.assertEqual(204, self.bob.call('DELETE', path).status_code)

    def test_peer_who_makes_a_shared_image_private_is_refused(self):
        image_id = self.alice.image(visibility='shared')
        change = {'op': 'replace', 'path': '/visibility', 'value': 'private'}
        response = self.bob.patch(f'images/{image_id}', change)
        self.assertEqual(404, response.status_code)
        found = self.bob.get(f'images/{image_id}')
        self.assertEqual('shared', found['visibility'])
        response = self.alice.patch(f'images/{image_id}', change)
        self.assertEqual(200, response.status_code)

    def test_deleted_image_stays_hidden(self):
        image_id = self.alice.image()
        self.alice.call('DELETE', f'images/{image_id}')
        for operation in operations.ALL:
            self.assertEqual(
                self.said(operation, self.bob, cloud.UNKNOWN),
                self.said(operation, self.bob, image_id),
                operation,
            )


class TestByIdWithoutTheFilter(cloud.Cloud):
    FILTERED = False
    DROPPED_IN = False

    def test_member_reads_and_deletes_a_private_image_of_another(self):
        image_id = self.alice.image()
        self.assertEqual([image_id], self.bob.ids())
        self.assertEqual([image_id], self.dan.ids())
        response = self.bob.call('GET', f'images/{image_id}/file')
        self.assertEqual(b'DATA', response.body)
        response = self.bob.call('DELETE', f'images/{image_id}')
        self.assertEqual(204, response.status_code)

    def test_most_operations_tell_a_private_image_from_an_unknown_one(self):
        told = 0
        for operation in operations.ALL:
            image_id = self.alice.image(tags=['tag'])
            responses = [
                operation.send(self.bob, one)
                for one in (image_id, cloud.UNKNOWN)
            ]
            told += len({one.status_code for one in responses}) > 1
        self.assertGreater(told, len(operations.ALL) / 2)


class TestLists(cloud.Cloud):
    def test_list_has_own_and_shared_images(self):
        own = self.alice.image()
        of_bob = self.bob.image()
        shared = self.bob.image(visibility='shared')
        self.assertEqual({own, shared}, set(self.alice.ids()))
        self.assertEqual({of_bob, shared}, set(self.bob.ids()))
        self.assertEqual([shared], self.dan.ids())
        for account in (self.carol, self.root):
            self.assertEqual({own, of_bob, shared}, set(account.ids()))

    def test_filters_do_not_find_private_images_of_others(self):
        image_id = self.alice.image(
            name='secret',
            tags=['tag'],
            colour='red',
            # Without it, Glance finds nobody's image by user_id.
            instance_uuid=cloud.UNKNOWN,
        )
        found = self.alice.get(f'images/{image_id}')
        for query in (
            f'?id={image_id}',
            f'?id=in:{image_id},{cloud.UNKNOWN}',
            '?name=secret',
            '?name=in:secret,other',
            '?tag=tag',
            '?colour=red',
            '?user_id=alice',
            '?visibility=private',
            '?visibility=all',
            '?status=active',
            '?size_min=1',
            '?size_max=9',
            f'?checksum={found["checksum"]}',
            f'?os_hash_value={found["os_hash_value"]}',
            f'?owner={cloud.PROJECT}',
            '?created_at=gt:2020-01-01T00:00:00Z',
            '?member_status=all',
            '?os_hidden=false',
            '?protected=false',
            '?sort=size:asc,name:desc',
        ):
            for account, expected in (
                (self.alice, [image_id]),
                (self.bob, []),
                (self.dan, []),
            ):
                self.assertEqual(expected, account.ids(query), query)

    def test_pages_are_full_and_links_right(self):
        mine = []
        for number in range(5):
            self.alice.image(data=None, name=f'a{number}')
            mine.append(self.bob.image(data=None, name=f'b{number}'))
        seen, query = [], '?limit=2&sort=name:asc'
        sizes = []
        while query:
            page = self.bob.get(f'images{query}')
            sizes.append(len(page['images']))
            seen += [one['id'] for one in page['images']]
            query = (
                page.get('next') and '?' + parse.urlsplit(page['next']).query
            )
        self.assertEqual(mine, seen)
        self.assertEqual([2, 2, 1], sizes)

    def test_image_without_owner_is_the_projects(self):
        image_id = self.alice.image()
        response = self.root.patch(
            f'images/{image_id}', {'op': 'remove', 'path': '/user_id'}
        )
        self.assertEqual(200, response.status_code, response.text)
        self.assertEqual([image_id], self.bob.ids())

    def test_filter_on_an_owner_does_not_tell_who_shared_an_image(self):
        shared = self.alice.image(visibility='shared')
        self.assertEqual([], self.bob.ids('?user_id=alice'))
        self.assertEqual([shared], self.carol.ids('?user_id=alice'))


class TestQuotas(cloud.Cloud):
    def test_size_of_private_images_of_others_counts(self):
        self.config(user_storage_quota='6')
        self.alice.image(data=b'FOUR')
        image_id = self.bob.image(data=None)
        response = self.bob.upload(f'images/{image_id}/file', b'FOUR')
        self.assertEqual(413, response.status_code)


class TestTasks(cloud.Cloud):
    #: The operator lets members see tasks.
    RULES = {'tasks_api_access': ''}

    def setUp(self):
        super().setUp()
        # Glance would look the name up, and download in a thread.
        if hasattr(utils, 'validate_uri'):
            self.mock_object(utils, 'validate_uri', return_value=True)
        self.mock_object(common, 'get_thread_pool')

    def task(self, account, **body):
        body.setdefault('type', 'import')
        body.setdefault(
            'input',
            {
                'import_from': 'http://example.org/image',
                'import_from_format': 'raw',
                'image_properties': {'name': 'x', 'user_id': 'bob'},
            },
        )
        response = account.call('POST', 'tasks', body)
        self.assertEqual(201, response.status_code, response.text)
        return response.json

    def test_tasks_of_others_are_hidden(self):
        task = self.task(self.alice)
        path = f'tasks/{task["id"]}'
        self.assertEqual([], self.bob.get('tasks')['tasks'])
        self.assertEqual(404, self.bob.call('GET', path).status_code)
        self.assertEqual(task['id'], self.alice.get(path)['id'])
        self.assertEqual(task['id'], self.carol.get(path)['id'])

    def test_image_of_a_task_is_the_callers(self):
        task = self.task(self.alice)
        properties = task['input']['image_properties']
        self.assertEqual('alice', properties['user_id'])
