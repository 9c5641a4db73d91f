# SPDX-License-Identifier: Apache-2.0
"""Image data: through the cache, in streams, and in threads."""

import time

from glance.api import common
import webob

from cloud_security.visibility import scope as scopes
from tests.functional.image import cloud


class TestCache(cloud.Cloud):
    def test_cached_image_of_another_is_like_an_unknown_one(self):
        image_id = self.alice.image()
        path = f'images/{image_id}/file'
        for _ in range(2):
            response = self.alice.call('GET', path)
            self.assertEqual(b'DATA', response.body)
        [cached] = self.root.get('cache')['cached_images']
        self.assertEqual(image_id, cached['image_id'])
        for account in (self.bob, self.dan):
            self.assert_alike(account, 'GET', 'images/{}/file', image_id)
        self.assertEqual(b'DATA', self.carol.call('GET', path).body)

    def test_member_does_not_remove_a_hidden_image_from_the_cache(self):
        image_id = self.alice.image()
        self.alice.call('GET', f'images/{image_id}/file')
        self.assert_alike(self.bob, 'DELETE', 'images/{}', image_id)
        self.assertEqual(1, len(self.root.get('cache')['cached_images']))


class TestCacheWithoutTheFilter(cloud.Cloud):
    FILTERED = False
    DROPPED_IN = False

    def test_member_gets_a_cached_image_of_another(self):
        image_id = self.alice.image()
        path = f'images/{image_id}/file'
        for account in (self.alice, self.bob):
            self.assertEqual(b'DATA', account.call('GET', path).body)


class TestStreams(cloud.Cloud):
    CACHED = False

    def response(self, account, image_id):
        """Return a response whose body has not been read."""
        request = webob.Request.blank(
            f'/v2/images/{image_id}/file', headers=account.headers()
        )
        return request.get_response(self.api)

    def test_data_comes_in_chunks(self):
        size = 3 * 65536
        image_id = self.alice.image(data=b'x' * size)
        response = self.response(self.alice, image_id)
        self.assertEqual(size, response.content_length)
        chunks = list(response.app_iter)
        response.app_iter.close()
        self.assertEqual(3, len(chunks))

    def test_upload_is_not_read_by_the_filter(self):
        image_id = self.alice.image(data=None)
        sizes = []

        class Body:
            left = 4

            def read(self, size=-1):
                sizes.append(size)
                self.left -= 1
                return b'x' * 1000 if self.left >= 0 else b''

        response = self.alice.upload(
            f'images/{image_id}/file',
            Body(),
            Transfer_Encoding='chunked',
        )
        self.assertEqual(204, response.status_code, response.text)
        self.assertEqual(4000, self.alice.get(f'images/{image_id}')['size'])
        self.assertGreater(len(sizes), 3)


class TestThreads(cloud.Cloud):
    def imported(self, account, image_id, **method):
        """Let somebody import an image; return it when it is active."""
        response = account.call(
            'POST', f'images/{image_id}/import', {'method': method}
        )
        self.assertEqual(202, response.status_code, response.text)
        for _ in range(300):
            found = account.get(f'images/{image_id}')
            if found['status'] == 'active':
                return found
            time.sleep(0.05)
        raise AssertionError(found)

    def test_import_goes_on_after_the_request(self):
        for account in (self.alice, self.carol):
            image_id = account.image(data=None)
            path = f'images/{image_id}/stage'
            self.assertEqual(204, account.upload(path, b'D').status_code)
            found = self.imported(account, image_id, name='glance-direct')
            self.assertEqual(account.user_id, self.owner(found['id']))
            self.assertEqual(
                404, self.bob.call('GET', f'images/{image_id}').status_code
            )
            tasks = account.get(f'images/{image_id}/tasks')['tasks']
            self.assertEqual(1, len(tasks))

    def test_tasks_belong_to_no_request(self):
        seen = []
        with scopes.on_this_thread(scopes.Scope(owner_id='alice')):
            common.get_thread_pool('tasks_pool').spawn(
                lambda: seen.append(scopes.current())
            ).result(10)
        self.assertEqual([scopes.EVERYBODY], seen)
