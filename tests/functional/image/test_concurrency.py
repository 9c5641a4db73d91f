# SPDX-License-Identifier: Apache-2.0
"""Requests that Glance works on at the same time see no rows of others."""

from concurrent import futures
import os

from tests.functional.image import cloud

#: Requests in all; CLOUD_SECURITY_REQUESTS chooses.
REQUESTS = int(os.environ.get('CLOUD_SECURITY_REQUESTS', '400'))
THREADS = 8


class TestConcurrency(cloud.Cloud):
    def test_response_holds_no_rows_of_another_caller(self):
        accounts = (self.alice, self.bob, self.carol)
        images = {
            account.user_id: account.image(
                data=b'of-' + account.user_id.encode()
            )
            for account in accounts
        }

        def ask(number):
            account = accounts[number % 3]
            own = images[account.user_id]
            other = images['bob' if account is self.alice else 'alice']
            if number % 2:
                seen = set(account.ids())
            else:
                response = account.call('GET', f'images/{own}/file')
                assert response.body == b'of-' + account.user_id.encode()
                status = account.call('GET', f'images/{other}').status_code
                seen = {own} | ({other} if status == 200 else set())
            is_manager = account is self.carol
            return number, is_manager, other in seen, own in seen

        with futures.ThreadPoolExecutor(THREADS) as pool:
            for number, is_manager, sees_other, sees_own in pool.map(
                ask, range(REQUESTS)
            ):
                self.assertTrue(sees_own, number)
                self.assertEqual(is_manager, sees_other, number)
