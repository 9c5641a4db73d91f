# SPDX-License-Identifier: Apache-2.0
"""Things that cross owners: in a group, of a volume, after a transfer."""

from cloud_security.volume import ownership
from tests.functional.volume import cloud
from tests.functional.volume import things


class Crossing(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.alices_volume = things.volume('alice', self.vt['id'])
        # The manager made these of Alice's volume.
        self.carols_snapshot = things.snapshot('carol', self.alices_volume)
        self.carols_backup = things.backup('carol', self.alices_volume)
        # Bob's volume was Alice's, who kept the snapshot and the backup.
        self.bobs_volume = things.volume('bob', self.vt['id'])
        self.alices_snapshot = things.snapshot('alice', self.bobs_volume)
        self.alices_backup = things.backup('alice', self.bobs_volume)


class TestCrossing(Crossing):
    def test_lists_have_what_was_made_of_an_own_volume(self):
        for account, snapshots, backups in (
            (
                self.alice,
                {self.carols_snapshot, self.alices_snapshot},
                {self.carols_backup, self.alices_backup},
            ),
            (self.bob, {self.alices_snapshot}, {self.alices_backup}),
            (self.dan, set(), set()),
        ):
            self.assertEqual(snapshots, set(account.ids('snapshots')))
            self.assertEqual(backups, set(account.ids('backups')))

    def test_message_about_what_was_made_of_an_own_volume_is_visible(self):
        for kind, resource_id in (
            ('VOLUME_SNAPSHOT', self.carols_snapshot),
            ('VOLUME_BACKUP', self.carols_backup),
        ):
            message_id = things.message('carol', kind, resource_id)
            self.assertIn(message_id, self.alice.ids('messages'))
            self.assertEqual({}, ownership.hidden([message_id], 'alice'))
            self.assertEqual(
                {message_id: 'carol'}, ownership.hidden([message_id], 'bob')
            )

    def test_delete_of_a_volume_with_anothers_snapshot_is_refused(self):
        response = self.alice.call('DELETE', f'volumes/{self.alices_volume}')
        self.assertEqual(400, response.status_code, response.text)

    def test_delete_of_a_volume_cascades_to_anothers_snapshot(self):
        response = self.alice.call(
            'DELETE', f'volumes/{self.alices_volume}?cascade=True'
        )
        self.assertEqual(202, response.status_code, response.text)
        found = self.root.get(f'snapshots/{self.carols_snapshot}')
        self.assertEqual('deleting', found['snapshot']['status'])

    def test_delete_of_an_own_snapshot_of_a_hidden_volume_succeeds(self):
        found = self.alice.get(f'snapshots/{self.alices_snapshot}')
        self.assertEqual(self.bobs_volume, found['snapshot']['volume_id'])
        response = self.alice.call(
            'DELETE', f'snapshots/{self.alices_snapshot}'
        )
        self.assertEqual(202, response.status_code, response.text)

    def test_rename_of_an_own_snapshot_of_a_hidden_volume_succeeds(self):
        response = self.alice.call(
            'PUT',
            f'snapshots/{self.alices_snapshot}',
            {'snapshot': {'name': 'renamed'}},
        )
        self.assertEqual(200, response.status_code, response.text)

    def test_backup_that_builds_on_an_own_one_keeps_it(self):
        made = things.backup(
            'bob', self.bobs_volume, parent_id=self.alices_backup
        )
        self.assertIn(made, self.alice.ids('backups'))
        self.assertEqual({}, ownership.hidden([made], 'alice'))
        response = self.alice.call('DELETE', f'backups/{self.alices_backup}')
        self.assertEqual(400, response.status_code, response.text)
        self.assertIn('Incremental backups exist', response.text)

    def test_create_from_an_own_snapshot_of_a_hidden_volume_succeeds(self):
        body = {'volume': {'snapshot_id': self.alices_snapshot, 'size': 1}}
        made = self.alice.post('volumes', body)['volume']
        self.assertEqual(
            'alice',
            self.root.get(f'volumes/{made["id"]}')['volume']['user_id'],
        )

    def test_create_that_names_a_hidden_volume_beside_finds_none(self):
        for named in (
            {'source_volid': self.bobs_volume},
            {'source_volid': self.bobs_volume.upper()},
        ):
            body = {'volume': {'snapshot_id': self.alices_snapshot, **named}}
            response = self.alice.call('POST', 'volumes', body)
            self.assertEqual(404, response.status_code, response.text)

    def test_delete_and_create_of_a_hidden_snapshot_find_none(self):
        for response in (
            self.bob.call('DELETE', f'snapshots/{self.carols_snapshot}'),
            self.bob.call(
                'POST',
                'volumes',
                {'volume': {'snapshot_id': self.carols_snapshot}},
            ),
        ):
            self.assertEqual(404, response.status_code, response.text)

    def test_show_of_the_volume_of_an_own_snapshot_finds_none(self):
        response = self.alice.call('GET', f'volumes/{self.bobs_volume}')
        self.assertEqual(404, response.status_code, response.text)


class Groups(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.alices = things.everything(
            'alice', self.vt['id'], things.group_type(self.vt['id'])
        )
        self.cast = self.patch('cinder.volume.rpcapi.VolumeAPI.delete_group')

    def put_bobs_volume_in(self):
        self.bobs_volume = things.volume(
            'bob', self.vt['id'], group_id=self.alices['group']
        )

    def delete(self, account):
        account.call(
            'DELETE', f'group_snapshots/{self.alices["group_snapshot"]}'
        )
        things.forget_group_snapshot(self.alices['group_snapshot'])
        return account.act(
            f'groups/{self.alices["group"]}',
            'delete',
            {'delete-volumes': True},
        )


class TestGroups(Groups):
    def test_delete_of_a_group_with_own_volumes_succeeds(self):
        response = self.delete(self.alice)
        self.assertEqual(202, response.status_code, response.text)
        self.assertTrue(self.cast.called)

    def test_delete_of_a_group_with_hidden_volumes_is_refused(self):
        self.put_bobs_volume_in()
        response = self.delete(self.alice)
        self.assertEqual(400, response.status_code, response.text)
        self.assertIn('volumes of other users', response.text)
        self.assertFalse(self.cast.called)

    def test_copy_of_a_group_with_hidden_volumes_is_refused(self):
        source = {'source_group_id': self.alices['group'], 'name': 'copy'}
        response = self.alice.act('groups', 'create-from-src', source)
        # The hosts of these volumes do not exist.
        self.assertIn('No valid host', response.text)
        self.put_bobs_volume_in()
        response = self.alice.act('groups', 'create-from-src', source)
        self.assertEqual(400, response.status_code, response.text)
        self.assertIn('volumes of other users', response.text)

    def test_copy_by_its_older_name_is_refused(self):
        source = {'source_cgid': self.alices['group'], 'name': 'copy'}
        path = 'consistencygroups/create_from_src'
        body = {'consistencygroup-from-src': source}
        response = self.alice.call('POST', path, body)
        self.assertIn('No valid host', response.text)
        self.put_bobs_volume_in()
        response = self.alice.call('POST', path, body)
        self.assertEqual(400, response.status_code, response.text)
        self.assertIn('volumes of other users', response.text)

    def test_delete_of_a_hidden_group_is_not_found(self):
        response = self.delete(self.bob)
        self.assertEqual(404, response.status_code, response.text)

    def test_group_of_somebody_else_is_visible_with_an_own_volume(self):
        self.put_bobs_volume_in()
        group = f'groups/{self.alices["group"]}'
        self.assertEqual([self.bobs_volume], self.bob.ids('volumes/detail'))
        self.assertEqual([self.alices['group']], self.bob.ids('groups'))
        self.assertEqual({}, ownership.hidden([group[7:]], 'bob'))
        response = self.delete(self.bob)
        self.assertEqual(400, response.status_code, response.text)
        self.assertFalse(self.cast.called)
        # The list of its volumes is as short as it was.
        found = self.bob.get(f'{group}?list_volume=True')['group']
        self.assertEqual([self.bobs_volume], found.get('volumes'))
        response = self.bob.call(
            'PUT',
            group,
            {'group': {'remove_volumes': self.bobs_volume}},
        )
        self.assertEqual(202, response.status_code, response.text)

    def test_snapshot_in_an_own_group_snapshot_is_visible(self):
        made = things.snapshot(
            'bob',
            things.volume('bob', self.vt['id']),
            group_snapshot_id=self.alices['group_snapshot'],
        )
        self.assertIn(made, self.alice.ids('snapshots'))
        self.assertEqual({}, ownership.hidden([made], 'alice'))
        self.assertEqual({made: 'bob'}, ownership.hidden([made], 'eve'))

    def test_delete_of_a_group_by_the_manager_takes_all_volumes(self):
        self.put_bobs_volume_in()
        response = self.delete(self.carol)
        self.assertEqual(202, response.status_code, response.text)


class TestGroupsWithoutTheFilter(Groups):
    FILTERED = False
    DROPPED_IN = False

    def test_delete_of_a_group_takes_the_volumes_of_others(self):
        self.put_bobs_volume_in()
        response = self.delete(self.alice)
        self.assertEqual(202, response.status_code, response.text)
        self.assertTrue(self.cast.called)
