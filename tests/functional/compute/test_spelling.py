# SPDX-License-Identifier: Apache-2.0
"""IDs and hints are found in whatever form callers send them."""

import fixtures
from nova import exception
from oslo_serialization import jsonutils
from oslo_utils.fixture import uuidsentinel

from cloud_security.compute import hint_marks
from tests.functional.compute import cloud
from tests.functional.compute import other_services


class TestSpelling(other_services.OtherServicesIds):
    """JSON can spell every character as an escape."""

    def escaped(self, text):
        return ''.join(f'\\u{ord(character):04x}' for character in text)

    def test_id_sent_in_json_escapes_is_repeated(self):
        answers = []
        for server_id in (self.alices_server, uuidsentinel.unknown):
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

    def test_id_sent_in_a_header_is_repeated(self):
        answers = []
        for server_id in (self.alices_server, uuidsentinel.unknown):
            answer = self.bob.call('GET', 'servers', version=server_id)
            answers.append(
                (answer.status_code, answer.text.replace(server_id, 'ID'))
            )
        self.assertIn('ID', answers[0][1])
        self.assertEqual(answers[0], answers[1])

    def test_id_written_to_an_image_is_repeated_once(self):
        image_id = self.bob.act(
            self.bobs_server, 'createImage', {'name': 'copy'}, version='2.45'
        ).json()['image_id']
        path = f'images/{image_id}/metadata'
        for server_id in (self.alices_server, uuidsentinel.unknown):
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

    def test_request_with_the_id_of_a_holder_does_not_reveal_it(self):
        self.floating_ips(_10_0_0_1=self.alices_server)
        for path in (
            'os-floating-ips',
            f'os-floating-ips?x={self.alices_server}',
            f'os-floating-ips?name={self.alices_server}',
        ):
            for body in (None, {'x': self.alices_server}):
                answer = self.bob.call('GET', path, body)
                self.assertNotIn(
                    self.alices_server, answer.text.replace('?name=', '')
                )

    def test_metadata_of_an_own_server_is_unchanged(self):
        for server_id in (self.alices_server, uuidsentinel.unknown):
            metadata = {
                'fault': server_id,
                'message': f'peer {server_id}',
                'instance_uuid': server_id,
            }
            self.bob.call(
                'PUT',
                f'servers/{self.bobs_server}/metadata',
                {'metadata': metadata},
            )
            for path in ('', '/metadata'):
                shown = self.bob.get(f'servers/{self.bobs_server}{path}')
                self.assertEqual(
                    metadata, shown.get('server', shown)['metadata']
                )

    def test_deep_hints_of_hidden_and_unknown_servers_get_one_status(self):
        for depth in (100, 480, 600, 800):
            answers = []
            for server_id in (self.alices_server, uuidsentinel.unknown):
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

    def test_many_marks_without_ids_are_unchanged(self):
        text = hint_marks.MARK * 8000
        self.assertEqual(text, hint_marks.mapped(text, str))
        self.assertEqual(set(), hint_marks.marked_ids(text))

    def test_query_with_json_escapes_is_marked(self):
        specs = []
        for server_id in (self.alices_server, uuidsentinel.unknown):
            query = (
                f'["=", "$instances.{self.escaped(server_id[:1])}'
                f'{server_id[1:]}.uuid", "x"]'
            )
            server = self.boot(self.bob, state=None, hints={'query': query})
            specs.append(self.stored_hints(server)['query'][0])
        self.assertIn(hint_marks.MARK + self.alices_server, specs[0])
        self.assertEqual(
            specs[0].replace(hint_marks.MARK + self.alices_server, 'ID'),
            specs[1].replace(uuidsentinel.unknown, 'ID'),
        )

    def test_mark_in_a_path_is_unchanged(self):
        marked = hint_marks.MARK + uuidsentinel.unknown + '-hints'
        for account in (self.bob, self.root):
            answer = account.call('GET', f'servers/{marked}')
            self.assertIn(marked, answer.text)

    def test_malformed_address_is_refused_by_nova(self):
        for address in (['x'], 5, True, None, '\0', '\ud800', 'x'):
            self.assertEqual(
                400,
                self.bob.act(
                    self.bobs_server, 'addFloatingIp', {'address': address}
                ).status_code,
            )

    def test_floating_ip_action_without_neutron_returns_404(self):
        self.useFixture(
            fixtures.MockPatch(
                'nova.network.neutron.API.get_instance_id_by_floating_address',
                side_effect=exception.NovaException,
            )
        )
        address = {'address': '10.0.0.1'}
        for server_id, version, expected in (
            (self.alices_server, '2.1', 404),
            (uuidsentinel.unknown, '2.1', 404),
            (self.bobs_server, '2.44', 404),
        ):
            self.assertEqual(
                expected,
                self.bob.act(
                    server_id, 'addFloatingIp', address, version=version
                ).status_code,
            )

    def test_hints_in_every_spelling_are_marked(self):
        sent = {'same_host': self.alices_server, 'near': [self.alices_server]}
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
                [hint_marks.MARK + self.alices_server], stored['same_host']
            )
            self.assertEqual(
                [hint_marks.MARK + self.alices_server], stored['near']
            )

    def test_address_in_json_escapes_is_refused(self):
        self.floating_ips(_10_0_0_1=self.alices_server)
        self.has_addresses()
        body = (
            f'{{"{self.escaped("addFloatingIp")}": {{"address": "10.0.0.1"}}}}'
        )
        answer = self.bob.call(
            'POST', f'servers/{self.bobs_server}/action', body.encode()
        )
        self.assertEqual(404, answer.status_code)
        self.assertEqual([], self.given)
