# SPDX-License-Identifier: Apache-2.0
"""Transfers: a colleague takes a volume over, with ID and key only."""

from oslo_utils.fixture import uuidsentinel

from tests.functional.volume import cloud

PATHS = ('volume-transfers', 'os-volume-transfer')


class Transfers(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.alices_volume = self.volume(self.alice)
        self.alices_snapshot = self.snapshot(self.alice, self.alices_volume)
        self.offer = self.alice.post(
            'volume-transfers',
            {'transfer': {'volume_id': self.alices_volume}},
            version='3.0',
        )['transfer']

    def accept(self, account, key, transfer_id=None, path=PATHS[0]):
        return account.call(
            'POST',
            f'{path}/{transfer_id or self.offer["id"]}/accept',
            {'accept': {'auth_key': key}},
        )


class TestTransfers(Transfers):
    def test_accept_with_the_key_hands_volume_and_snapshot_over(self):
        response = self.accept(self.bob, self.offer['auth_key'])
        self.assertEqual(202, response.status_code, response.text)
        self.assertEqual([self.alices_volume], self.bob.ids())
        self.assertEqual([self.alices_snapshot], self.bob.ids('snapshots'))
        self.assertEqual([], self.alice.ids())
        self.assertEqual([], self.alice.ids('snapshots'))

    def test_accept_from_another_project_works(self):
        response = self.accept(self.eve, self.offer['auth_key'], path=PATHS[1])
        self.assertEqual(202, response.status_code, response.text)
        self.assertEqual([self.alices_volume], self.eve.ids())

    def test_accept_with_a_wrong_key_is_not_found(self):
        for path in PATHS:
            for key in ('wrong', self.offer['auth_key'].upper() + 'x'):
                response = self.accept(self.bob, key, path=path)
                unknown = self.accept(
                    self.bob, key, uuidsentinel.unknown, path=path
                )
                self.assertEqual(404, response.status_code, response.text)
                self.assertEqual(
                    response.text.replace(
                        self.offer['id'], uuidsentinel.unknown
                    ),
                    unknown.text,
                )

    def test_accept_of_an_own_transfer_with_a_wrong_key_is_refused(self):
        response = self.accept(self.alice, 'wrong')
        self.assertEqual(400, response.status_code, response.text)

    def test_show_list_and_delete_of_a_hidden_transfer_find_no_transfer(self):
        for path in PATHS:
            self.assertEqual([], self.bob.ids(path))
            self.assertEqual([], self.bob.ids(f'{path}/detail'))
            for method in ('GET', 'DELETE'):
                response = self.bob.call(method, f'{path}/{self.offer["id"]}')
                self.assertEqual(404, response.status_code, response.text)
            self.alice.get(f'{path}/{self.offer["id"]}')


class TestTransfersWithoutTheFilter(Transfers):
    FILTERED = False
    DROPPED_IN = False

    def test_accept_with_a_wrong_key_tells_that_the_transfer_exists(self):
        response = self.accept(self.bob, 'wrong')
        self.assertEqual(400, response.status_code, response.text)

    def test_delete_of_a_transfer_of_another_succeeds(self):
        response = self.bob.call(
            'DELETE', f'volume-transfers/{self.offer["id"]}'
        )
        self.assertEqual(202, response.status_code, response.text)
