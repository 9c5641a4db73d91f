# SPDX-License-Identifier: Apache-2.0
"""Operations that are the admins' until an operator opens them to members."""

import fixtures
from nova import objects
from nova.compute import api
from oslo_serialization import jsonutils
from oslo_utils.fixture import uuidsentinel

from tests.functional.compute import cloud
from tests.functional.compute import other_services

VOLUME = uuidsentinel.alices_volume
EVENTS = 'os_compute_api:os-instance-actions:events'
SNAPSHOTS = 'os_compute_api:os-assisted-volume-snapshots:'
QUOTA = 'os_compute_api:os-quota-sets:update'
#: Until the filter hides them, stock Nova's answers differ.
OPENED = {
    EVENTS: '@',
    SNAPSHOTS + 'create': '@',
    SNAPSHOTS + 'delete': '@',
    QUOTA: '@',
    'os_compute_api:os-aggregates:create': '@',
    'os_compute_api:os-aggregates:add_host': '@',
    'os_compute_api:os-console-auth-tokens': '@',
    'os_compute_api:os-hypervisors:show': '@',
    'os_compute_api:os-hypervisors:list': '@',
}


class Opened(other_services.OtherServicesIds):
    """All members may do what only admins may by default."""

    RULES = OPENED

    def attach(self, server_id, volume_id):
        """Let Nova know that a server holds a volume."""
        self.in_the_cell(
            server_id,
            lambda context: objects.BlockDeviceMapping(
                context=context,
                instance_uuid=server_id,
                source_type='volume',
                destination_type='volume',
                volume_id=volume_id,
                device_name='/dev/vdb',
                connection_info='{}',
            ).create(),
        )

    def snapshot(self, account, volume_id, **headers):
        """Return how an assisted snapshot is answered."""
        answer = account.call(
            'POST',
            'os-assisted-volume-snapshots',
            {
                'snapshot': {
                    'volume_id': volume_id,
                    'create_info': {
                        'snapshot_id': 's',
                        'type': 'qcow2',
                        'new_file': 'f',
                    },
                }
            },
        )
        return answer.status_code, answer.text.replace(volume_id, 'VOLUME')

    def delete_snapshot(self, account, volume_id, query='%s'):
        """Return how the deletion of an assisted snapshot is answered."""
        info = jsonutils.dumps({'volume_id': volume_id})
        answer = account.call(
            'DELETE',
            'os-assisted-volume-snapshots/s?' + query % f'delete_info={info}',
        )
        return answer.status_code, answer.text.replace(volume_id, 'VOLUME')

    def events(self, account, server_id, request_id, version):
        return account.call(
            'GET',
            f'servers/{server_id}/os-instance-actions/{request_id}',
            version=version,
        ).text

    def fail_with(self, server_id, text):
        """Write a failed action of a server; return its request's ID."""
        request_id = self.bob.act(server_id, 'lock').headers[
            'x-compute-request-id'
        ]

        def fail(context):
            context.request_id = request_id
            event = 'compute_lock'
            objects.InstanceActionEvent.event_start(
                context, server_id, event, want_result=False, host='host'
            )
            objects.InstanceActionEvent.event_finish_with_failure(
                context,
                server_id,
                event,
                exc_val='failed',
                exc_tb=text,
                want_result=False,
            )

        self.in_the_cell(server_id, fail)
        return request_id

    def set_quota(self, account, user_id, version='2.1', query='', **limits):
        answer = account.call(
            'PUT',
            f'os-quota-sets/{cloud.PROJECT}?user_id={user_id}{query}',
            {'quota_set': limits},
            version=version,
        )
        return answer.status_code, answer.text


class TestEvents(Opened):
    def test_traceback_of_own_server_hides_other_servers(self):
        request_id = self.fail_with(
            self.bobs_server, f'in {self.alices_server.upper()}: no'
        )
        for version in ('2.1', '2.51', '2.62', '2.84', cloud.LATEST):
            text = self.events(self.bob, self.bobs_server, request_id, version)
            self.assertIn(': no', text)
            self.assertNotIn(self.alices_server, text.lower())
            shown = self.events(
                self.carol, self.bobs_server, request_id, version
            )
            self.assertIn(self.alices_server, shown.lower())


class TestConsoleTokens(Opened):
    def test_token_of_hidden_server_does_not_name_the_server(self):
        tokens = {}
        for server_id in (self.alices_server, self.bobs_server):

            def authorize(context, server_id=server_id):
                tokens[server_id] = objects.ConsoleAuthToken(
                    context=context,
                    console_type='novnc',
                    host='host',
                    port=1,
                    instance_uuid=server_id,
                    access_url_base='http://localhost',
                ).authorize(600)

            self.in_the_cell(server_id, authorize)

        def named(account, server_id):
            return account.get(
                f'os-console-auth-tokens/{tokens[server_id]}', version='2.31'
            )['console']['instance_uuid']

        self.assertEqual(self.bobs_server, named(self.bob, self.bobs_server))
        self.assertEqual(
            self.alices_server, named(self.carol, self.alices_server)
        )
        self.assertNotEqual(
            self.alices_server, named(self.bob, self.alices_server)
        )


class TestAssistedSnapshots(Opened):
    def setUp(self):
        super().setUp()
        self.attach(self.alices_server, VOLUME)
        self.attach(self.bobs_server, uuidsentinel.bobs_volume)
        self.snapped = self.useFixture(
            fixtures.MockPatch(
                'nova.compute.rpcapi.ComputeAPI.volume_snapshot_create'
            )
        ).mock
        self.deleted = self.useFixture(
            fixtures.MockPatch(
                'nova.compute.rpcapi.ComputeAPI.volume_snapshot_delete'
            )
        ).mock

    def test_volume_of_hidden_server_is_like_an_unknown_one(self):
        for ask in (self.snapshot, self.delete_snapshot):
            unknown = ask(self.bob, uuidsentinel.unknown)
            self.assertEqual(400, unknown[0])
            self.assertIn('VOLUME', unknown[1])
            self.assertEqual(unknown, ask(self.bob, VOLUME))
        self.assertFalse(self.snapped.called or self.deleted.called)

    def test_volume_that_is_no_text_is_like_an_unknown_one(self):
        # Databases compare numbers with texts.
        self.attach(self.alices_server, '7')
        self.attach(self.bobs_server, '9')
        self.attach(self.alices_server, '1')
        for numbers in ((7, 8, 9), (7.0, 8.0, 9.0), (True, False), (None,)):
            for number in numbers:
                info = jsonutils.dumps({'volume_id': number})
                answer = self.bob.call(
                    'DELETE',
                    f'os-assisted-volume-snapshots/s?delete_info={info}',
                )
                self.assertEqual(400, answer.status_code, answer.text)
                self.assertIn(
                    f'No volume Block Device Mapping with id {number}.',
                    answer.text,
                )
        self.assertFalse(self.deleted.called)

    def test_volume_that_own_and_hidden_servers_hold_has_no_snapshot(self):
        both = uuidsentinel.both
        self.attach(self.bobs_server, both)
        self.attach(self.alices_server, both)
        status, text = self.snapshot(self.bob, both)
        self.assertEqual(400, status)
        self.assertIn('multi-attach', text)
        self.assertEqual(500, self.delete_snapshot(self.bob, both)[0])
        self.assertFalse(self.snapped.called or self.deleted.called)

    def test_own_volume_and_the_managers_reach_compute(self):
        self.assertEqual(
            200, self.snapshot(self.bob, uuidsentinel.bobs_volume)[0]
        )
        self.assertEqual(200, self.snapshot(self.carol, VOLUME)[0])
        self.assertEqual(
            204, self.delete_snapshot(self.bob, uuidsentinel.bobs_volume)[0]
        )
        self.assertEqual(204, self.delete_snapshot(self.carol, VOLUME)[0])
        self.assertEqual(2, self.snapped.call_count)
        self.assertEqual(2, self.deleted.call_count)

    def test_last_delete_info_counts(self):
        # Nova takes the last of several up to 2.74.
        own = 'delete_info=' + jsonutils.dumps(
            {'volume_id': uuidsentinel.bobs_volume}
        )
        self.assertEqual(
            self.delete_snapshot(self.bob, uuidsentinel.unknown, own + '&%s'),
            self.delete_snapshot(self.bob, VOLUME, own + '&%s'),
        )
        self.assertEqual(
            204, self.delete_snapshot(self.bob, VOLUME, '%s&' + own)[0]
        )

    def test_refused_requests_on_hidden_volumes_are_refused_alike(self):
        for query in (
            'delete_info={"volume_id":"%s"}&x=%%ff',
            'x=1&delete_info={"volume_id":"%s","a":"%s"}&y=%s',
            'delete_info=%%7B%%22volume_id%%22:+%%22%s%%22%%7D&delete_info=',
            'delete_info=&delete%%5Finfo={"volume_id":+"%s"}',
            'delete_info={"volume_id":"%s"}&delete_info',
            'delete_info={"volume_id":"%s","volume_id":"%s"}',
        ):
            for version in ('2.1', '2.75', cloud.LATEST):
                answers = []
                for volume_id in (VOLUME, uuidsentinel.unknown):
                    answer = self.bob.call(
                        'DELETE',
                        'os-assisted-volume-snapshots/s?'
                        + query.replace('%s', volume_id).replace('%%', '%'),
                        version=version,
                    )
                    answers.append(
                        (
                            answer.status_code,
                            answer.text.replace(volume_id, 'VOLUME'),
                        )
                    )
                self.assertEqual(400, answers[0][0], answers)
                self.assertEqual(answers[1], answers[0])
        for extra in ({'x': 1}, {'create_info': 5}, {'create_info': {}}):
            answers = []
            for volume_id in (VOLUME, uuidsentinel.unknown):
                snapshot = {
                    'volume_id': volume_id,
                    'create_info': {
                        'snapshot_id': volume_id,
                        'type': 'qcow2',
                        'new_file': f'volume-{volume_id}',
                    },
                }
                answer = self.bob.call(
                    'POST',
                    'os-assisted-volume-snapshots',
                    {'snapshot': dict(snapshot, **extra)},
                )
                answers.append(
                    (
                        answer.status_code,
                        answer.text.replace(volume_id, 'VOLUME'),
                    )
                )
            self.assertEqual(400, answers[0][0], answers)
            self.assertEqual(answers[1], answers[0])

    def test_volume_id_in_escapes_is_read(self):
        escaped = ''.join(f'%5Cu{ord(char):04x}' for char in VOLUME)
        for more in ('', f',"x":"{VOLUME}"'):
            answer = self.bob.call(
                'DELETE',
                'os-assisted-volume-snapshots/s?delete_info='
                f'{{"volume_id":"{escaped}"{more}}}',
            )
            self.assertEqual(400, answer.status_code)
            self.assertIn(VOLUME, answer.text)

    def test_volume_of_own_and_hidden_servers_is_attached_to_several(self):
        self.attach(self.bobs_server, VOLUME)
        self.assertIn(
            'multi-attach', self.snapshot(self.bob, VOLUME)[1].lower()
        )

    def test_odd_volumes_are_novas_to_refuse(self):
        for volume_id in (5, '', {'x': VOLUME}, [VOLUME], '\0'):
            answers = [
                account.call(
                    'DELETE',
                    'os-assisted-volume-snapshots/s?delete_info='
                    + jsonutils.dumps({'volume_id': volume_id}),
                )
                for account in (self.bob, self.carol)
            ]
            self.assertEqual(
                answers[1].status_code, answers[0].status_code, volume_id
            )
        for info in ('x', '[]', '1', 'null', '{}', '"volume_id"'):
            answers = [
                account.call(
                    'DELETE',
                    f'os-assisted-volume-snapshots/s?delete_info={info}',
                )
                for account in (self.bob, self.carol)
            ]
            self.assertEqual(
                answers[1].status_code, answers[0].status_code, info
            )


class TestClosedPolicies(Opened):
    """Nova refuses members first, as it does without an operator's rules."""

    RULES = {}

    def test_refused_callers_cause_no_look_up(self):
        self.attach(self.alices_server, VOLUME)
        with (
            fixtures.MockPatch(
                'nova.objects.CellMappingList.get_all',
                side_effect=AssertionError,
            ),
            fixtures.MockPatch(
                'nova.quota.QuotaEngine.get_settable_quotas',
                side_effect=AssertionError,
            ),
        ):
            self.assertEqual(403, self.snapshot(self.bob, VOLUME)[0])
            self.assertEqual(403, self.delete_snapshot(self.bob, VOLUME)[0])
            self.assertEqual(
                403, self.set_quota(self.bob, 'alice', instances=0)[0]
            )


class TestQuotas(Opened):
    def test_quota_below_usage_of_another_user_is_accepted(self):
        for version in ('2.1', '2.36', cloud.LATEST):
            for limits in (
                {'instances': 0},
                {'cores': 0, 'ram': 0, 'instances': 0, 'key_pairs': 1},
                {'instances': '0'},
                {'instances': 0, 'force': False},
            ):
                for user_id in ('alice', 'nobody'):
                    status, text = self.set_quota(
                        self.bob, user_id, version, **limits
                    )
                    self.assertEqual(200, status, text)
                    self.assertEqual(
                        0, jsonutils.loads(text)['quota_set']['instances']
                    )
                self.set_quota(
                    self.root, 'alice', instances=-1, cores=-1, ram=-1
                )

    def test_refused_quota_of_another_user_is_refused_alike(self):
        for limits in (
            {'instances': 0, 'cores': 10**6},
            {'cores': 10**6, 'instances': 0},
            {'instances': 10**6},
        ):
            answers = [
                self.set_quota(self.bob, user_id, **limits)
                for user_id in ('alice', 'nobody')
            ]
            self.assertEqual(400, answers[0][0])
            self.assertIn('less than or equal', answers[0][1])
            self.assertEqual(answers[1], answers[0])

    def test_refusal_above_maximum_hides_usage_above_maximum(self):
        for _ in range(2):
            self.boot(self.alice)
        self.assertEqual(
            200,
            self.set_quota(self.root, 'dan', instances=9)[0],
        )
        self.assertEqual(
            [
                (400, 'less than or equal to 1'),
                (400, 'less than or equal to 1'),
            ],
            [
                (
                    status,
                    'less than or equal to 1'
                    if 'equal to 1.' in text
                    else text,
                )
                for user_id in ('alice', 'nobody')
                for status, text in [
                    self.set_quota(self.bob, user_id, instances=2)
                ]
            ],
        )

    def test_limits_that_novas_schema_refuses_are_refused_alike(self):
        for limits in (
            {'instances': -2},
            {'instances': '-2'},
            {'instances': 0, 'force': 0},
            {'instances': 0, 'force': 'maybe'},
            {'instances': 0, 'force': None},
            {'instances': 0, 'force': []},
            {'instances': 0, 'cores': 2**31},
            {'instances': 0, 'cores': True},
            {'instances': 0, 'cores': '1' * 5000},
            {'instances': 0, 'cores': float('inf')},
            {'instances': 0, 'unknown': 1},
            {'instances': 0, 'fixed_ips': 1},
            {'instances': 0, 'injected_files': 1, 'cores': 10**6},
        ):
            for version in ('2.1', '2.36', '2.57', '2.75', '2.9999', 'x'):
                answers = [
                    self.set_quota(self.bob, user_id, version, **limits)
                    for user_id in ('alice', 'nobody')
                ]
                self.assertEqual(answers[1], answers[0])
                self.assertIn(
                    answers[0][0],
                    # Only up to 2.35 are there quotas of fixed IPs.
                    (200, 400, 406) if 'fixed_ips' in limits else (400, 406),
                )

    def test_quota_in_the_compatible_v2_is_accepted(self):
        for extra in ({}, {'unknown': 1}, {'fixed_ips': 1}):
            answers = [
                self.bob.call(
                    'PUT',
                    f'/v2/os-quota-sets/{cloud.PROJECT}?user_id={user_id}',
                    {'quota_set': dict(extra, instances=0), 'more': 1},
                )
                for user_id in ('alice', 'nobody')
            ]
            self.assertEqual(200, answers[0].status_code, answers[0].text)
            self.assertEqual(answers[1].text, answers[0].text)

    def test_first_user_id_counts(self):
        self.assertEqual(
            200,
            self.set_quota(
                self.bob, 'alice', query='&user_id=bob', instances=0
            )[0],
        )
        self.assertEqual(
            400,
            self.set_quota(
                self.bob, 'bob', query='&user_id=alice', instances=0
            )[0],
        )

    def test_own_quota_and_the_managers_see_usage(self):
        self.assertEqual(400, self.set_quota(self.bob, 'bob', instances=0)[0])
        status, text = self.set_quota(self.carol, 'alice', instances=0)
        self.assertEqual(400, status)
        self.assertIn('already used and reserved 1', text)


class TestHosts(Opened):
    """The promise's table tells operators to exempt roles for these."""

    def test_hosts_and_aggregates_count_and_miss_hidden_servers(self):
        [hypervisor] = self.bob.get('os-hypervisors', version='2.53')[
            'hypervisors'
        ]
        counted, shown = (
            account.get(
                f'os-hypervisors/{hypervisor["id"]}?with_servers=true',
                version='2.53',
            )['hypervisor']
            for account in (self.root, self.bob)
        )
        self.assertEqual(2, len(counted.pop('servers')))
        [server] = shown.pop('servers')
        self.assertEqual(self.bobs_server, server['uuid'])
        self.assertEqual(counted, shown)
        moved = {}
        for account in (self.root, self.bob):
            aggregate = account.call(
                'POST',
                'os-aggregates',
                {
                    'aggregate': {
                        'name': account.user_id,
                        'availability_zone': 'another',
                    }
                },
            ).json()['aggregate']
            if account is self.bob:
                self.bob.call('DELETE', f'servers/{self.bobs_server}')
                self.wait_until_gone(self.bobs_server)
            moved[account.user_id] = account.call(
                'POST',
                f'os-aggregates/{aggregate["id"]}/action',
                {'add_host': {'host': self.compute.host}},
            ).status_code
        self.assertEqual(200, moved['bob'])
        if hasattr(
            api.AggregateAPI,
            'ensure_no_instances_need_to_move_az_when_host_added',
        ):
            self.assertEqual(409, moved['root'])


class TestOpenedWithoutTheFilter(Opened):
    FILTERED = DROPPED_IN = False

    def test_hidden_servers_are_told(self):
        self.attach(self.alices_server, VOLUME)
        with fixtures.MockPatch(
            'nova.compute.rpcapi.ComputeAPI.volume_snapshot_create'
        ):
            self.assertEqual(200, self.snapshot(self.bob, VOLUME)[0])
        self.assertEqual(400, self.snapshot(self.bob, uuidsentinel.unknown)[0])
        status, text = self.set_quota(self.bob, 'alice', instances=0)
        self.assertEqual(400, status)
        self.assertIn('already used and reserved 1', text)
        request_id = self.fail_with(
            self.bobs_server, f'in {self.alices_server}'
        )
        self.assertIn(
            self.alices_server,
            self.events(self.bob, self.bobs_server, request_id, '2.84'),
        )
