# SPDX-License-Identifier: Apache-2.0
"""IDs of hidden servers that other services tell are replaced."""

from urllib import parse

import fixtures
from nova import exception
from nova import objects
from nova.db.main import api as main_db
from nova.db.main import models as main_models
from oslo_utils.fixture import uuidsentinel
import sqlalchemy as sa

from tests.functional.compute import operations
from tests.functional.compute import other_services


class TestForeignIds(other_services.OtherServicesIds):
    def test_wide_digit_of_an_id_is_repeated_as_sent(self):
        """The digits of its escape look like the first ones of an ID."""
        for server_id in (self.boot(self.bob), self.boot(self.alice)):
            wide = '\uff10' + server_id[1:]
            response = self.bob.call('GET', f'servers/{parse.quote(wide)}')
            self.assertEqual(404, response.status_code)
            self.assertIn(server_id[1:], response.text)

    def test_floating_ip_of_a_hidden_server_does_not_name_it(self):
        [one, *_] = self.floating_ips(
            _10_0_0_1=self.alices_server,
            _10_0_0_2=self.bobs_server,
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
            [self.alices_server, self.bobs_server, uuidsentinel.router],
            held[self.carol],
        )
        self.assertEqual(self.bobs_server, held[self.bob][1])
        # A hidden server and what is none are answered alike.
        self.assertNotEqual(self.alices_server, held[self.bob][0])
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
        self.assertEqual(self.alices_server, shown[self.carol])
        # It is not the same for two callers, nor to be computed by one.
        self.assertNotIn(
            shown[self.dan], (self.alices_server, shown[self.bob])
        )
        self.flags(connection='sqlite:///another', group='api_database')
        self.assertNotIn(
            self.bob.get(path)['floating_ip']['instance_id'],
            (self.alices_server, shown[self.bob]),
        )

    def test_volume_of_a_hidden_server_does_not_name_it(self):
        volume = operations.volume(self.alices_server)
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
            self.assertNotIn(
                self.alices_server, self.bob.call('GET', path).text
            )
            self.assertIn(
                self.alices_server, self.carol.call('GET', path).text
            )

    def test_image_of_a_hidden_server_does_not_name_it(self):
        images = {}
        for owner, server_id in (
            (self.alice, self.alices_server),
            (self.bob, self.bobs_server),
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
            hidden = path.format(images[self.alices_server])
            self.assertNotIn(
                self.alices_server, self.bob.call('GET', hidden).text
            )
            self.assertIn(
                self.alices_server, self.carol.call('GET', hidden).text
            )
            self.assertIn(
                self.bobs_server,
                self.bob.call(
                    'GET', path.format(images[self.bobs_server])
                ).text,
            )

    def test_error_does_not_name_a_hidden_server(self):
        volume, interface = (
            (
                f'servers/{self.bobs_server}/os-volume_attachments',
                {'volumeAttachment': {'volumeId': operations.VOLUME}},
            ),
            (
                f'servers/{self.bobs_server}/os-interface',
                {'interfaceAttachment': {'net_id': operations.VOLUME}},
            ),
        )
        reboot = (
            f'servers/{self.bobs_server}/action',
            {'reboot': {'type': 'HARD'}},
        )
        api = 'nova.compute.api.API.'
        for named in (self.alices_server, self.alices_server.upper()):
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
                            # A right guess looks like a wrong one.
                            (self.bob, {'X_Guess': named}),
                            (self.carol, {}),
                        )
                    )
                self.assertEqual(status, answer.status_code, answer.text)
                self.assertNotIn(self.alices_server, answer.text.lower())
                if complaint is not locked:
                    self.assertEqual(answer.text, guessed.text)
                self.assertIn(named, shown.text)

    def test_fault_does_not_name_a_hidden_server(self):
        self.in_the_cell(
            self.bobs_server,
            lambda context: objects.InstanceFault(
                context=context,
                instance_uuid=self.bobs_server,
                code=500,
                message=f'volume in use by {self.alices_server.upper()}',
                details='',
                host='host',
            ).create(),
        )
        self.root.act(self.bobs_server, 'os-resetState', {'state': 'error'})
        for head in ('servers', 'os-volumes_boot'):
            for path in (f'{head}/{self.bobs_server}', f'{head}/detail'):
                text = self.bob.call('GET', path).text.lower()
                self.assertIn('volume in use by', text)
                self.assertNotIn(self.alices_server, text)
                self.assertIn(
                    self.alices_server,
                    self.carol.call('GET', path).text.lower(),
                )

    def test_instance_action_does_not_name_a_hidden_server(self):
        request_id = self.bob.act(self.bobs_server, 'lock').headers[
            'x-compute-request-id'
        ]

        def fail(context):
            context.request_id = request_id
            event = 'compute_lock'
            objects.InstanceActionEvent.event_start(
                context, self.bobs_server, event, want_result=False
            )
            objects.InstanceActionEvent.event_finish_with_failure(
                context,
                self.bobs_server,
                event,
                exc_val=f'details: {self.alices_server}',
                exc_tb='',
                want_result=False,
            )
            with main_db.get_context_manager(context).writer.using(
                context
            ) as session:
                session.execute(
                    sa.update(main_models.InstanceAction)
                    .where(main_models.InstanceAction.request_id == request_id)
                    .values(message=f'message: {self.alices_server}')
                )

        self.in_the_cell(self.bobs_server, fail)
        rule = 'os_compute_api:os-instance-actions:events:details'
        self.operator_writes({rule: '@'})
        actions = f'servers/{self.bobs_server}/os-instance-actions'
        for path, words in (
            (actions, ('message: ',)),
            (f'{actions}/{request_id}', ('message: ', 'details: ')),
        ):
            text = self.bob.call('GET', path, version='2.84').text
            for word in words:
                self.assertIn(word, text)
            self.assertNotIn(self.alices_server, text)
            self.assertIn(
                self.alices_server,
                self.carol.call('GET', path, version='2.84').text,
            )
