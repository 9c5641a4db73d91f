# SPDX-License-Identifier: Apache-2.0
"""Volumes: members see and touch their own."""

from tests.functional.volume import cloud

#: Microversions at which the way of Cinder's lists changes.
VERSIONS = ('3.0', '3.10', '3.27', '3.34', '3.45', cloud.LATEST)


class Volumes(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.alices_volume = self.volume(self.alice)
        self.bobs_volume = self.volume(self.bob)


class TestVolumes(Volumes):
    def test_list_of_a_member_has_own_volumes_only(self):
        for version in VERSIONS:
            for path in ('volumes', 'volumes/detail'):
                for account, own in (
                    (self.alice, self.alices_volume),
                    (self.bob, self.bobs_volume),
                ):
                    self.assertEqual(
                        [own], account.ids(path, version=version), path
                    )

    def test_list_of_manager_and_admin_has_all_volumes(self):
        for account in (self.carol, self.root):
            self.assertEqual(
                {self.alices_volume, self.bobs_volume},
                set(account.ids()),
            )

    def test_show_of_a_hidden_volume_is_not_found(self):
        for account in (self.bob, self.dan, self.eve):
            response = account.call('GET', f'volumes/{self.alices_volume}')
            self.assertEqual(404, response.status_code, response.text)

    def test_show_of_an_own_volume_is_found(self):
        for account in (self.alice, self.carol, self.root):
            account.get(f'volumes/{self.alices_volume}')

    def test_delete_of_a_hidden_volume_is_not_found(self):
        response = self.bob.call('DELETE', f'volumes/{self.alices_volume}')
        self.assertEqual(404, response.status_code, response.text)
        self.root.get(f'volumes/{self.alices_volume}')

    def test_delete_of_an_own_volume_succeeds(self):
        response = self.alice.call('DELETE', f'volumes/{self.alices_volume}')
        self.assertEqual(202, response.status_code, response.text)


class TestSorting(Volumes):
    def test_sort_by_another_table_is_refused(self):
        for name in ('group', 'transfer', 'volume_attachment'):
            path = f'volumes?sort={name}'
            response = self.bob.call('GET', path)
            self.assertEqual(500, response.status_code, name)
            self.assertNotIn(self.alices_volume, response.text)
            self.carol.get(path)


class TestVolumesWithoutTheFilter(Volumes):
    FILTERED = False
    DROPPED_IN = False

    def test_list_of_a_member_has_all_volumes(self):
        self.assertEqual(
            {self.alices_volume, self.bobs_volume}, set(self.bob.ids())
        )

    def test_show_of_a_volume_of_another_is_found(self):
        self.dan.get(f'volumes/{self.alices_volume}')

    def test_delete_of_a_volume_of_another_succeeds(self):
        response = self.bob.call('DELETE', f'volumes/{self.alices_volume}')
        self.assertEqual(202, response.status_code, response.text)
