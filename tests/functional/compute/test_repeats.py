# SPDX-License-Identifier: Apache-2.0
"""Responses repeat texts that callers sent, and show no hidden server."""

import copy
import re
import uuid

import fixtures
from nova import exception
from oslo_serialization import jsonutils
from oslo_utils.fixture import uuidsentinel
import testtools

from cloud_security.compute import hint_marks
from cloud_security.compute.transforms import foreign_ids
from tests.functional.compute import cloud
from tests.functional.compute import other_services
from tests.functional.compute import two_hosts

UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'


class Repeats(other_services.OtherServicesIds):
    """Responses that must be the same for hidden and unknown IDs."""

    def answers(self, method, path, body=None, version=None, **headers):
        """Return the responses for a hidden and for an unknown ID.

        ``ID`` stands for the ID in path, body and headers.
        """
        found = []
        for server_id in (self.alices_server, uuidsentinel.unknown):
            answer = self.bob.call(
                method,
                path.replace('ID', server_id),
                body and body.replace('ID', server_id).encode(),
                version=version,
                **{
                    name: text.replace('ID', server_id)
                    for name, text in headers.items()
                },
            )
            found.append(
                (answer.status_code, answer.text.replace(server_id, 'ID'))
            )
        return found

    def assert_repeated(self, *request, **headers):
        hidden, unknown = self.answers(*request, **headers)
        self.assertIn('ID', unknown[1], request)
        self.assertEqual(unknown, hidden, request)


class TestEscapes(Repeats):
    def test_escape_before_an_id_does_not_hide_the_id(self):
        action = f'servers/{self.bobs_server}/action'
        for spelled in (
            r'\u0020ID',
            r'\u002eID',
            r'\nID',
            r'\/ID',
            r'\u00e9ID',
            r'\ud83d\ude00ID',
            'éID',
            'abcID',
            'IDabc',
            r'ID\u0061',
            'req-ID',
            r'\\u002eID',
        ):
            name = '{"name": {"x": "%s"}}' % spelled
            for request in (
                ('POST', action, '{"%s": null}' % spelled),
                ('POST', action, '{"rebuild": {"imageRef": "%s"}}' % spelled),
                (
                    'POST',
                    action,
                    '{"changePassword": {"adminPass": {"x": "%s"}}}' % spelled,
                ),
                ('POST', 'servers', '{"server": %s}' % name),
                (
                    'PUT',
                    f'servers/{self.bobs_server}',
                    '{"server": %s}' % name,
                ),
                ('POST', 'os-keypairs', '{"keypair": %s}' % name),
            ):
                self.assert_repeated(*request)

    def test_flavor_and_image_in_escapes_are_repeated(self):
        for spelled in (r'\u002eID', r'\u0020ID', 'xID'):
            self.assert_repeated(
                'POST',
                'servers',
                '{"server": {"name": "x", "flavorRef": "%s", "networks": '
                '"none", "imageRef": "%s"}}' % (spelled, cloud.IMAGE),
                '2.37',
            )

    def test_id_in_a_query_is_repeated(self):
        for spelled in ('.ID', 'x%2eID', '%252eID', 'x%C3%A9ID', '+ID'):
            self.assert_repeated('GET', f'servers?marker={spelled}')


class TestAddresses(Repeats):
    def setUp(self):
        super().setUp()
        self.floating_ips(
            _10_0_0_1=self.alices_server, _10_0_0_2=self.bobs_server
        )
        self.has_addresses()

    def test_other_addresses_in_a_request_are_unchanged(self):
        action = f'servers/{self.bobs_server}/action'
        for other in ('0.0.0.0', '0.0.0.1', '240.0.0.1', '255.255.255.255'):
            for path, more in (
                (f'servers/{other}/action', {}),
                (action, {'fixed_address': other + 'x'}),
                (action, {other: '1'}),
            ):
                found = []
                for address in ('10.0.0.1', '10.9.9.9'):
                    answer = self.bob.call(
                        'POST',
                        path,
                        {'addFloatingIp': dict(more, address=address)},
                    )
                    found.append(
                        (
                            answer.status_code,
                            answer.text.replace(address, 'ADDRESS'),
                        )
                    )
                self.assertIn(other, found[1][1])
                self.assertEqual(found[1], found[0])
        self.assertEqual([], self.given)


class TestMarks(Repeats):
    def test_marks_that_the_caller_wrote_elsewhere_are_unchanged(self):
        for mark in (
            hint_marks.MARK,
            hint_marks.MARK * 2,
            hint_marks.MARK.replace('{', '\\u007b'),
        ):
            for server in (
                '{"name": {"x": "%sID"}}' % mark,
                '{"%sID": 1}' % mark,
                '{"name": "x", "flavorRef": "%sID", "networks": "none", '
                '"imageRef": "%s"}' % (mark, cloud.IMAGE),
            ):
                for hints in (
                    '{"same_host": "ID"}',
                    '{"same_host": ["%sID", "ID"]}' % mark,
                    '{"same_host": "ID", "group": "%sID"}' % mark,
                ):
                    hidden, unknown = self.answers(
                        'POST',
                        'servers',
                        '{"server": %s, "os:scheduler_hints": %s}'
                        % (server, hints),
                        '2.37',
                    )
                    self.assertEqual(unknown, hidden)
                    self.assertIn(hint_marks.MARK + 'ID', unknown[1])

    def test_mark_in_a_password_is_shown_as_sent(self):
        hidden, unknown = (
            (status, re.findall('"adminPass": "[^"]*"', text))
            for status, text in self.answers(
                'POST',
                'servers',
                '{"server": {"name": "x", "flavorRef": "1", "networks": "none"'
                ', "imageRef": "%s", "adminPass": "%sID"}, '
                '"os:scheduler_hints": {"same_host": "ID"}}'
                % (cloud.IMAGE, hint_marks.MARK),
                '2.37',
            )
        )
        self.assertEqual(
            (202, [f'"adminPass": "{hint_marks.MARK}ID"']), unknown
        )
        self.assertEqual(unknown, hidden)

    @two_hosts.SHOWN
    def test_mark_in_a_request_shows_no_mark_of_stored_hints(self):
        for named in (self.alices_server, uuidsentinel.unknown):
            server_id = self.boot(
                self.bob,
                state=None,
                hints={'query': f'["=", "$instances.{named}.host", "x"]'},
            )
            for sent in (hint_marks.MARK, hint_marks.MARK + named):
                text = self.bob.call(
                    'GET',
                    f'servers/{server_id}',
                    version='2.100',
                    X_Guess=sent,
                ).text
                self.assertIn(named, text)
                self.assertNotIn(hint_marks.MARK, text)


class TestOtherServicesFailures(Repeats):
    """Members can have Neutron and Glance name any ID in failures."""

    def told(self, text):
        """Return a text without IDs, and the IDs."""
        return re.sub(UUID, 'ID', text), re.findall(UUID, text)

    def assert_none_told(self, named, answer):
        text, told = self.told(answer.text)
        self.assertIn('ID', text)
        self.assertNotIn(named, told)
        return answer.status_code, text

    def test_holders_of_addresses_are_replaced_alike(self):
        fips = self.floating_ips(
            _10_0_0_1=self.alices_server, _10_0_0_3=uuidsentinel.unknown
        )
        found = []
        for fip, address, holder in zip(
            fips,
            ('10.0.0.1', '10.0.0.3'),
            (self.alices_server, uuidsentinel.unknown),
        ):
            for headers in ({}, {'X_Guess': holder}):
                found.append(
                    [
                        self.assert_none_told(holder, answer)
                        for answer in (
                            self.bob.act(
                                self.bobs_server,
                                'removeFloatingIp',
                                {'address': address},
                                **headers,
                            ),
                            self.bob.call(
                                'DELETE', f'os-floating-ips/{fip}', **headers
                            ),
                        )
                    ]
                )
        self.assertEqual([found[0]] * 4, found)

    def test_unknown_floating_ip_is_repeated(self):
        with fixtures.MockPatch(
            'nova.network.neutron.API.get_floating_ip',
            side_effect=exception.FloatingIpNotFound(id=uuidsentinel.unknown),
        ):
            for method in ('GET', 'DELETE'):
                answer = self.bob.call(
                    method, f'os-floating-ips/{uuidsentinel.unknown}'
                )
                self.assertEqual(404, answer.status_code)
                self.assertIn(uuidsentinel.unknown, answer.text)

    def test_holder_of_a_fixed_ip_is_replaced_alike(self):
        found = []
        for named in (self.alices_server, uuidsentinel.unknown):
            for headers in ({}, {'X_Guess': named}):
                with fixtures.MockPatch(
                    'nova.compute.api.API.attach_interface',
                    side_effect=exception.FixedIpAlreadyInUse(
                        address='10.0.0.9', instance_uuid=named
                    ),
                ):
                    answer = self.bob.call(
                        'POST',
                        f'servers/{self.bobs_server}/os-interface',
                        {'interfaceAttachment': {'net_id': cloud.IMAGE}},
                        **headers,
                    )
                found.append(self.assert_none_told(named, answer))
        self.assertEqual([found[0]] * 4, found)

    def test_own_server_in_a_failure_stays(self):
        with fixtures.MockPatch(
            'nova.compute.api.API.attach_interface',
            side_effect=exception.FixedIpAlreadyInUse(
                address='10.0.0.9', instance_uuid=self.bobs_server.upper()
            ),
        ):
            answer = self.bob.call(
                'POST',
                f'servers/{self.boot(self.bob)}/os-interface',
                {'interfaceAttachment': {'net_id': cloud.IMAGE}},
            )
        self.assertIn(self.bobs_server.upper(), answer.text)

    def test_volume_of_an_image_is_replaced_alike(self):
        self.useFixture(
            fixtures.MonkeyPatch('nova.volume.cinder.API.get', not_found)
        )
        found = []
        # The last ones stand beside a word of a whole server in a response.
        for named in (
            self.alices_server,
            uuidsentinel.unknown,
            f"'hostId': {self.alices_server}",
            f"'hostId': {uuidsentinel.unknown}",
        ):
            image = copy.deepcopy(self.glance.images[cloud.IMAGE])
            image['id'] = str(uuid.uuid4())
            image['properties'].update(
                bdm_v2=True,
                block_device_mapping=[
                    {
                        'boot_index': 0,
                        'source_type': 'volume',
                        'destination_type': 'volume',
                        'volume_id': named,
                        'device_name': '/dev/vda',
                    }
                ],
            )
            self.glance.images[image['id']] = image
            answer = self.bob.call(
                'POST',
                'servers',
                {
                    'server': {
                        'name': 'x',
                        'flavorRef': '1',
                        'imageRef': image['id'],
                        'networks': 'none',
                    }
                },
                version='2.37',
            )
            found.append(self.assert_none_told(named[-36:], answer))
        self.assertEqual(400, found[0][0])
        self.assertEqual(found[0], found[1])
        self.assertEqual(found[2], found[3])


class TestMessages(testtools.TestCase):
    def test_holder_in_a_message_is_found_in_each_language(self):
        holder = uuidsentinel.unknown
        for message in (
            *foreign_ids.MESSAGES,
            'Ungültige IP-Adresse %(address)s der Instanz %(instance_uuid)s',
            '実例 %(instance_uuid)s は %(address)s を使用',
        ):
            named = {'instance_uuid': holder, 'instance_uuids': f'x {holder}'}
            said = message % dict(named, address='10.0.0.1', volume_id='v')
            body = jsonutils.dumps({'badRequest': {'message': said}})
            found = foreign_ids.holders(message).search(body)
            self.assertIn(holder, found.group(1), message)


def not_found(api, context, volume_id, *args, **kwargs):
    """Fail as Nova does for a volume that Cinder does not know."""
    raise exception.VolumeNotFound(volume_id=volume_id)
