# SPDX-License-Identifier: Apache-2.0
"""Start safe or not at all; and what a lost plugin leaves."""

from unittest import mock

from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
from neutron_lib.db import model_query
from oslo_config import cfg
import sqlalchemy as sa

from cloud_security.network import hooks
from cloud_security.network import models
from cloud_security.network import plugin
from cloud_security.network import starting
from cloud_security.network import viewer
from cloud_security.network import wrapping
from cloud_security.wsgi import safe_start
from tests.functional.network import cloud


class TestStart(cloud.Cloud):
    def assertRefuses(self, *words):
        error = self.assertRaises(
            starting.UnsafeStart, plugin.UserIsolationPlugin
        )
        for word in words:
            self.assertIn(word, str(error))

    def test_each_hook_that_is_not_registered_is_noticed(self):
        register = model_query.register_hook
        for left_out in hooks.HOOKS:

            def without(model, *args, left_out=left_out, **kwargs):
                if model is not left_out:
                    register(model, *args, **kwargs)

            for model in hooks.HOOKS:
                model_query._model_query_hooks[model].pop(hooks.NAME, None)
            with mock.patch.object(model_query, 'register_hook', without):
                self.assertRefuses(left_out.__name__)
            self.assertEqual([left_out.__name__], hooks.unresolved())

    def test_hook_that_restricts_nothing_is_noticed(self):
        with mock.patch.object(viewer, 'would_be_isolated', return_value=None):
            self.assertRefuses(*(model.__name__ for model in hooks.HOOKS))

    def test_table_that_is_missing_or_changed_is_noticed(self):
        context = contexts.get_admin_context()
        for owner in models.OWNERS.values():
            table = owner.__table__
            with db_api.CONTEXT_WRITER.using(context):
                context.session.execute(sa.schema.DropTable(table))
            self.assertRefuses(table.name, 'neutron-db-manage')
            with db_api.CONTEXT_WRITER.using(context):
                context.session.execute(
                    sa.text(f'CREATE TABLE {table.name} (user_id TEXT)')
                )
            self.assertRefuses(table.name)
            with db_api.CONTEXT_WRITER.using(context):
                context.session.execute(sa.text(f'DROP TABLE {table.name}'))
                context.session.execute(sa.schema.CreateTable(table))

    def test_method_that_this_neutron_lacks_is_noticed(self):
        core = self.core().__class__
        for name in ('update_network', 'get_security_group_rule'):
            with mock.patch.object(core, name, create=True) as method:
                del method
                delattr(core, name)
                for base in core.__mro__[1:]:
                    if name in base.__dict__:
                        self.useFixture(_Without(base, name))
                self.assertRefuses(name)

    def test_rule_that_does_not_mean_what_was_written_is_noticed(self):
        with open(self.own_rules, 'w') as stream:
            stream.write('"cloud_security:exempt": "rule:no_such_rule"\n')
        self.assertRefuses('cloud_security:exempt')

    def test_mode_that_there_is_not_is_noticed(self):
        with mock.patch.object(
            safe_start.opts, 'register', side_effect=ValueError('no such mode')
        ):
            self.assertRefuses('neutron.conf', 'no such mode')


class TestStartAgain(cloud.Cloud):
    def test_methods_are_wrapped_once(self):
        before = list(wrapping.DONE)
        for _ in range(3):
            plugin.UserIsolationPlugin()
        self.assertNotEqual([], before)
        self.assertEqual(before, wrapping.DONE)


class _Without(cloud.fixtures.Fixture):
    """A class without one of its methods."""

    def __init__(self, cls, name):
        self.cls, self.name = cls, name

    def _setUp(self):
        original = self.cls.__dict__[self.name]
        delattr(self.cls, self.name)
        self.addCleanup(setattr, self.cls, self.name, original)


class TestLostPlugin(cloud.Cloud):
    """The drop-in, and a neutron.conf without the plugin."""

    plugins = cloud.PLUGINS
    has_drop_in = 'always'

    def test_members_are_refused(self):
        port = self.port(self.root, project_id=cloud.PROJECT)
        path = f'ports/{port["id"]}'
        for account in (self.alice, self.dan):
            self.assertEqual(404, account.get(path)[0])
            self.assertEqual(set(), account.ids('ports'))
            self.assertEqual(set(), account.ids('security-groups'))
        for account in (self.alice, self.carol):
            status, _ = account.post(
                'ports', {'port': {'network_id': self.network['id']}}
            )
            self.assertEqual(403, status)
            self.assertEqual(404, account.delete(path)[0])

    def test_router_interface_of_a_member_is_refused(self):
        port = self.port(self.root, project_id=cloud.PROJECT)
        router = self.root.make(
            'routers', 'router', name='r', project_id=cloud.PROJECT
        )
        for verb in ('add', 'remove'):
            path = f'routers/{router["id"]}/{verb}_router_interface'
            body = {'port_id': port['id']}
            self.assertEqual(403, self.alice.put(path, body)[0])
            self.assertEqual(200, self.root.put(path, body)[0])

    def test_networks_stay_open(self):
        self.assertIn(self.network['id'], self.alice.ids('networks'))

    def test_admins_and_services_are_not_refused(self):
        port = self.port(self.root, project_id=cloud.PROJECT)
        nova = self.account('nova', ('service',), project_id='5' * 32)
        path = f'ports/{port["id"]}'
        for account in (self.root, nova):
            self.assertEqual(200, account.get(path)[0])
        self.assertEqual(204, self.root.delete(path)[0])


class TestModeOff(cloud.Cloud):
    mode = 'off'

    def test_members_are_not_isolated(self):
        path = f'ports/{self.port(self.alice)["id"]}'
        self.assertEqual(200, self.bob.get(path)[0])
        self.assertEqual(204, self.bob.delete(path)[0])

    def test_owners_are_written(self):
        port = self.port(self.alice)
        cfg.CONF.set_override('mode', 'enforce', 'cloud_security')
        plugin.UserIsolationPlugin()
        path = f'ports/{port["id"]}'
        self.assertEqual(200, self.alice.get(path)[0])
        self.assertEqual(404, self.bob.get(path)[0])
