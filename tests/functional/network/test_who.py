# SPDX-License-Identifier: Apache-2.0
"""Callers: who is isolated, and which port belongs to whom."""

from unittest import mock

import fixtures
from keystoneauth1 import exceptions as keystone_errors
from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
from oslo_config import cfg
from oslo_serialization import jsonutils

from cloud_security.network import models
from tests.functional.network import cloud


class Who(cloud.Cloud):
    def populate(self):
        super().populate()
        self.alices_port = self.port(self.alice)
        self.path = f'ports/{self.alices_port["id"]}'
        self.alices_group = self.group(self.alice)
        self.group_path = f'security-groups/{self.alices_group["id"]}'

    def sees(self, account):
        return {account.get(path)[0] for path in (self.path, self.group_path)}

    def changes(self, account):
        return {
            account.put(self.path, {'port': {'name': 'x'}})[0],
            account.put(self.group_path, {'security_group': {'name': 'x'}})[0],
        }


class TestSeeWithoutChange(Who):
    rules = (
        '"cloud_security:see_project": "role:tutor"\n'
        '"cloud_security:change_project": "role:manager"\n'
    )

    def setUp(self):
        super().setUp()
        self.tutor = self.account('tom', ('tutor', *cloud.MEMBER))

    def test_caller_who_may_see_reads(self):
        self.assertEqual({200}, self.sees(self.tutor))
        self.assertIn(self.alices_port['id'], self.tutor.ids('ports'))

    def test_caller_who_may_see_changes_nothing(self):
        self.assertEqual({404}, self.changes(self.tutor))
        for path in (self.path, self.group_path):
            self.assertEqual(404, self.tutor.delete(path)[0])
        self.assertEqual({200}, self.sees(self.alice))

    def test_verb_is_the_one_that_neutron_routes_on(self):
        # routes lets a request say another verb.
        status, _ = self.tutor.get(f'{self.group_path}?_method=DELETE')
        self.assertEqual(404, status)
        status, _ = self.tutor.get(f'{self.path}?_method=DELETE')
        self.assertEqual({200}, self.sees(self.alice))

    def test_manager_who_may_not_see_is_isolated(self):
        self.assertEqual({404}, self.sees(self.carol))


class TestExempt(Who):
    rules = '"cloud_security:exempt": "role:auditor"\n'

    def test_caller_with_the_role_gets_stock_neutron(self):
        auditor = self.account('ann', ('auditor', *cloud.MEMBER))
        self.assertEqual({200}, self.sees(auditor))
        self.assertEqual({404}, self.sees(self.bob))


class TestIsolated(Who):
    # Neutron itself takes project_id: for a question about its own tables.
    rules = (
        '"cloud_security:isolated": '
        f'"\'{cloud.OTHER_PROJECT}\':%(project_id)s"\n'
    )

    def test_project_that_is_not_named_is_open(self):
        self.assertEqual({200}, self.sees(self.bob))

    def test_project_that_is_named_is_isolated(self):
        port = self.port(self.eve, network_id=self.shared()['id'])
        fay = self.account('fay', project_id=cloud.OTHER_PROJECT)
        self.assertEqual(404, fay.get(f'ports/{port["id"]}')[0])

    def shared(self):
        network = self.root.make(
            'networks', 'network', name='shared', shared=True
        )
        self.root.make(
            'subnets',
            'subnet',
            network_id=network['id'],
            cidr='10.9.0.0/16',
            ip_version=4,
        )
        return network


class TestBrokenRules(Who):
    def test_rule_that_cannot_be_decided_fails_closed(self):
        with open(self.own_rules, 'w') as stream:
            stream.write('"cloud_security:exempt": "rule:no_such_rule"\n')
        for account in (self.alice, self.bob):
            self.assertEqual(500, account.get(self.path)[0])
        self.assertEqual(200, self.root.get(self.path)[0])


class TestOwners(Who):
    def test_port_that_an_admin_makes_is_the_projects(self):
        port = self.port(self.root, project_id=cloud.PROJECT)
        for account in (self.alice, self.bob):
            self.assertEqual(200, account.get(f'ports/{port["id"]}')[0])
        group = self.group(self.root, project_id=cloud.PROJECT)
        path = f'security-groups/{group["id"]}'
        self.assertEqual(200, self.bob.get(path)[0])

    def test_ports_of_one_request_are_its_callers(self):
        status, body = self.alice.post(
            'ports',
            {'ports': [{'network_id': self.network['id']}] * 3},
        )
        self.assertEqual(201, status)
        found = {port['id'] for port in body['ports']}
        self.assertLessEqual(found, self.alice.ids('ports'))
        self.assertEqual(set(), found & self.bob.ids('ports'))

    def test_groups_of_one_request_are_its_callers(self):
        status, body = self.alice.post(
            'security-groups',
            {'security_groups': [{'name': name} for name in 'ab']},
        )
        self.assertEqual(201, status, body)
        found = {group['id'] for group in body['security_groups']}
        self.assertLessEqual(found, self.alice.ids('security-groups'))
        self.assertEqual(set(), found & self.bob.ids('security-groups'))

    def test_port_without_owner_is_hidden(self):
        context = contexts.get_admin_context()
        with db_api.CONTEXT_WRITER.using(context):
            context.session.query(models.PortOwner).delete()
        for account in (self.alice, self.bob):
            self.assertEqual(404, account.get(self.path)[0])
        self.assertEqual(200, self.carol.get(self.path)[0])

    def test_owner_goes_with_the_port(self):
        self.assertEqual(204, self.alice.delete(self.path)[0])
        self.assertEqual(204, self.alice.delete(self.group_path)[0])
        context = contexts.get_admin_context()
        with db_api.CONTEXT_READER.using(context):
            for owner in models.OWNERS.values():
                found = context.session.query(owner.resource_id).all()
                ids = {row[0] for row in found}
                self.assertNotIn(self.alices_port['id'], ids)
                self.assertNotIn(self.alices_group['id'], ids)


class TestNova(Who):
    """Nova with the token of a user and its own."""

    def populate(self):
        super().populate()
        self.bound_port = self.port(self.alice, **self.bound())
        self.bound_path = f'ports/{self.bound_port["id"]}'

    def setUp(self):
        super().setUp()
        self.nova_for_bob = self.bob.beside_a_service()
        self.nova_for_alice = self.alice.beside_a_service()
        #: The owner of every server.
        self.owner = 'alice'
        self.asked = mock.Mock(side_effect=self.nova)
        self.useFixture(
            fixtures.MonkeyPatch(
                'keystoneauth1.session.Session.get',
                lambda session, url, **_: self.asked(
                    url, session.auth.get_token(session)
                ),
            )
        )

    def nova(self, url, token):
        if token != f'token-of-{self.owner}':
            raise keystone_errors.NotFound()
        return mock.Mock(json=lambda: {'server': {'user_id': self.owner}})

    def test_bound_port_that_a_user_names_is_not_found(self):
        """Nova would say that it is in use."""
        status, body = self.nova_for_bob.get(self.bound_path)
        unknown = self.nova_for_bob.get(f'ports/{cloud.UNKNOWN}')
        self.assertEqual(404, status)
        self.assertEqual(
            unknown,
            (
                status,
                jsonutils.loads(
                    jsonutils.dumps(body).replace(
                        self.bound_port['id'], cloud.UNKNOWN
                    )
                ),
            ),
        )
        self.asked.assert_called_once_with(
            f'http://nova/v2.1/servers/{self.bound_port["device_id"]}',
            'token-of-bob',
        )

    def test_bound_port_on_an_own_server_is_shown(self):
        self.owner = 'bob'
        self.assertEqual(200, self.nova_for_bob.get(self.bound_path)[0])
        self.assertEqual(404, self.bob.get(self.bound_path)[0])
        self.assertEqual(1, self.asked.call_count)

    def test_unbound_port_is_hidden_without_a_question(self):
        self.owner = 'bob'
        self.assertEqual(404, self.nova_for_bob.get(self.path)[0])
        self.asked.assert_not_called()

    def test_nova_that_does_not_respond_leaves_the_port_hidden(self):
        for trouble in (keystone_errors.ConnectFailure(), ValueError()):
            self.asked.side_effect = trouble
            self.assertEqual(404, self.nova_for_bob.get(self.bound_path)[0])
        self.asked.side_effect = lambda *_: mock.Mock(json=lambda: {})
        self.assertEqual(404, self.nova_for_bob.get(self.bound_path)[0])

    def test_service_token_of_another_role_shows_no_port(self):
        self.owner = 'bob'
        self.nova_for_bob.headers['X-Service-Roles'] = 'member,admin'
        self.assertEqual(404, self.nova_for_bob.get(self.bound_path)[0])
        self.asked.assert_not_called()

    def test_unbound_port_of_somebody_else_is_not_taken(self):
        body = {'port': self.bound()}
        self.assertEqual(404, self.nova_for_bob.put(self.path, body)[0])
        self.assertEqual(200, self.nova_for_alice.put(self.path, body)[0])

    def test_bound_port_is_found_by_its_server_and_unbound(self):
        path = f'ports?device_id={self.bound_port["device_id"]}'
        self.assertEqual({self.bound_port['id']}, self.nova_for_bob.ids(path))
        self.assertEqual(set(), self.bob.ids(path))
        body = {'port': {'device_id': '', 'device_owner': ''}}
        self.assertEqual(404, self.bob.put(self.bound_path, body)[0])
        self.assertEqual(200, self.nova_for_bob.put(self.bound_path, body)[0])

    def test_bound_port_is_deleted_with_the_server(self):
        self.assertEqual(404, self.bob.delete(self.bound_path)[0])
        self.assertEqual(204, self.nova_for_bob.delete(self.bound_path)[0])

    def test_port_on_bare_metal_is_found(self):
        self.owner = 'bob'
        bound = {**self.bound(), 'device_owner': 'baremetal:none'}
        port = self.port(self.alice, **bound)
        path = f'ports/{port["id"]}'
        self.assertEqual(200, self.nova_for_bob.get(path)[0])
        self.assertEqual(404, self.bob.get(path)[0])

    def test_service_token_opens_no_group(self):
        self.assertEqual(404, self.nova_for_bob.get(self.group_path)[0])

    def test_port_that_nova_makes_is_the_users(self):
        port = self.port(self.nova_for_bob, **self.bound())
        path = f'ports/{port["id"]}'
        self.assertEqual(200, self.bob.get(path)[0])
        self.assertEqual(404, self.alice.get(path)[0])

    def test_service_alone_sees_all(self):
        nova = self.account('nova', ('service',), 's' * 32)
        self.assertEqual(200, nova.get(self.path)[0])


class TestModeMonitor(Who):
    mode = 'monitor'

    def test_nothing_is_hidden(self):
        self.assertEqual({200}, self.sees(self.bob))
        self.assertEqual({200}, self.changes(self.bob))

    def test_what_was_made_then_is_its_owners_later(self):
        cfg.CONF.set_override('mode', 'enforce', 'cloud_security')
        self.assertEqual({404}, self.sees(self.bob))
        self.assertEqual({200}, self.sees(self.alice))


class TestWhoWithoutThePlugin(Who):
    plugins = cloud.PLUGINS

    def test_members_share_everything(self):
        self.assertEqual({200}, self.sees(self.bob))
        self.assertEqual({200}, self.changes(self.bob))
        self.assertEqual(204, self.bob.delete(self.path)[0])
