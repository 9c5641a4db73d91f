# SPDX-License-Identifier: Apache-2.0
"""Records of what Neutron's API denied and let managers override."""

from unittest import mock

import fixtures
from neutron.api import extensions
from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
from oslo_config import cfg
import sqlalchemy as sa
import webtest

from cloud_security.audit import events
from cloud_security.network import plugin
from cloud_security.network import starting
from tests.functional.network import cloud
from tests.functional.network import recording

#: Paths to Alice's things, with what of hers they name.
SHOWN = (
    ('ports/{}', 'port'),
    ('ports/{}.json', 'port'),
    ('ports/{}/tags', 'port'),
    ('floatingips/{}', 'fip'),
    ('floatingips/{}/port_forwardings', 'forwarding_fip'),
    ('security-groups/{}', 'group'),
    ('security-group-rules/{}', 'rule'),
    ('address-groups/{}', 'address_group'),
    ('trunks/{}', 'trunk'),
    ('trunks/{}/get_subports', 'trunk'),
    ('rbac-policies/{}', 'group_policy'),
)


def requests(alices, bobs, network_id):
    """Yield ``(method, path, body, what of Alice's it names)`` by Bob."""
    port_id, group_id = alices['port']['id'], alices['group']['id']
    yield 'PUT', f'ports/{port_id}', {'port': {'name': 'x'}}, 'port'
    yield (
        'PUT',
        f'ports/{bobs["port"]["id"]}',
        {'port': {'security_groups': [group_id]}},
        'group',
    )
    yield (
        'POST',
        'ports',
        {'port': {'network_id': network_id, 'security_groups': [group_id]}},
        'group',
    )
    yield (
        'PUT',
        f'floatingips/{bobs["fip"]["id"]}',
        {'floatingip': {'port_id': port_id}},
        'port',
    )
    yield 'POST', 'trunks', {'trunk': {'port_id': port_id}}, 'port'
    yield (
        'POST',
        'security-group-rules',
        {
            'security_group_rule': {
                'security_group_id': bobs['group']['id'],
                'direction': 'ingress',
                'remote_group_id': group_id,
            }
        },
        'group',
    )
    yield (
        'POST',
        'rbac-policies',
        {
            'rbac_policy': {
                'object_type': 'security_group',
                'object_id': group_id,
                'action': 'access_as_shared',
                'target_tenant': '4' * 32,
            }
        },
        'group',
    )
    yield 'POST', 'local-ips', {'local_ip': {'local_port_id': port_id}}, 'port'
    yield 'DELETE', f'ports/{port_id}', None, 'port'


class TestDenials(recording.Recording):
    def assertDenied(self, account, thing_id, **members):
        record = self.record(events.DENIED)
        self.assertEqual(
            {
                'service': 'Neutron',
                'user_id': account.user_id,
                'project_id': cloud.PROJECT,
                'servers': [{'server_id': thing_id, 'owner_id': 'alice'}],
                **members,
            },
            {name: record[name] for name in record if name in members}
            | {
                name: record[name]
                for name in ('service', 'user_id', 'project_id', 'servers')
            },
        )

    def test_hidden_thing_that_a_path_names_is_recorded(self):
        for path, kind in SHOWN:
            thing_id = self.alices[kind]['id']
            self.assertEqual(404, self.bob.get(path.format(thing_id))[0], path)
            self.assertDenied(self.bob, thing_id, status=404)

    def test_operation_is_recorded(self):
        path = f'ports/{self.alices["port"]["id"]}'
        self.dan.get(path)
        self.assertDenied(
            self.dan, self.alices['port']['id'], operation='GET /ports/{id}'
        )

    def test_hidden_thing_that_a_change_names_is_recorded(self):
        for method, path, body, kind in requests(
            self.alices, self.bobs, self.network['id']
        ):
            status, response = self.bob.ask(method, path, body)
            self.assertIn(status, (400, 404), (path, body, response))
            self.assertDenied(self.bob, self.alices[kind]['id'], status=status)

    def test_unknown_ids_leave_no_record(self):
        for path, _ in SHOWN:
            self.bob.get(path.format(cloud.UNKNOWN))
        unknown = {kind: {'id': cloud.UNKNOWN} for kind in self.alices}
        for method, path, body, _ in requests(
            unknown, self.bobs, self.network['id']
        ):
            self.bob.ask(method, path, body)
        self.assertNoRecord()

    def test_unknown_ids_are_looked_up_like_hidden_ones(self):
        found = []
        for thing_id in (cloud.UNKNOWN, self.alices['port']['id']):
            with self.statements() as statements:
                self.bob.get(f'ports/{thing_id}')
            after = statements[statements.index(None) + 1 :]
            # oslo.db of Neutron 24 asks first whether the connection lives.
            found.append(
                [one for one in after if one not in ('BEGIN', 'SELECT 1')]
            )
        self.assertEqual(*found)
        self.assertEqual(1, len(found[0]), found[0])

    def test_look_up_comes_after_the_response(self):
        order = []
        environ = self.environ(self.bob, f'/ports/{self.alices["port"]["id"]}')
        with mock.patch(
            'cloud_security.network.ownership.hidden',
            side_effect=lambda *_: order.append('looked up') or {},
        ):
            chunks = self.app.app(environ, lambda *_: None)
            for _ in chunks:
                order.append('sent')
            chunks.close()
        self.assertEqual(['sent', 'looked up'], order)

    def environ(self, account, path):
        request = webtest.TestRequest.blank(path)
        request.headers.update(account.headers)
        return request.environ

    def test_requests_about_own_things_leave_no_record(self):
        own = self.bobs['port']['id']
        for method, path, body in (
            ('GET', 'ports', None),
            ('GET', f'ports/{own}', None),
            ('GET', f'ports/{own}/tags/x', None),
            ('PUT', f'ports/{own}', {'port': {'name': 'x'}}),
            ('PUT', f'ports/{own}', {'port': {'nonsense': 'x'}}),
            ('DELETE', f'ports/{own}', None),
        ):
            self.bob.ask(method, path, body)
        self.assertNoRecord()

    def test_success_of_a_member_costs_no_statement(self):
        own = self.bobs['port']['id']
        for method, path, body, status in (
            ('GET', 'ports', None, 200),
            ('GET', f'ports/{own}', None, 200),
            ('PUT', f'ports/{own}', {'port': {'name': 'x'}}, 200),
            ('DELETE', f'ports/{own}', None, 204),
        ):
            with self.statements() as statements:
                self.assertEqual(status, self.bob.ask(method, path, body)[0])
            self.assertNotIn(None, statements, path)

    def test_thing_without_owner_is_recorded(self):
        port = self.port(self.bob)
        context = contexts.get_admin_context()
        with db_api.CONTEXT_WRITER.using(context):
            context.session.execute(
                sa.text(
                    'DELETE FROM cloud_security_port_owners '
                    f"WHERE resource_id = '{port['id']}'"
                )
            )
        self.assertEqual(404, self.bob.get(f'ports/{port["id"]}')[0])
        self.assertEqual(
            [{'server_id': port['id'], 'owner_id': None}],
            self.record(events.DENIED)['servers'],
        )

    def test_text_that_is_no_id_is_not_looked_up(self):
        for text in ('ports', "x'%20OR%20'1'='1", 'req-' + cloud.UNKNOWN):
            with self.statements() as statements:
                status, _ = self.bob.get(f'ports/{text}')
            self.assertEqual(404, status)
            self.assertNotIn(None, statements, text)
        self.assertNoRecord()

    def test_id_in_a_longer_text_is_not_looked_up(self):
        name = f'not {self.alices["group"]["id"]}'
        with self.statements() as statements:
            self.bob.put('networks/x', {'network': {'name': name}})
        self.assertNotIn(None, statements)


class TestOverrides(recording.Recording):
    def acts(self):
        """Yield changes of Alice's things, the last ones delete these."""
        for path, resource, kind in (
            ('ports', 'port', 'port'),
            ('floatingips', 'floatingip', 'fip'),
            ('security-groups', 'security_group', 'group'),
            ('address-groups', 'address_group', 'address_group'),
            ('trunks', 'trunk', 'trunk'),
        ):
            yield (
                'PUT',
                f'{path}/{self.alices[kind]["id"]}',
                {resource: {'description': 'x'}},
                kind,
            )
        for path, kind in (
            ('security-group-rules', 'rule'),
            ('rbac-policies', 'group_policy'),
            ('trunks', 'trunk'),
            ('floatingips', 'fip'),
            ('security-groups', 'group'),
            ('ports', 'port'),
        ):
            yield 'DELETE', f'{path}/{self.alices[kind]["id"]}', None, kind

    def test_change_by_a_manager_is_recorded(self):
        for method, path, body, kind in self.acts():
            status, response = self.carol.ask(method, path, body)
            self.assertIn(status, (200, 204), (path, response))
            record = self.record(events.OVERRODE)
            self.assertEqual(
                [{'server_id': self.alices[kind]['id'], 'owner_id': 'alice'}],
                record['servers'],
            )
            self.assertEqual(
                ('Neutron', 'carol', status),
                (record['service'], record['user_id'], record['status']),
            )
            self.assertEqual(
                f'{method} /{path.split("/")[0]}/{{id}}', record['operation']
            )

    def test_change_by_an_admin_is_recorded(self):
        path = f'ports/{self.alices["port"]["id"]}'
        self.root.put(path, {'port': {'name': 'x'}})
        self.assertEqual('root', self.record(events.OVERRODE)['user_id'])
        self.root.delete(path)
        self.assertEqual('root', self.record(events.OVERRODE)['user_id'])

    def test_deletion_by_another_verb_is_recorded(self):
        group_id = self.alices['group']['id']
        status, body = self.carol.get(
            f'security-groups/{group_id}?_method=DELETE'
        )
        self.assertEqual(204, status, body)
        record = self.record(events.OVERRODE)
        self.assertEqual('DELETE /security-groups/{id}', record['operation'])

    def test_port_that_a_body_names_is_recorded(self):
        fip = self.floating_ip(self.carol)
        self.forget()
        status, _ = self.carol.put(
            f'floatingips/{fip["id"]}',
            {'floatingip': {'port_id': self.alices['port']['id']}},
        )
        self.assertEqual(200, status)
        self.assertEqual(
            self.alices['port']['id'],
            self.record(events.OVERRODE)['servers'][0]['server_id'],
        )

    def test_port_that_goes_with_an_interface_is_recorded(self):
        network = self.root.make(
            'networks', 'network', name='n', project_id=cloud.PROJECT
        )
        self.root.make(
            'subnets',
            'subnet',
            network_id=network['id'],
            cidr='10.7.0.0/16',
            ip_version=4,
            project_id=cloud.PROJECT,
        )
        port = self.port(self.alice, network_id=network['id'])
        path = f'routers/{self.router["id"]}/%s_router_interface'
        body = {'port_id': port['id']}
        self.assertEqual(200, self.alice.put(path % 'add', body)[0])
        self.assertNoRecord()
        self.assertEqual(200, self.carol.put(path % 'remove', body)[0])
        self.assertEqual(
            [{'server_id': port['id'], 'owner_id': 'alice'}],
            self.record(events.OVERRODE)['servers'],
        )

    def test_other_requests_leave_no_record(self):
        alices_port = f'ports/{self.alices["port"]["id"]}'
        carols = self.port(self.carol)['id']
        projects = self.port(self.root, project_id=cloud.PROJECT)['id']
        nova = self.account('nova', ('admin', 'service'), '5' * 32)
        for account, method, path in (
            (self.carol, 'GET', alices_port),
            (self.carol, 'GET', 'ports'),
            # Pecan shows the port to each verb that it does not know.
            (self.carol, 'OPTIONS', alices_port),
            (self.carol, 'PUT', f'ports/{carols}'),
            (self.carol, 'PUT', f'ports/{projects}'),
            (self.alice, 'PUT', alices_port),
            # For its callers, such as to bind a port.
            (nova, 'PUT', alices_port),
        ):
            body = {'port': {'name': 'x'}} if method == 'PUT' else None
            self.assertEqual(200, account.ask(method, path, body)[0], path)
        status, _ = self.carol.put(alices_port, {'port': {'nonsense': 1}})
        self.assertEqual(400, status)
        self.assertNoRecord()


class TestMonitorMode(recording.Recording):
    mode = 'monitor'

    def hidden(self, *kinds):
        """Return what a record says of things."""
        return sorted(
            (
                {'server_id': self.alices[kind]['id'], 'owner_id': 'alice'}
                for kind in kinds
            ),
            key=lambda one: one['server_id'],
        )

    def test_shown_thing_is_recorded(self):
        for path, kind in SHOWN:
            thing_id = self.alices[kind]['id']
            self.assertEqual(200, self.bob.get(path.format(thing_id))[0], path)
            record = self.record(events.WOULD_HIDE)
            self.assertEqual(self.hidden(kind), record['servers'], path)
            self.assertEqual(
                ('Neutron', 'bob', 200),
                (record['service'], record['user_id'], record['status']),
            )

    def test_lists_record_what_enforce_would_hide(self):
        for path in (
            'ports',
            'ports.json',
            'floatingips',
            'security-groups',
            'security-group-rules',
            'address-groups',
            'trunks',
            'rbac-policies',
        ):
            listed = self.bob.ids(path)
            record = self.record(events.WOULD_HIDE)
            self.assertEqual(f'GET /{path}', record['operation'])
            found = {one['server_id'] for one in record['servers']}
            self.assertEqual(
                {'alice'}, {one['owner_id'] for one in record['servers']}
            )
            cfg.CONF.set_override('mode', 'enforce', 'cloud_security')
            shown = self.bob.ids(path)
            cfg.CONF.set_override('mode', 'monitor', 'cloud_security')
            self.assertEqual(listed - shown, found, path)

    def test_changes_record_what_enforce_would_refuse(self):
        for method, path, body, kind in requests(
            self.alices, self.bobs, self.network['id']
        ):
            status, response = self.bob.ask(method, path, body)
            # Alice shares the group already.
            self.assertIn(status, (200, 201, 204, 409), (path, response))
            record = self.record(events.WOULD_HIDE)
            self.assertEqual(self.hidden(kind), record['servers'], path)
            # A group on an own port is not hidden, and a trunk keeps a port.
            if path in ('ports', 'trunks'):
                [made] = response.values()
                self.bob.delete(f'{path}/{made["id"]}')
            self.bob.put(
                f'ports/{self.bobs["port"]["id"]}',
                {'port': {'security_groups': []}},
            )
            self.forget()

    def test_lists_without_hidden_rows_leave_no_record(self):
        for account in (self.carol, self.root):
            for path in ('ports', 'floatingips', 'security-groups'):
                account.get(path)
        self.eve.get('ports')
        self.bob.get(f'floatingips?id={self.bobs["fip"]["id"]}')
        self.bob.get('networks')
        self.bob.get(f'networks/{self.network["id"]}')
        self.bob.get(f'ports?id={self.bobs["port"]["id"]}')
        self.bob.get(f'ports/{cloud.UNKNOWN}')
        self.assertNoRecord()

    def test_change_by_a_manager_is_recorded(self):
        self.carol.delete(f'ports/{self.alices["port"]["id"]}')
        record = self.record(events.OVERRODE)
        self.assertEqual(self.hidden('port'), record['servers'])

    def test_rule_that_cannot_be_decided_is_recorded(self):
        with open(self.own_rules, 'w') as stream:
            stream.write('"cloud_security:exempt": "rule:no_such_rule"\n')
        path = f'ports/{self.alices["port"]["id"]}'
        self.assertEqual(200, self.bob.get(path)[0])
        self.assertIn(events.WOULD_FAIL, self.log.output)


class TestMonitorModeWithoutAudit(recording.Recording):
    mode = 'monitor'
    audit = 'off'

    def test_shown_thing_is_recorded(self):
        self.bob.get(f'ports/{self.alices["port"]["id"]}')
        self.record(events.WOULD_HIDE)

    def test_change_by_a_manager_is_not_recorded(self):
        self.carol.delete(f'ports/{self.alices["port"]["id"]}')
        self.assertNoRecord()


class TestAuditOff(recording.Recording):
    audit = 'off'

    def test_audit_off_writes_no_record(self):
        path = f'ports/{self.alices["port"]["id"]}'
        self.assertEqual(404, self.bob.get(path)[0])
        self.assertEqual(204, self.carol.delete(path)[0])
        self.assertNoRecord()


class TestBus(recording.Recording):
    audit = 'both'

    def setUp(self):
        self.sent = []
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.audit.cadf.Bus.send',
                lambda bus, *event: self.sent.append(event),
            )
        )
        super().setUp()

    def test_events_go_to_the_bus(self):
        path = f'ports/{self.alices["port"]["id"]}'
        self.bob.get(path)
        record = self.record(events.DENIED)
        self.assertEqual([(events.DENIED, record, 404)], self.sent)


class TestFaults(recording.Recording):
    FAILING = (
        'cloud_security.network.ownership.hidden',
        'cloud_security.network.ownership.of_others',
        'cloud_security.audit.events.record',
        'cloud_security.network.named_ids.sent',
        'cloud_security.wsgi.records.described',
    )

    def responses(self):
        path = f'ports/{self.alices["port"]["id"]}'
        body = {'port': {'name': 'x'}}
        return [
            self.bob.get(path),
            self.bob.put(path, body),
            self.carol.put(path, body)[0],
            self.carol.ask('PUT', f'{path}/tags', {'tags': ['x']}),
        ]

    def test_record_that_cannot_be_written_changes_no_response(self):
        expected = self.responses()
        for name in self.FAILING:
            self.forget()
            with mock.patch(name, side_effect=ValueError('broken')):
                self.assertEqual(expected, self.responses(), name)
            self.assertIn(
                'A record of hidden ports could not be written.',
                self.log.output,
                name,
            )

    def test_look_up_that_fails_leaves_a_deletion(self):
        with mock.patch(self.FAILING[1], side_effect=ValueError('broken')):
            status, _ = self.carol.delete(f'ports/{self.alices["port"]["id"]}')
        self.assertEqual(204, status)
        self.assertIn('could not be written', self.log.output)


class TestStart(cloud.Cloud):
    def test_log_is_guarded_against_forged_records(self):
        with mock.patch.object(starting.log_guard, 'install') as install:
            plugin.UserIsolationPlugin()
        install.assert_called_once_with()

    def test_method_that_this_neutron_lacks_is_noticed(self):
        class Without:
            pass

        with mock.patch.object(extensions, 'ExtensionMiddleware', Without):
            error = self.assertRaises(
                starting.UnsafeStart, plugin.UserIsolationPlugin
            )
        self.assertIn('ExtensionMiddleware', str(error))
