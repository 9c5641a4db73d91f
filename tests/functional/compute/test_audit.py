# SPDX-License-Identifier: Apache-2.0
"""Records of acts on the servers of others, in the log and on the bus."""

import queue
import threading
import warnings

import fixtures
from oslo_serialization import jsonutils

from cloud_security.audit import cadf
from cloud_security.audit import events
from tests.functional.compute import cloud


class Audit(cloud.Cloud):
    AUDIT = 'log'

    def setUp(self):
        self.sent = queue.Queue()
        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_messaging.Notifier.info',
                lambda notifier, ctxt, event_type, payload: (
                    # Nova sends notifications of its own.
                    event_type.startswith('audit.')
                    and self.send(event_type, payload)
                ),
            )
        )
        super().setUp()
        # Nova's fixtures turn warnings into errors, also pycadf's on IDs.
        warnings.filterwarnings('ignore', message='Invalid uuid')
        self.log = self.useFixture(fixtures.FakeLogger(nuke_handlers=False))
        self.alices_server = self.boot(self.alice)

    def send(self, event_type, payload):
        self.sent.put((event_type, payload))

    def records(self, event):
        return [
            jsonutils.loads(line.partition(event)[2])
            for line in self.log.output.splitlines()
            if line.startswith(event)
        ]


class TestLog(Audit):
    def test_acting_on_anothers_server_is_recorded(self):
        for account in (self.carol, self.root):
            answer = account.act(self.alices_server, 'lock')
            self.assertEqual(202, answer.status_code)
            record = self.records(events.OVERRODE)[-1]
            self.assertEqual(account.user_id, record['user_id'])
            self.assertEqual(
                'POST /servers/{id}/action lock', record['operation']
            )
            self.assertEqual(
                [{'owner_id': 'alice', 'server_id': self.alices_server}],
                record['servers'],
            )
        self.assertTrue(self.sent.empty())

    def test_other_requests_write_no_record(self):
        own = self.boot(self.carol)
        for account, server_id in (
            (self.carol, own),
            (self.alice, self.alices_server),
            (self.bob, self.alices_server),
        ):
            account.act(server_id, 'lock')
        self.carol.get(f'servers/{self.alices_server}')
        self.carol.act(self.alices_server, 'nonsense')
        self.assertEqual([], self.records(events.OVERRODE))

    def test_records_of_overrides_cost_no_query(self):
        asked = self.useFixture(
            fixtures.MockPatch('cloud_security.compute.ownership._rows')
        ).mock
        self.carol.act(self.alices_server, 'lock')
        self.assertEqual(1, len(self.records(events.OVERRODE)))
        asked.assert_not_called()


class TestOff(Audit):
    AUDIT = 'off'
    COPIES = False

    def test_audit_off_writes_no_record(self):
        self.carol.act(self.alices_server, 'lock')
        self.bob.act(self.alices_server, 'lock')
        for kind in (events.OVERRODE, events.DENIED):
            self.assertEqual([], self.records(kind))


class TestBus(Audit):
    AUDIT = 'both'
    COPIES = False

    def received(self):
        return self.sent.get(timeout=20)

    def test_events_are_cadf(self):
        self.carol.act(self.alices_server, 'lock')
        kind, event_ = self.received()
        self.assertEqual('audit.cloud_security.overrode', kind)
        self.assertEqual(
            (
                'activity',
                'success',
                'update/lock',
                'carol',
                self.alices_server,
            ),
            (
                event_['eventType'],
                event_['outcome'],
                event_['action'],
                event_['initiator']['id'],
                event_['target']['id'],
            ),
        )
        self.assertEqual(
            'alice', event_['attachments'][0]['content']['owner_id']
        )
        self.bob.call('DELETE', f'servers/{self.alices_server}')
        kind, event_ = self.received()
        self.assertEqual('audit.cloud_security.denied', kind)
        self.assertEqual(
            ('failure', 'delete', '404'),
            (
                event_['outcome'],
                event_['action'],
                event_['reason']['reasonCode'],
            ),
        )

    def test_dead_bus_breaks_no_request(self):
        self.send = self.fail_to_send
        self.assertEqual(
            202, self.carol.act(self.alices_server, 'lock').status_code
        )
        self.wait_for(lambda: 'could not be sent' in self.log.output)
        del self.send
        self.assertEqual(
            202, self.carol.act(self.alices_server, 'lock').status_code
        )
        self.received()

    def fail_to_send(self, *_):
        raise RuntimeError('the bus is dead')

    def test_full_bus_delays_no_request(self):
        going_on = threading.Event()
        self.addCleanup(going_on.set)
        self.send = lambda *_: going_on.wait(60)
        self.useFixture(fixtures.MockPatchObject(cadf, 'SIZE', 1))
        for _ in range(6):
            self.assertEqual(
                404, self.bob.act(self.alices_server, 'lock').status_code
            )
        self.assertEqual(6, len(self.records(events.DENIED)))
        self.assertIn('does not take audit events', self.log.output)
