# SPDX-License-Identifier: Apache-2.0
"""Records of acts on the things of others in Cinder."""

import time

import fixtures

from cloud_security.audit import events
from tests.functional.volume import recording
from tests.functional.volume import things

NEW_NAME = {'name': 'x'}
#: Acts of a manager: method, path, body, and what of Alice's they are on.
ACTS = (
    ('PUT', 'volumes/{volume}', {'volume': NEW_NAME}, 'volume'),
    ('POST', 'volumes/{volume}/metadata', {'metadata': {}}, 'volume'),
    (
        'POST',
        'volumes/{volume}/action',
        {'os-set_bootable': {'bootable': True}},
        'volume',
    ),
    ('PUT', 'snapshots/{snapshot}', {'snapshot': NEW_NAME}, 'snapshot'),
    ('PUT', 'backups/{backup}', {'backup': NEW_NAME}, 'backup'),
    ('PUT', 'groups/{group}', {'group': NEW_NAME}, 'group'),
    ('DELETE', 'volume-transfers/{transfer}', None, 'offered'),
    ('DELETE', 'snapshots/{snapshot}', None, 'snapshot'),
)


class TestOverrides(recording.Recording):
    def test_manager_and_admin_who_act_on_anothers_are_recorded(self):
        for account in (self.carol, self.root):
            # Cinder refuses to give a group the name that it has.
            NEW_NAME['name'] = account.user_id
            for method, path, body, name in ACTS[:-2]:
                before = len(self.records(events.OVERRODE))
                response = account.call(
                    method, path.format(**self.alices), body
                )
                self.assertLess(response.status_code, 300, response.text)
                [record] = self.records(events.OVERRODE)[before:]
                self.assertEqual('Cinder', record['service'])
                self.assertEqual(account.user_id, record['user_id'])
                self.assertIn(
                    {'server_id': self.alices[name], 'owner_id': 'alice'},
                    record['servers'],
                )

    def test_manager_who_deletes_anothers_is_recorded(self):
        for method, path, body, name in ACTS[-2:]:
            response = self.carol.call(method, path.format(**self.alices))
            self.assertEqual(202, response.status_code, response.text)
            self.assertEqual(
                'alice', self.named(events.OVERRODE).get(self.alices[name])
            )

    def test_record_names_operation_and_status(self):
        self.carol.act(
            f'volumes/{self.alices["volume"]}',
            'os-set_bootable',
            {'bootable': True},
        )
        [record] = self.records(events.OVERRODE)
        self.assertEqual(
            'POST /volumes/{id}/action os-set_bootable', record['operation']
        )
        self.assertEqual(200, record['status'])

    def test_other_requests_write_no_record(self):
        carols = things.volume('carol', self.vt['id'])
        for account, volume_id in (
            (self.carol, carols),
            (self.alice, self.alices['volume']),
            (self.bob, self.alices['volume']),
        ):
            account.call('PUT', f'volumes/{volume_id}', {'volume': NEW_NAME})
        self.carol.get(f'volumes/{self.alices["volume"]}')
        self.carol.get('volumes/detail')
        self.carol.act(f'volumes/{self.alices["volume"]}', 'nonsense')
        self.assertEqual([], self.records(events.OVERRODE))

    def test_member_who_tries_is_recorded_as_denied(self):
        for method, path, body, name in ACTS:
            before = len(self.records(events.DENIED))
            response = self.bob.call(method, path.format(**self.alices), body)
            self.assertEqual(404, response.status_code, response.text)
            [record] = self.records(events.DENIED)[before:]
            self.assertEqual('bob', record['user_id'])
            self.assertEqual('alice', record['servers'][0]['owner_id'])
        self.assertEqual([], self.records(events.OVERRODE))


class TestMonitorMode(recording.Recording):
    MODE = 'monitor'

    def test_manager_who_acts_on_anothers_is_recorded(self):
        method, path, body, name = ACTS[0]
        self.carol.call(method, path.format(**self.alices), body)
        self.assertEqual(
            {self.alices[name]: 'alice'}, self.named(events.OVERRODE)
        )


class TestOff(recording.Recording):
    AUDIT = 'off'

    def test_audit_off_writes_no_record(self):
        for account in (self.carol, self.bob):
            method, path, body, _ = ACTS[0]
            account.call(method, path.format(**self.alices), body)
        for event in (events.OVERRODE, events.DENIED):
            self.assertEqual([], self.records(event))


class TestBus(recording.Recording):
    AUDIT = 'both'

    def test_events_are_cadf_about_volumes(self):
        method, path, body, name = ACTS[0]
        self.carol.call(method, path.format(**self.alices), body)
        # A thread sends it.
        for _ in range(400):
            if self.sent:
                break
            time.sleep(0.05)
        [(kind, event)] = self.sent
        self.assertEqual('audit.cloud_security.overrode', kind)
        self.assertEqual(
            (
                'carol',
                self.alices[name],
                'service/storage/block/volume',
                'update',
            ),
            (
                event['initiator']['id'],
                event['target']['id'],
                event['target']['typeURI'],
                event['action'],
            ),
        )


class TestFaults(recording.Recording):
    def test_record_that_cannot_be_written_is_told_of_volumes(self):
        with fixtures.MockPatch(
            'cloud_security.audit.events.record', side_effect=ValueError
        ):
            response = self.bob.call('GET', f'volumes/{self.alices["volume"]}')
            self.settle()
        self.assertEqual(404, response.status_code)
        self.assertIn(
            'A record of hidden volumes could not be written.',
            self.log.output,
        )
