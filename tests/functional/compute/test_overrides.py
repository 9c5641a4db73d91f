# SPDX-License-Identifier: Apache-2.0
"""Records of acts on servers that the path of a request does not name."""

import re

import fixtures
from nova import context as nova_context
from nova import objects
from nova.api.openstack import compute as nova_compute
from nova.network import neutron
from oslo_serialization import jsonutils
from oslo_utils.fixture import uuidsentinel

from cloud_security.audit import events
from cloud_security.compute import service
from cloud_security.visibility import scope as scopes
from tests.functional.compute import cloud
from tests.two_worlds.compute import census

API = 'nova.network.neutron.API.'
ADDRESS = '10.0.0.1'
#: Routes that change something, and nothing of a server that has an owner.
CHANGES_NO_SERVER = {
    'POST /servers': 'makes one of the caller',
    'POST /os-volumes_boot': 'makes one of the caller',
    'POST /os-server-external-events': 'services report what happened',
    'POST /os-server-groups': 'makes one of the caller',
    'DELETE /os-server-groups/{id}': 'servers stay as they are',
    'POST /os-floating-ips': 'gives an address to no server',
    'POST /images/{image_id}/metadata': 'images',
    'PUT /images/{image_id}/metadata': 'images',
    'PUT /images/{image_id}/metadata/{id}': 'images',
    'POST /os-volumes': 'makes a volume',
    'DELETE /os-volumes/{id}': 'Cinder refuses attached ones',
    'POST /flavors': 'flavors',
    'POST /flavors/{flavor_id}/os-extra_specs': 'flavors',
    'DELETE /flavors/{flavor_id}/os-extra_specs/{id}': 'flavors',
    'PUT /flavors/{flavor_id}/os-extra_specs/{id}': 'flavors',
    'DELETE /flavors/{id}': 'flavors',
    'PUT /flavors/{id}': 'flavors',
    'POST /flavors/{id}/action': 'flavors',
    'POST /os-aggregates': 'hosts',
    'DELETE /os-aggregates/{id}': 'hosts',
    'PUT /os-aggregates/{id}': 'hosts',
    'POST /os-aggregates/{id}/action': 'hosts',
    'POST /os-aggregates/{id}/images': 'hosts',
    'PUT /os-hosts/{id}': 'hosts',
    'DELETE /os-services/{id}': 'hosts',
    'PUT /os-services/{id}': 'hosts',
    'PUT /os-quota-class-sets/{id}': 'quota',
    'DELETE /os-quota-sets/{id}': 'quota',
    'PUT /os-quota-sets/{id}': 'quota',
}


class TestOverrides(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(
            fixtures.FakeLogger('cloud_security', nuke_handlers=False)
        )
        self.alices_server = self.boot(self.alice)
        self.carols_server = self.boot(self.carol)
        for name, stand_in in (
            ('get_instance_id_by_floating_address', self.holder_id),
            ('get_floating_ip', self.floating_ip),
            ('disassociate_and_release_floating_ip', lambda *_: None),
            ('associate_floating_ip', self.associate),
        ):
            self.useFixture(fixtures.MonkeyPatch(API + name, stand_in))
        for name, stand_in in (
            ('fixed_ips', lambda info: [{'address': '10.1.1.1'}]),
            ('__len__', lambda info: 1),
        ):
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'nova.network.model.NetworkInfo.{name}', stand_in
                )
            )

    def holder_id(self, *_):
        return self.alices_server

    def floating_ip(self, *_):
        return {'floating_ip_address': ADDRESS}

    def associate(self, api, context, *_, **__):
        # Nova looks the former holder up, after the address has moved.
        neutron.API._get_instance_by_uuid_using_api_db(
            context, self.alices_server
        )

    def attach(self, volume_id):
        """Let Alice's server have a volume."""
        with scopes.on_this_thread(scopes.EVERYBODY):
            with nova_context.target_cell(
                nova_context.get_admin_context(), self.cell_mappings['cell1']
            ) as context:
                objects.BlockDeviceMapping(
                    context,
                    instance_uuid=self.alices_server,
                    volume_id=volume_id,
                    source_type='volume',
                    destination_type='volume',
                    device_name='/dev/vdb',
                    connection_info='{}',
                ).create()

    def records(self, event):
        return [
            jsonutils.loads(line.partition(event)[2])
            for line in self.log.output.splitlines()
            if line.startswith(event)
        ]

    def assert_recorded(self, event, operation, user_id):
        [record] = self.records(event)
        self.assertEqual(
            (operation, user_id, [self.alices_server]),
            (
                record['operation'],
                record['user_id'],
                [server['server_id'] for server in record['servers']],
            ),
        )
        self.assertEqual('alice', record['servers'][0]['owner_id'])

    def test_a_manager_who_deletes_a_held_floating_ip_is_recorded(self):
        answer = self.carol.call('DELETE', 'os-floating-ips/1')
        self.assertEqual(202, answer.status_code, answer.text)
        self.assert_recorded(
            events.OVERRODE, 'DELETE /os-floating-ips/{id}', 'carol'
        )

    def test_an_owner_who_deletes_an_own_floating_ip_is_not_recorded(self):
        answer = self.alice.call('DELETE', 'os-floating-ips/1')
        self.assertEqual(202, answer.status_code, answer.text)
        self.assertEqual([], self.records(events.OVERRODE))

    def test_a_manager_who_takes_a_held_address_is_recorded(self):
        answer = self.carol.act(
            self.carols_server, 'addFloatingIp', {'address': ADDRESS}
        )
        self.assertEqual(202, answer.status_code, answer.text)
        self.assert_recorded(
            events.OVERRODE,
            'POST /servers/{id}/action addFloatingIp',
            'carol',
        )

    def test_an_admin_who_snapshots_an_attached_volume_is_recorded(self):
        self.attach(uuidsentinel.volume)
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.compute.rpcapi.ComputeAPI.volume_snapshot_create',
                lambda *_, **__: None,
            )
        )
        answer = self.root.call(
            'POST',
            'os-assisted-volume-snapshots',
            {
                'snapshot': {
                    'volume_id': uuidsentinel.volume,
                    'create_info': {
                        'snapshot_id': uuidsentinel.snapshot,
                        'type': 'qcow2',
                        'new_file': 'new',
                    },
                }
            },
        )
        self.assertEqual(200, answer.status_code, answer.text)
        self.assert_recorded(
            events.OVERRODE, 'POST /os-assisted-volume-snapshots', 'root'
        )

    def test_a_member_who_deletes_a_held_floating_ip_is_recorded(self):
        answer = self.bob.call('DELETE', 'os-floating-ips/1')
        self.assertEqual(404, answer.status_code, answer.text)
        self.assert_recorded(
            events.DENIED, 'DELETE /os-floating-ips/{id}', 'bob'
        )

    def test_every_route_that_changes_servers_is_recorded(self):
        [gone, indifferent] = (
            {
                f'{verb} {path}'
                for path, verbs in routes.items()
                for verb in verbs.split()
            }
            for routes in (census.GONE, census.NOT_ABOUT_SERVERS)
        )
        router = nova_compute.APIRouterV21()
        route = service.NOVA.router(router)
        for template in router.map.matchlist:
            if not template.conditions:
                continue
            operation = route(
                {
                    'REQUEST_METHOD': template.conditions['method'][0],
                    'PATH_INFO': re.sub(r'{[^}]*}', '1', template.routepath),
                    'QUERY_STRING': '',
                    'SERVER_NAME': 'x',
                    'SERVER_PORT': '80',
                    'wsgi.url_scheme': 'http',
                }
            )
            name = f'{operation.verb} {operation.path}'
            if operation.is_read or name in gone | indifferent:
                continue
            self.assertNotEqual(
                name in CHANGES_NO_SERVER, service.NOVA.acts(operation), name
            )
