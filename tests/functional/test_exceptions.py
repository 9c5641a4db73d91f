"""What rows do not cover; one class for each module of compute/."""

import uuid

import fixtures
from nova import context as nova_context
from nova import exception
from nova import objects
from nova.db.main import api as main_db
from nova.db.main import models as main_models
from oslo_serialization import jsonutils
from oslo_utils.fixture import uuidsentinel
import sqlalchemy as sa
import testtools

from cloud_security.compute import hint_marks
from cloud_security.visibility import scope as scopes
from tests.functional import cloud
from tests.functional import operations

SHOWN = testtools.skipUnless(
    int(cloud.LATEST.partition('.')[2]) >= 100,
    'Nova shows hints from 2.100 on.',
)
ATTACHMENT = 'servers/{}/os-volume_attachments/' + operations.VOLUME


class TestAttachments(cloud.Cloud):
    """Cinder's guard takes 404 for "gone, delete the attachment"."""

    def setUp(self):
        super().setUp()
        self.hers = self.boot(self.alice)
        self.his = self.boot(self.bob)

    def ask(self, account, server_id, **kwargs):
        answer = account.call('GET', ATTACHMENT.format(server_id), **kwargs)
        return answer.status_code, answer.text.replace(server_id, 'ID')

    def test_hidden_and_unknown_servers_are_refused_alike(self):
        for account in (self.bob, self.dan):
            for version in ('2.1', cloud.LATEST):
                answers = [
                    self.ask(account, server_id, version=version)
                    for server_id in (self.hers, uuidsentinel.other)
                ]
                self.assertEqual(403, answers[0][0])
                self.assertEqual(answers[0], answers[1])

    def test_the_refusal_reads_like_novas_own(self):
        refused = self.ask(self.bob, self.hers)[1]
        self.operator_writes(
            {'os_compute_api:os-volumes-attachments:show': '!'}
        )
        self.assertEqual(self.ask(self.bob, self.his), (403, refused))

    def test_an_own_server_gets_novas_answer(self):
        self.assertEqual(404, self.ask(self.bob, self.his)[0])
        self.bob.call('DELETE', f'servers/{self.his}')
        self.wait_until_gone(self.his)
        self.assertEqual(404, self.ask(self.bob, self.his)[0])

    def test_a_service_token_gets_novas_answer_here_and_only_here(self):
        status, text = self.ask(self.bob, self.hers, X_Service_Roles='service')
        self.assertEqual(404, status)
        self.assertIn('is not attached', text)
        self.assertEqual(
            404,
            self.bob.call(
                'GET', f'servers/{self.hers}', X_Service_Roles='service'
            ).status_code,
        )
        self.assertEqual([self.his], self.bob.ids(X_Service_Roles='service'))
        self.assertEqual(
            403, self.ask(self.bob, self.hers, X_Service_Roles='member')[0]
        )

    def test_other_operations_on_attachments_answer_404(self):
        for headers in ({}, {'X_Service_Roles': 'service'}):
            answers = [
                (answer.status_code, answer.text.replace(server_id, 'ID'))
                for server_id in (self.hers, uuidsentinel.other)
                for answer in [
                    self.bob.call(
                        'DELETE', ATTACHMENT.format(server_id), **headers
                    )
                ]
            ]
            self.assertEqual(404, answers[0][0])
            self.assertEqual(answers[0], answers[1])


class TestAttachmentsWithoutTheFilter(TestAttachments):
    FILTERED = DROPPED_IN = False
    test_the_refusal_reads_like_novas_own = None
    test_an_own_server_gets_novas_answer = None
    test_a_service_token_gets_novas_answer_here_and_only_here = None
    test_other_operations_on_attachments_answer_404 = None

    def test_hidden_and_unknown_servers_are_refused_alike(self):
        self.assertNotEqual(
            self.ask(self.bob, self.hers),
            self.ask(self.bob, uuidsentinel.other),
        )


class Hints(cloud.Cloud):
    """Two hosts, and the filters that compare hints with servers."""

    # The scheduler must know who is where.
    COPIES = False

    def _setup_compute_service(self):
        self._start_compute('host1')
        self._start_compute('host2')

    def setUp(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.tests.functional.integrated_helpers._IntegratedTestBase.'
                '_setup_scheduler_service',
                self.start_scheduler,
            )
        )
        super().setUp()
        self.hers = self.boot(self.alice)
        self.host = self.host_of(self.hers)

    def start_scheduler(self, test):
        self.flags(
            enabled_filters=[
                'SameHostFilter',
                'DifferentHostFilter',
                'JsonFilter',
                'ComputeFilter',
            ],
            group='filter_scheduler',
        )
        return test.start_service('scheduler')

    def host_of(self, server_id):
        return self.root.get(f'servers/{server_id}')['server'][
            'OS-EXT-SRV-ATTR:host'
        ]

    def outcome(self, account, server_hints):
        """Return where a server with hints goes; None if nowhere."""
        server_id = self.boot(account, state=None, hints=server_hints)
        self.wait_for(
            lambda: (
                self.root.get(f'servers/{server_id}')['server']['status']
                != 'BUILD'
            )
        )
        return self.host_of(server_id)

    def outcomes(self, account, server_hints, count=4):
        """Return the hosts of several servers with the same hints."""
        return {self.outcome(account, server_hints) for _ in range(count)}


class TestHints(Hints):
    def test_same_host_as_a_hidden_server_is_nowhere(self):
        for value in (self.hers, [self.hers], uuidsentinel.unknown):
            self.assertIsNone(self.outcome(self.bob, {'same_host': value}))

    def test_same_host_as_an_own_server_is_there(self):
        own = self.boot(self.bob)
        for value in (own, [self.hers, own]):
            self.assertEqual(
                {self.host_of(own)},
                self.outcomes(self.bob, {'same_host': value}, 2),
            )

    def test_a_hidden_server_keeps_nobody_away(self):
        self.assertEqual(
            {'host1', 'host2'},
            self.outcomes(self.bob, {'different_host': [self.hers]}, 6),
        )

    def test_queries_do_not_reach_into_hidden_servers(self):
        query = '["=", "$instances.{0}.uuid", "$instances.{0}.uuid"]'
        for server_id in (self.hers, uuidsentinel.unknown):
            self.assertIsNone(
                self.outcome(self.bob, {'query': query.format(server_id)})
            )

    def test_a_manager_may_name_every_server(self):
        self.assertEqual(
            {self.host}, self.outcomes(self.carol, {'same_host': self.hers}, 2)
        )

    @SHOWN
    def test_hints_are_shown_as_they_were_sent(self):
        sent = {
            'same_host': [self.hers],
            'different_host': [
                uuidsentinel.unknown,
                self.hers.upper(),
                hint_marks.MARK + self.hers,
                hint_marks.MARK + uuidsentinel.unknown,
            ],
        }
        for sender in (self.bob, self.carol, self.root):
            server_id = self.boot(sender, state=None, hints=sent)
            for account in (sender, self.carol, self.root):
                self.assertEqual(
                    sent,
                    account.get(f'servers/{server_id}', version='2.100')[
                        'server'
                    ]['scheduler_hints'],
                )
            shown = [
                server
                for server in sender.get('servers/detail', version='2.100')[
                    'servers'
                ]
                if server['id'] == server_id
            ]
            self.assertEqual(sent, shown[0]['scheduler_hints'])

    @SHOWN
    def test_a_complaint_about_stored_hints_repeats_what_was_sent(self):
        # Nova's own schema refuses to show what it accepted as "query"; where
        # responses are validated, from Nova 33 on, the complaint repeats the
        # whole server.
        status, key = (
            (400, "'scheduler_hints':")
            if int(cloud.LATEST.partition('.')[2]) > 100
            else (200, '"scheduler_hints":')
        )
        texts = []
        for named in (self.hers, uuidsentinel.unknown):
            server_id = self.boot(
                self.bob,
                state=None,
                hints={'query': f'["=", "$instances.{named}.host", "x"]'},
            )
            answer = self.bob.call(
                'GET', f'servers/{server_id}', version='2.100'
            )
            self.assertEqual(status, answer.status_code)
            texts.append(
                answer.text.split(key)[1].split('}')[0].replace(named, 'ID')
            )
        self.assertIn('ID', texts[0])
        self.assertEqual(texts[0], texts[1])

    def test_complaints_repeat_what_was_sent(self):
        answers = []
        for server_id in (self.hers, uuidsentinel.unknown):
            answer = self.bob.call(
                'POST',
                'servers',
                {
                    'server': {'name': 'x', 'flavorRef': '1'},
                    'os:scheduler_hints': {
                        'same_host': [server_id],
                        'different_host': {'bad': server_id},
                    },
                },
            )
            answers.append(
                (answer.status_code, answer.text.replace(server_id, 'ID'))
            )
        self.assertEqual(400, answers[0][0])
        self.assertIn('ID', answers[0][1])
        self.assertEqual(answers[0], answers[1])


class TestHintsWithoutTheFilter(Hints):
    FILTERED = DROPPED_IN = False

    def test_hints_tell_where_somebody_elses_server_is(self):
        self.assertEqual(
            {self.host}, self.outcomes(self.bob, {'same_host': self.hers}, 2)
        )
        self.assertEqual(
            1, len(self.outcomes(self.bob, {'different_host': self.hers}))
        )
        uuid_of = f'"$instances.{self.hers}.uuid"'
        query = f'["=", {uuid_of}, {uuid_of}]'
        self.assertEqual(self.host, self.outcome(self.bob, {'query': query}))


class OtherServicesIds(cloud.Cloud):
    """Neutron, Cinder and Glance know who holds what."""

    def setUp(self):
        super().setUp()
        self.hers = self.boot(self.alice)
        self.his = self.boot(self.bob)

    def floating_ips(self, **holders):
        """Let Neutron know floating IPs: {'_10_0_0_1': server's id}.

        What follows two underlines sets IPs of one address apart.
        """
        neutron = 'nova.tests.fixtures.NeutronFixture.'
        self.given = []
        ips = [
            {
                'id': str(uuid.uuid5(uuid.NAMESPACE_DNS, name)),
                'floating_ip_address': name[1:]
                .partition('__')[0]
                .replace('_', '.'),
                'floating_network_id': self.neutron.network_1['id'],
                'fixed_ip_address': '10.1.1.1',
                'port_id': 'port' + name,
                'router_id': 'r',
                'tenant_id': cloud.PROJECT,
                'status': 'ACTIVE',
                'port_details': {'device_id': holder},
            }
            for name, holder in holders.items()
        ]
        ports = {
            'port' + name: {'port': {'id': 'port' + name, 'device_id': holder}}
            for name, holder in holders.items()
        }

        def listed(fixture, retrieve_all=True, **query):
            return {
                'floatingips': [
                    ip
                    for ip in ips
                    if all(ip[key] == value for key, value in query.items())
                ]
            }

        for method, replacement in (
            ('list_floatingips', listed),
            (
                'show_floatingip',
                lambda fixture, floatingip_id: {
                    'floatingip': next(
                        ip for ip in ips if ip['id'] == floatingip_id
                    )
                },
            ),
            (
                'update_floatingip',
                lambda fixture, floatingip_id, body: self.given.append(
                    floatingip_id
                ),
            ),
        ):
            self.useFixture(
                fixtures.MonkeyPatch(neutron + method, replacement)
            )
        self.useFixture(
            fixtures.MonkeyPatch(
                neutron + 'show_port',
                lambda fixture, port_id, **kwargs: ports[port_id],
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.network.neutron.API._get_port_id_by_fixed_address',
                lambda *args: 'port',
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.network.neutron.API.get_floating_ips_by_project',
                lambda api, context: [
                    dict(ip, network_details={'name': 'pool', 'id': 'net'})
                    for ip in ips
                ],
            )
        )
        return [ip['id'] for ip in ips]

    def stored_hints(self, server_id):
        """Return the hints that the scheduler reads."""
        with scopes.on_this_thread(scopes.EVERYBODY):
            return objects.RequestSpec.get_by_instance_uuid(
                nova_context.get_admin_context(), server_id
            ).scheduler_hints

    def has_addresses(self):
        """Let every server have a fixed IP."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.network.model.NetworkInfo.fixed_ips',
                lambda info: [{'address': '10.1.1.1'}],
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.network.model.NetworkInfo.__len__', lambda info: 1
            )
        )

    def in_the_cell(self, server_id, change):
        """Call a function with a context of the cell of a server."""
        with scopes.on_this_thread(scopes.EVERYBODY):
            context = nova_context.get_admin_context()
            cell = objects.InstanceMapping.get_by_instance_uuid(
                context, server_id
            ).cell_mapping
            with nova_context.target_cell(context, cell) as cell_context:
                change(cell_context)


class TestForeignIds(OtherServicesIds):
    def test_a_floating_ip_does_not_name_its_hidden_holder(self):
        [one, *_] = self.floating_ips(
            _10_0_0_1=self.hers,
            _10_0_0_2=self.his,
            _10_0_0_3=uuidsentinel.router,
        )
        held = {
            account: [
                ip['instance_id']
                for ip in account.get('os-floating-ips')['floating_ips']
            ]
            for account in (self.bob, self.carol)
        }
        self.assertEqual(
            [self.hers, self.his, uuidsentinel.router], held[self.carol]
        )
        self.assertEqual(self.his, held[self.bob][1])
        # A hidden server and what is none are answered alike.
        self.assertNotEqual(self.hers, held[self.bob][0])
        self.assertNotEqual(uuidsentinel.router, held[self.bob][2])
        # What it says instead is no server, here or in a second answer.
        self.assertEqual(
            404,
            self.bob.call('GET', f'servers/{held[self.bob][0]}').status_code,
        )
        path = f'os-floating-ips/{one}'
        shown = {
            account: account.get(path)['floating_ip']['instance_id']
            for account in (self.bob, self.dan, self.carol)
        }
        self.assertEqual(held[self.bob][0], shown[self.bob])
        self.assertEqual(self.hers, shown[self.carol])
        # It is not the same for two callers, nor to be computed by one.
        self.assertNotIn(shown[self.dan], (self.hers, shown[self.bob]))
        self.flags(connection='sqlite:///another', group='api_database')
        self.assertNotIn(
            self.bob.get(path)['floating_ip']['instance_id'],
            (self.hers, shown[self.bob]),
        )

    def test_a_volume_does_not_name_its_hidden_holder(self):
        volume = operations.volume(self.hers)
        for name, value in (('get', volume), ('get_all', [volume])):
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'nova.volume.cinder.API.{name}',
                    lambda *args, value=value, **kwargs: value,
                )
            )
        for path in (
            f'os-volumes/{operations.VOLUME}',
            'os-volumes',
            'os-volumes/detail',
        ):
            self.assertNotIn(self.hers, self.bob.call('GET', path).text)
            self.assertIn(self.hers, self.carol.call('GET', path).text)

    def test_an_image_does_not_name_its_hidden_server(self):
        images = {}
        for owner, server_id in (
            (self.alice, self.hers),
            (self.bob, self.his),
        ):
            answer = owner.act(
                server_id, 'createImage', {'name': 'copy'}, version='2.45'
            )
            images[server_id] = answer.json()['image_id']
            # As nova.compute.utils.create_image writes it.
            self.glance.images[images[server_id]]['properties'][
                'instance_uuid'
            ] = server_id
        for path in (
            'images/{}',
            'images/{}/metadata',
            'images/{}/metadata/instance_uuid',
            'images/detail',
        ):
            hidden = path.format(images[self.hers])
            self.assertNotIn(self.hers, self.bob.call('GET', hidden).text)
            self.assertIn(self.hers, self.carol.call('GET', hidden).text)
            self.assertIn(
                self.his,
                self.bob.call('GET', path.format(images[self.his])).text,
            )

    def test_a_complaint_does_not_name_a_hidden_server(self):
        volume, interface = (
            (
                f'servers/{self.his}/os-volume_attachments',
                {'volumeAttachment': {'volumeId': operations.VOLUME}},
            ),
            (
                f'servers/{self.his}/os-interface',
                {'interfaceAttachment': {'net_id': operations.VOLUME}},
            ),
        )
        reboot = (
            f'servers/{self.his}/action',
            {'reboot': {'type': 'HARD'}},
        )
        api = 'nova.compute.api.API.'
        for named in (self.hers, self.hers.upper()):
            in_use = exception.InvalidVolume(
                reason=f'volume {operations.VOLUME} is already attached to '
                f'instances: {named}'
            )
            taken = exception.FixedIpAlreadyInUse(
                address='10.1.1.1', instance_uuid=named
            )
            locked = exception.InstanceIsLocked(instance_uuid=named)
            for place, complaint, status, path, body in (
                (api + 'attach_volume', in_use, 400, *volume),
                (api + 'attach_interface', taken, 409, *interface),
                (api + 'reboot', locked, 409, *reboot),
            ):
                with fixtures.MockPatch(place, side_effect=complaint):
                    answer, guessed, shown = (
                        account.call('POST', path, body, **headers)
                        for account, headers in (
                            (self.bob, {}),
                            # Who names it does not learn that he is right.
                            (self.bob, {'X_Guess': named}),
                            (self.carol, {}),
                        )
                    )
                self.assertEqual(status, answer.status_code, answer.text)
                self.assertNotIn(self.hers, answer.text.lower())
                if complaint is not locked:
                    self.assertEqual(answer.text, guessed.text)
                self.assertIn(named, shown.text)

    def test_a_fault_does_not_name_a_hidden_server(self):
        self.in_the_cell(
            self.his,
            lambda context: objects.InstanceFault(
                context=context,
                instance_uuid=self.his,
                code=500,
                message=f'volume in use by {self.hers.upper()}',
                details='',
                host='host',
            ).create(),
        )
        self.root.act(self.his, 'os-resetState', {'state': 'error'})
        for head in ('servers', 'os-volumes_boot'):
            for path in (f'{head}/{self.his}', f'{head}/detail'):
                text = self.bob.call('GET', path).text.lower()
                self.assertIn('volume in use by', text)
                self.assertNotIn(self.hers, text)
                self.assertIn(
                    self.hers, self.carol.call('GET', path).text.lower()
                )

    def test_an_action_does_not_name_a_hidden_server(self):
        request_id = self.bob.act(self.his, 'lock').headers[
            'x-compute-request-id'
        ]

        def fail(context):
            context.request_id = request_id
            event = 'compute_lock'
            objects.InstanceActionEvent.event_start(
                context, self.his, event, want_result=False
            )
            objects.InstanceActionEvent.event_finish_with_failure(
                context,
                self.his,
                event,
                exc_val=f'details: {self.hers}',
                exc_tb='',
                want_result=False,
            )
            with main_db.get_context_manager(context).writer.using(
                context
            ) as session:
                session.execute(
                    sa.update(main_models.InstanceAction)
                    .where(main_models.InstanceAction.request_id == request_id)
                    .values(message=f'message: {self.hers}')
                )

        self.in_the_cell(self.his, fail)
        rule = 'os_compute_api:os-instance-actions:events:details'
        self.operator_writes({rule: '@'})
        actions = f'servers/{self.his}/os-instance-actions'
        for path, words in (
            (actions, ('message: ',)),
            (f'{actions}/{request_id}', ('message: ', 'details: ')),
        ):
            text = self.bob.call('GET', path, version='2.84').text
            for word in words:
                self.assertIn(word, text)
            self.assertNotIn(self.hers, text)
            self.assertIn(
                self.hers,
                self.carol.call('GET', path, version='2.84').text,
            )


class TestSpelling(OtherServicesIds):
    """JSON can spell every character as an escape."""

    def escaped(self, text):
        return ''.join(f'\\u{ord(character):04x}' for character in text)

    def test_what_was_sent_in_escapes_was_sent(self):
        answers = []
        for server_id in (self.hers, uuidsentinel.unknown):
            body = (
                '{"server": {"name": "x", "flavorRef": "1"}, "os:scheduler'
                '_hints": {"different_host": {"bad": "ID"}}}'
            ).replace('ID', self.escaped(server_id))
            answer = self.bob.call('POST', 'servers', body.encode())
            answers.append(
                (answer.status_code, answer.text.replace(server_id, 'ID'))
            )
        self.assertEqual(400, answers[0][0])
        self.assertIn('ID', answers[0][1])
        self.assertEqual(answers[0], answers[1])

    def test_what_was_sent_in_headers_was_sent(self):
        answers = []
        for server_id in (self.hers, uuidsentinel.unknown):
            answer = self.bob.call('GET', 'servers', version=server_id)
            answers.append(
                (answer.status_code, answer.text.replace(server_id, 'ID'))
            )
        self.assertIn('ID', answers[0][1])
        self.assertEqual(answers[0], answers[1])

    def test_what_is_written_at_an_image_is_repeated_once(self):
        image_id = self.bob.act(
            self.his, 'createImage', {'name': 'copy'}, version='2.45'
        ).json()['image_id']
        path = f'images/{image_id}/metadata'
        for server_id in (self.hers, uuidsentinel.unknown):
            for method, where, what in (
                ('PUT', path, 'metadata'),
                ('POST', path, 'metadata'),
                ('PUT', path + '/instance_uuid', 'meta'),
            ):
                body = {what: {'instance_uuid': server_id}}
                answer = self.bob.call(method, where, body)
                self.assertEqual(200, answer.status_code, answer.text)
                self.assertEqual(
                    server_id, answer.json()[what]['instance_uuid']
                )
            # Read or changed again, it is any id, hidden or unknown.
            body = {'metadata': {'other': server_id}}
            for answer in (
                self.bob.call('GET', path),
                self.bob.call('POST', path, body),
            ):
                self.assertNotEqual(
                    server_id, answer.json()['metadata']['instance_uuid']
                )

    def test_naming_an_id_does_not_show_it(self):
        self.floating_ips(_10_0_0_1=self.hers)
        for path in (
            'os-floating-ips',
            f'os-floating-ips?x={self.hers}',
            f'os-floating-ips?name={self.hers}',
        ):
            for body in (None, {'x': self.hers}):
                answer = self.bob.call('GET', path, body)
                self.assertNotIn(self.hers, answer.text.replace('?name=', ''))

    def test_what_callers_write_is_theirs(self):
        for server_id in (self.hers, uuidsentinel.unknown):
            metadata = {
                'fault': server_id,
                'message': f'peer {server_id}',
                'instance_uuid': server_id,
            }
            self.bob.call(
                'PUT', f'servers/{self.his}/metadata', {'metadata': metadata}
            )
            for path in ('', '/metadata'):
                shown = self.bob.get(f'servers/{self.his}{path}')
                self.assertEqual(
                    metadata, shown.get('server', shown)['metadata']
                )

    def test_deep_hints_are_answered_alike(self):
        for depth in (100, 480, 600, 800):
            answers = []
            for server_id in (self.hers, uuidsentinel.unknown):
                body = (
                    '{"server": {"name": "x", "flavorRef": "999", "networks":'
                    ' "none"}, "os:scheduler_hints": {"foo": '
                    + '[' * depth
                    + f'"{server_id}"'
                    + ']' * depth
                    + '}}'
                )
                answers.append(
                    self.bob.call(
                        'POST', 'servers', body.encode(), version='2.37'
                    ).status_code
                )
            self.assertEqual([400, 400], answers, depth)

    def test_many_marks_take_no_time(self):
        text = hint_marks.MARK * 8000
        self.assertEqual(text, hint_marks.mapped(text, str))
        self.assertEqual(set(), hint_marks.marked_ids(text))

    def test_escapes_within_a_query_are_read(self):
        specs = []
        for server_id in (self.hers, uuidsentinel.unknown):
            query = (
                f'["=", "$instances.{self.escaped(server_id[:1])}'
                f'{server_id[1:]}.uuid", "x"]'
            )
            server = self.boot(self.bob, state=None, hints={'query': query})
            specs.append(self.stored_hints(server)['query'][0])
        self.assertIn(hint_marks.MARK + self.hers, specs[0])
        self.assertEqual(
            specs[0].replace(hint_marks.MARK + self.hers, 'ID'),
            specs[1].replace(uuidsentinel.unknown, 'ID'),
        )

    def test_marks_that_others_write_stay(self):
        marked = hint_marks.MARK + uuidsentinel.unknown + '-hints'
        for account in (self.bob, self.root):
            answer = account.call('GET', f'servers/{marked}')
            self.assertIn(marked, answer.text)

    def test_odd_addresses_are_novas_to_refuse(self):
        for address in (['x'], 5, True, None, '\0', '\ud800', 'x'):
            self.assertEqual(
                400,
                self.bob.act(
                    self.his, 'addFloatingIp', {'address': address}
                ).status_code,
            )

    def test_without_neutron_nova_answers_in_its_order(self):
        self.useFixture(
            fixtures.MockPatch(
                'nova.network.neutron.API.get_instance_id_by_floating_address',
                side_effect=exception.NovaException,
            )
        )
        address = {'address': '10.0.0.1'}
        for server_id, version, expected in (
            (self.hers, '2.1', 404),
            (uuidsentinel.unknown, '2.1', 404),
            (self.his, '2.44', 404),
        ):
            self.assertEqual(
                expected,
                self.bob.act(
                    server_id, 'addFloatingIp', address, version=version
                ).status_code,
            )

    def test_hints_are_found_however_they_are_spelled(self):
        sent = {'same_host': self.hers, 'near': [self.hers]}
        for path, key in (
            ('servers', self.escaped('os:scheduler_hints')),
            ('servers', 'OS-SCH-HNT:scheduler_hints'),
            ('os-volumes_boot', 'os:scheduler_hints'),
        ):
            body = jsonutils.dumps(
                {
                    'server': {
                        'name': 'x',
                        'flavorRef': '1',
                        'imageRef': cloud.IMAGE,
                        'networks': 'none',
                    },
                    'HINTS': sent,
                }
            ).replace('HINTS', key)
            answer = self.bob.call('POST', path, body.encode(), '2.37')
            if path == 'os-volumes_boot' and answer.status_code == 500:
                continue  # Nova 34 makes no server there
            self.assertEqual(202, answer.status_code, answer.text)
            stored = self.stored_hints(answer.json()['server']['id'])
            self.assertEqual(
                [hint_marks.MARK + self.hers], stored['same_host']
            )
            self.assertEqual([hint_marks.MARK + self.hers], stored['near'])

    def test_addresses_are_found_in_escapes(self):
        self.floating_ips(_10_0_0_1=self.hers)
        self.has_addresses()
        body = (
            f'{{"{self.escaped("addFloatingIp")}": {{"address": "10.0.0.1"}}}}'
        )
        answer = self.bob.call(
            'POST', f'servers/{self.his}/action', body.encode()
        )
        self.assertEqual(404, answer.status_code)
        self.assertEqual([], self.given)


class TestFloatingIps(OtherServicesIds):
    def setUp(self):
        super().setUp()
        self.ids = self.floating_ips(_10_0_0_1=self.hers, _10_0_0_2=self.his)
        self.has_addresses()

    def act(self, account, action, address):
        answer = account.act(self.his, action, {'address': address})
        return answer.status_code, answer.text.replace(address, 'ADDRESS')

    def test_a_hidden_servers_address_cannot_be_taken(self):
        taken = self.act(self.bob, 'addFloatingIp', '10.0.0.1')
        self.assertEqual(404, taken[0])
        self.assertEqual(
            taken, self.act(self.bob, 'addFloatingIp', '10.9.9.9')
        )
        with fixtures.MockPatch(
            'nova.network.neutron.API.get_instance_id_by_floating_address',
            side_effect=exception.NovaException,
        ):
            self.assertEqual(
                taken, self.act(self.bob, 'addFloatingIp', '10.0.0.1')
            )
        self.assertEqual([], self.given)

    def test_an_address_of_several_is_novas_to_refuse(self):
        self.floating_ips(_10_0_0_3=self.hers, _10_0_0_3__again=self.his)
        answers = [
            self.act(account, 'addFloatingIp', '10.0.0.3')
            for account in (self.bob, self.carol)
        ]
        self.assertIn('Multiple floating IPs', answers[0][1])
        self.assertEqual(answers[0], answers[1])

    def test_a_hidden_servers_address_cannot_be_removed(self):
        for account in (self.bob, self.dan):
            status, text = self.act(account, 'removeFloatingIp', '10.0.0.1')
            self.assertEqual(404, status)
            self.assertNotIn(self.hers, text)
        answer = self.bob.call('DELETE', f'os-floating-ips/{self.ids[0]}')
        self.assertEqual(404, answer.status_code)
        self.assertNotIn(self.hers, answer.text)
        self.assertEqual([], self.given)

    def test_own_addresses_and_a_managers_go_through(self):
        self.assertEqual(
            202, self.act(self.bob, 'addFloatingIp', '10.0.0.2')[0]
        )
        self.assertEqual(
            202, self.act(self.bob, 'removeFloatingIp', '10.0.0.2')[0]
        )
        self.assertEqual(
            202, self.act(self.carol, 'addFloatingIp', '10.0.0.1')[0]
        )
        self.assertEqual(3, len(self.given))


class TestFloatingIpsWithoutTheFilter(TestFloatingIps):
    FILTERED = DROPPED_IN = False
    test_own_addresses_and_a_managers_go_through = None
    test_an_address_of_several_is_novas_to_refuse = None
    test_a_hidden_servers_address_cannot_be_removed = None

    def test_a_hidden_servers_address_cannot_be_taken(self):
        self.assertEqual(
            202, self.act(self.bob, 'addFloatingIp', '10.0.0.1')[0]
        )
        self.assertIn(self.hers, self.bob.call('GET', 'os-floating-ips').text)


class TestMonitor(OtherServicesIds):
    """Monitor mode: each module's answers are stock Nova's."""

    MODE = 'monitor'

    def test_nothing_is_changed(self):
        self.floating_ips(_10_0_0_1=self.hers)
        self.has_addresses()
        self.assertIn(self.hers, self.bob.call('GET', 'os-floating-ips').text)
        with fixtures.MockPatch(
            'nova.compute.api.API.reboot',
            side_effect=exception.InstanceIsLocked(instance_uuid=self.hers),
        ):
            answer = self.bob.act(self.his, 'reboot', {'type': 'HARD'})
        self.assertEqual(409, answer.status_code)
        self.assertIn(self.hers, answer.text)
        answer = self.bob.call('GET', ATTACHMENT.format(uuidsentinel.unknown))
        self.assertEqual(404, answer.status_code)
        usage = self.bob.get(
            f'os-quota-sets/{cloud.PROJECT}/detail?user_id=alice'
        )
        self.assertEqual(1, usage['quota_set']['instances']['in_use'])
        answer = self.bob.act(
            self.his, 'addFloatingIp', {'address': '10.0.0.1'}
        )
        self.assertEqual(202, answer.status_code)
        self.assertEqual(1, len(self.given))
        query = f'["\\u003d", "$instances.{self.hers}.uuid", "x"]'
        server_id = self.boot(
            self.bob,
            state=None,
            hints={'same_host': self.hers, 'query': query},
        )
        stored = self.stored_hints(server_id)
        self.assertEqual([self.hers], stored['same_host'])
        self.assertEqual([query], stored['query'])

    @SHOWN
    def test_marks_that_callers_write_stay(self):
        sent = {'same_host': [hint_marks.MARK + self.hers, self.hers]}
        server_id = self.boot(self.bob, state=None, hints=sent)
        self.assertEqual(
            sent,
            self.bob.get(f'servers/{server_id}', version='2.100')['server'][
                'scheduler_hints'
            ],
        )


class TestMonitorIsStock(TestMonitor):
    FILTERED = DROPPED_IN = False
