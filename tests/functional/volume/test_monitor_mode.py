# SPDX-License-Identifier: Apache-2.0
"""Monitor mode hides nothing of Cinder's, and records what enforce would."""

from cloud_security.audit import events
from tests.functional.volume import recording
from tests.functional.volume import things

#: Lists, and what of Alice's stands in them.
LISTS = {
    'volumes': ('volume', 'attached', 'offered', 'grouped'),
    'snapshots': ('snapshot',),
    'backups': ('backup',),
    'groups': ('group',),
    'group_snapshots': ('group_snapshot',),
    'attachments': ('attachment',),
    'volume-transfers': ('transfer',),
    'messages': ('message_volume', 'message_snapshot', 'message_backup'),
}


class TestMonitor(recording.Recording):
    MODE = 'monitor'

    def test_lists_and_shows_have_the_things_of_others(self):
        for account in (self.bob, self.dan, self.carol):
            for path, names in LISTS.items():
                listed = account.ids(path)
                for name in names:
                    self.assertIn(self.alices[name], listed)
                    account.get(f'{path}/{self.alices[name]}')

    def test_summary_counts_the_volumes_of_others(self):
        things.volume('bob', self.vt['id'])
        for account in (self.alice, self.bob, self.carol):
            summary = account.get('volumes/summary')['volume-summary']
            self.assertEqual(6, summary['total_count'])

    def test_acts_on_the_things_of_others_succeed(self):
        for method, path, body, status in (
            ('PUT', 'volumes/{volume}', {'volume': {'name': 'x'}}, 200),
            ('PUT', 'snapshots/{snapshot}', {'snapshot': {'name': 'x'}}, 200),
            ('PUT', 'backups/{backup}', {'backup': {'name': 'x'}}, 200),
            (
                'POST',
                'volumes/{volume}/metadata',
                {'metadata': {'k': 'v'}},
                200,
            ),
            ('DELETE', 'snapshots/{snapshot}', None, 202),
        ):
            response = self.bob.call(method, path.format(**self.alices), body)
            self.assertEqual(status, response.status_code, response.text)

    def test_group_with_volumes_of_others_is_deleted(self):
        cast = self.patch('cinder.volume.rpcapi.VolumeAPI.delete_group')
        things.forget_group_snapshot(self.alices['group_snapshot'])
        things.volume('bob', self.vt['id'], group_id=self.alices['group'])
        response = self.alice.act(
            f'groups/{self.alices["group"]}',
            'delete',
            {'delete-volumes': True},
        )
        self.assertEqual(202, response.status_code, response.text)
        self.assertTrue(cast.called)


class TestMonitorIsStock(TestMonitor):
    FILTERED = False
    DROPPED_IN = False


class TestRecords(recording.Recording):
    MODE = 'monitor'

    def test_lists_record_what_enforce_would_hide(self):
        for path, names in LISTS.items():
            before = len(self.records(events.WOULD_HIDE))
            self.bob.get(path)
            self.bob.get(f'{path}/{self.alices[names[0]]}')
            found = self.records(events.WOULD_HIDE)[before:]
            self.assertEqual(
                [f'GET /{path}', f'GET /{path}/{{id}}'],
                [record['operation'] for record in found],
            )
            for record in found:
                self.assertEqual('Cinder', record['service'])
                self.assertEqual('bob', record['user_id'])
                self.assertEqual(200, record['status'])
        found = self.named(events.WOULD_HIDE)
        for names in LISTS.values():
            for name in names:
                self.assertEqual('alice', found[self.alices[name]], name)
        self.assertEqual([], self.records(events.WOULD_FAIL))

    def test_acts_record_what_enforce_would_refuse(self):
        self.bob.call(
            'PUT',
            f'volumes/{self.alices["volume"]}',
            {'volume': {'name': 'x'}},
        )
        [record] = self.records(events.WOULD_HIDE)
        self.assertEqual('PUT /volumes/{id}', record['operation'])
        self.assertEqual(
            [{'server_id': self.alices['volume'], 'owner_id': 'alice'}],
            record['servers'],
        )

    def test_owners_and_callers_who_see_all_leave_no_record(self):
        for account in (self.alice, self.carol, self.root):
            for path in LISTS:
                account.get(path)
        self.bob.get('types')
        self.assertEqual([], self.records(events.WOULD_HIDE))


class TestRecordsInEnforceMode(recording.Recording):
    def test_lists_leave_no_record_of_monitor_mode(self):
        for path in LISTS:
            self.assertEqual([], self.bob.ids(path))
        self.assertEqual([], self.records(events.WOULD_HIDE))
