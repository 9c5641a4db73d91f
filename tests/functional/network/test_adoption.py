# SPDX-License-Identifier: Apache-2.0
"""Owners for what Neutron has from before."""

from unittest import mock

import fixtures
from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
from oslo_serialization import jsonutils

from cloud_security import keystone as keystones
from cloud_security.audit import events
from cloud_security.network import adoption
from cloud_security.network import holdings
from cloud_security.network import models
from tests.functional import commands
from tests.functional import identity
from tests.functional.network import cloud

GONE = '6c1e8d62-07b2-4b8d-9e01-5b7ef0a7b222'


class Adoption(cloud.Cloud):
    def populate(self):
        super().populate()
        self.external = self.external_network()
        self.server_port = self.port(self.carol, **self.bound())
        self.fip = self.floating_ip(self.carol, port_id=self.server_port['id'])
        self.gone_port = self.port(
            self.carol, device_id=GONE, device_owner='compute:nova'
        )
        self.loose_port = self.port(self.carol)
        self.loose_group = self.group(self.carol)
        self.bobs_port = self.port(self.bob)
        # Another user of the same database did it, before the plugin.
        context = contexts.get_admin_context()
        with db_api.CONTEXT_WRITER.using(context):
            for owner in models.OWNERS.values():
                context.session.query(owner).filter(
                    (owner.user_id != 'bob') | owner.user_id.is_(None)
                ).delete()

    def setUp(self):
        super().setUp()
        keystone = identity.Keystone(
            cloud.PROJECT, {self.server_port['device_id']: 'alice'}
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )
        for name in ('load', 'keep_log'):
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'cloud_security.network.config.{name}', lambda *args: None
                )
            )

    def adopt(self, *arguments):
        return commands.run('network', 'adopt', *arguments)

    def owner(self, resource_id):
        found = holdings.thing(resource_id)
        return found.owner_id if found.has_owner else 'nobody'


class TestAdopt(Adoption):
    def test_dry_run_tells_and_changes_nothing(self):
        before = holdings.things()
        code, out, err = self.adopt('--dry-run')
        self.assertEqual((0, ''), (code, err))
        self.assertIn(f'port {self.server_port["id"]}', out)
        self.assertIn('would go to alice', out)
        self.assertIn('stays hidden', out)
        self.assertEqual(before, holdings.things())

    def test_port_goes_to_the_owner_of_its_server(self):
        self.assertEqual(
            404, self.alice.get(f'ports/{self.server_port["id"]}')[0]
        )
        code, out, err = self.adopt()
        self.assertEqual((0, ''), (code, err), out)
        self.assertEqual('alice', self.owner(self.server_port['id']))
        self.assertEqual('alice', self.owner(self.fip['id']))
        for path in (
            f'ports/{self.server_port["id"]}',
            f'floatingips/{self.fip["id"]}',
        ):
            self.assertEqual(200, self.alice.get(path)[0])
            self.assertEqual(404, self.bob.get(path)[0])

    def test_rest_stays_hidden(self):
        self.adopt()
        for one in (self.gone_port, self.loose_port, self.loose_group):
            self.assertEqual('nobody', self.owner(one['id']))
        counts = holdings.without_owner()
        self.assertEqual(2, counts['port'])
        self.assertEqual(1, counts['security group'])
        self.assertEqual(0, counts['floating IP'])

    def test_rest_goes_to_the_project_when_asked(self):
        code, out, _ = self.adopt('--rest-to-project')
        self.assertEqual(0, code)
        for one in (self.gone_port, self.loose_port, self.loose_group):
            self.assertIsNone(self.owner(one['id']))
        self.assertEqual({0}, {*holdings.without_owner().values()})
        path = f'ports/{self.loose_port["id"]}'
        self.assertEqual(200, self.bob.get(path)[0])

    def test_what_has_an_owner_keeps_it(self):
        self.adopt('--rest-to-project')
        self.assertEqual('bob', self.owner(self.bobs_port['id']))
        code, out, _ = self.adopt('--rest-to-project')
        self.assertIn('0 went to users, 0 went to projects', out)

    def test_other_projects_stay_as_they_are(self):
        with mock.patch.object(
            identity.Keystone,
            'project',
            lambda self, text: keystones.Found('f' * 32, text, True),
        ):
            code, out, _ = self.adopt('--project', 'other')
        self.assertEqual(0, code)
        self.assertEqual('nobody', self.owner(self.server_port['id']))

    def test_without_nova_nothing_is_changed(self):
        with mock.patch.object(keystones, 'connect', return_value=None):
            code, _, err = self.adopt()
        self.assertEqual(1, code)
        self.assertIn('OS_', err)
        self.assertEqual('nobody', self.owner(self.server_port['id']))

    def test_each_write_has_its_records(self):
        with mock.patch.object(adoption.LOG, 'info') as info:
            self.adopt()
        found = [call.args[1:] for call in info.call_args_list]
        begun = [
            jsonutils.loads(t) for e, t in found if e == events.HANDING_OVER
        ]
        ended = [
            jsonutils.loads(t) for e, t in found if e == events.HANDED_OVER
        ]
        self.assertEqual(begun, ended)
        [record] = [
            one
            for one in ended
            if one['things'][0]['id'] == self.server_port['id']
        ]
        self.assertEqual('alice', record['to_user_id'])
        self.assertIsNone(record['from_user_id'])

    def test_thing_that_was_changed_meanwhile_is_refused(self):
        before = holdings.thing(self.server_port['id'])
        adoption.give(before, 'bob', 'root')
        error = self.assertRaises(
            adoption.Refused, adoption.give, before, 'alice', 'root'
        )
        self.assertIn('changed meanwhile', str(error))
        self.assertEqual('bob', self.owner(self.server_port['id']))


class TestSetOwner(Adoption):
    def set_owner(self, *arguments):
        return commands.run('network', 'set-owner', *arguments)

    def test_thing_goes_to_a_user(self):
        for one in (self.loose_port, self.loose_group, self.fip):
            code, out, err = self.set_owner(one['id'], 'alice')
            self.assertEqual((0, ''), (code, err))
            self.assertIn('goes to alice', out)
            self.assertEqual('alice', self.owner(one['id']))
            self.set_owner(one['id'], 'bob')
            self.assertEqual('bob', self.owner(one['id']))

    def test_thing_goes_to_the_project(self):
        code, out, _ = self.set_owner(self.bobs_port['id'], '--to-project')
        self.assertEqual(0, code)
        self.assertIsNone(self.owner(self.bobs_port['id']))

    def test_what_is_the_projects_stays_the_projects(self):
        _, body = self.alice.get('security-groups?name=default')
        [default] = body['security_groups']
        code, out, err = self.set_owner(default['id'], 'alice')
        self.assertEqual((1, ''), (code, out))
        self.assertIn("is the project's", err)

    def test_dry_run_changes_nothing(self):
        code, out, _ = self.set_owner(
            self.bobs_port['id'], 'alice', '--dry-run'
        )
        self.assertIn('would go to alice', out)
        self.assertEqual('bob', self.owner(self.bobs_port['id']))

    def test_user_without_a_role_is_refused(self):
        code, _, err = self.set_owner(self.bobs_port['id'], 'eve')
        self.assertEqual(1, code)
        self.assertIn('no role', err)

    def test_what_is_unknown_is_refused(self):
        code, _, err = self.set_owner(cloud.UNKNOWN, 'alice')
        self.assertEqual(1, code)
        self.assertIn(cloud.UNKNOWN, err)
        code, _, err = self.set_owner(self.bobs_port['id'], 'nobody')
        self.assertEqual(1, code)

    def test_user_and_project_together_make_no_sense(self):
        for arguments in ((), ('alice', '--to-project')):
            code, _, err = self.set_owner(self.bobs_port['id'], *arguments)
            self.assertEqual(2, code)
            self.assertIn('either', err)
