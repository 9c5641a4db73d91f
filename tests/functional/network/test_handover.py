# SPDX-License-Identifier: Apache-2.0
"""Neutron's things that get another owner, also when it stops half-way."""

import fixtures
from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
from oslo_config import cfg
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security.audit import events
from cloud_security.network import adoption
from cloud_security.network import database
from cloud_security.network import handover
from cloud_security.network import holdings
from cloud_security.network import models
from tests.functional import commands
from tests.functional import identity
from tests.functional.network import cloud

USERS = ('--from', 'alice', '--project', 'atlas')


class Boom(Exception):
    """The process ends here."""


class HandOver(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.asks(identity.Keystone(cloud.PROJECT))
        for name in ('load', 'keep_log'):
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'cloud_security.network.config.{name}', lambda *args: None
                )
            )

    def populate(self):
        super().populate()
        self.external = self.external_network()
        self.group_on_port = self.group(self.alice, name='on-port')
        self.on_server = self.bound()
        self.server = self.on_server['device_id']
        self.port_on_server = self.port(
            self.alice,
            security_groups=[self.group_on_port['id']],
            **self.on_server,
        )
        self.fip_on_server = self.floating_ip(
            self.alice, port_id=self.port_on_server['id']
        )
        self.on_other = self.bound()
        self.port_on_other = self.port(self.alice, **self.on_other)
        self.fip = self.floating_ip(self.alice)
        self.addresses = self.alice.make(
            'address-groups', 'address_group', addresses=['192.0.2.0/24']
        )
        self.of_server = [self.port_on_server, self.fip_on_server]
        self.rest = [
            *(self.group_on_port, self.port_on_other, self.fip),
            self.addresses,
        ]

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def run_command(self, *arguments, to='bob'):
        """Hand over from Alice; return code, output and errors."""
        return commands.run(
            'network', 'hand-over', *USERS, '--to', to, *arguments
        )

    def assert_ran(self, code, *arguments, to='bob'):
        """Expect an exit code; return output and errors."""
        found, out, err = self.run_command(*arguments, to=to)
        self.assertEqual(code, found, (out, err))
        return out, err

    def owner(self, one):
        """Return whose a thing is."""
        found = holdings.thing(one['id'])
        return found.owner_id if found.has_owner else 'nobody yet'

    def assert_owned(self, user_id, things):
        """Expect one owner of some things."""
        for one in things:
            self.assertEqual(user_id, self.owner(one), one)

    def takes_owner(self, one):
        """Take the owner's row from a thing, as if it were older."""
        owner = models.OWNERS[holdings.model_of(holdings.thing(one['id']))]
        with database.writing() as session:
            session.delete(session.get(owner, one['id']))


class TestEverything(HandOver):
    """All that a user has in a project."""

    def test_each_kind_changes_hands(self):
        self.assert_owned('alice', [*self.of_server, *self.rest])
        out, err = self.assert_ran(0)
        self.assertEqual('', err)
        self.assert_owned('bob', [*self.of_server, *self.rest])
        for noun, one in (
            ('port', self.port_on_other),
            ('floating IP', self.fip),
            ('security group', self.group_on_port),
            ('address group', self.addresses),
        ):
            self.assertRegex(out, rf': {noun} {one["id"]}.* is handed over\n')
        for what in handover.STAYS:
            self.assertIn(f'- {what}\n', out)
        self.assertIn('- servers: server set-owner and project hand-over', out)
        self.assertEqual(
            'Neutron: 6 handed over, 0 stay, 0 refused.', out.splitlines()[-1]
        )

    def test_new_owner_alone_sees_what_changed_hands(self):
        paths = {
            f'{collection}/{one["id"]}'
            for collection, one in (
                ('ports', self.port_on_server),
                ('floatingips', self.fip_on_server),
                ('security-groups', self.group_on_port),
                ('address-groups', self.addresses),
            )
        }
        for seen, hidden in ((self.alice, self.bob), (self.bob, self.alice)):
            for path in paths:
                self.assertEqual(200, seen.get(path)[0], path)
                self.assertEqual(404, hidden.get(path)[0], path)
            self.assert_ran(0)

    def test_trunk_goes_with_its_parent_port(self):
        subport = self.port(self.alice)
        trunk = self.alice.make(
            'trunks',
            'trunk',
            port_id=self.port_on_other['id'],
            sub_ports=[
                {
                    'port_id': subport['id'],
                    'segmentation_type': 'vlan',
                    'segmentation_id': 5,
                }
            ],
        )
        self.assert_ran(0)
        path = f'trunks/{trunk["id"]}'
        self.assertEqual(404, self.alice.get(path)[0])
        self.assertEqual(200, self.bob.get(path)[0])
        self.assert_owned('bob', [subport])

    def test_dry_run_changes_nothing(self):
        before = holdings.things()
        out, err = self.assert_ran(0, '--dry-run')
        self.assertEqual('', err)
        self.assertIn('would be handed over by alice\n', out)
        self.assertIn('Neutron: 6 would be handed over, 0 stay', out)
        self.assertEqual(before, holdings.things())

    def test_others_and_other_projects_are_left_alone(self):
        alice_elsewhere = self.account('alice', project_id=cloud.OTHER_PROJECT)
        elsewhere = self.group(alice_elsewhere)
        carols = self.port(self.carol)
        projects = self.port(self.root, project_id=cloud.PROJECT)
        self.assert_ran(0)
        self.assert_owned('alice', [elsewhere])
        self.assert_owned('carol', [carols])
        self.assert_owned(None, [projects])

    def test_default_group_stays_the_projects(self):
        [default] = [
            group
            for group in self.alice.get('security-groups')[1][
                'security_groups'
            ]
            if group['name'] == 'default'
        ]
        self.assert_ran(0)
        self.assert_owned(None, [default])
        # An operator gave it away, or an earlier release did.
        adoption.give(holdings.thing(default['id']), 'alice', 'root')
        out, err = self.assert_ran(0)
        self.assertIn(f'{default["id"]} default stays. It is the default', out)
        self.assert_owned('alice', [default])

    def test_what_has_no_owner_yet_is_counted(self):
        for one in (self.port_on_other, self.addresses):
            self.takes_owner(one)
        out, err = self.assert_ran(0)
        self.assertIn(
            'What has no owner yet (1 port, 1 address group) stays. It is '
            'hidden from all members: give it away with network adopt or',
            out,
        )
        self.assertIn('Neutron: 4 handed over, 1 stay, 0 refused.\n', out)
        self.assert_owned('nobody yet', [self.port_on_other, self.addresses])

    def test_servers_that_stay_keep_their_ports(self):
        out, err = self.assert_ran(1, '--all', '--staying-server', self.server)
        self.assertEqual(
            2,
            err.count(
                f'It is on server {self.server}, which is refused for now: '
                'run the command again.'
            ),
            err,
        )
        self.assert_owned('alice', self.of_server)
        self.assert_owned('bob', self.rest)

    def test_new_owner_without_role_gets_nothing(self):
        for user in ('eve', 'nobody'):
            out, err = self.assert_ran(1, to=user)
            self.assertEqual(1, err.count('\n'), err)
        self.assert_owned('alice', [*self.of_server, *self.rest])

    def test_without_keystone_an_owner_must_be_vouched_for(self):
        self.asks(None)
        users = ('--from', 'alice', '--project', cloud.PROJECT, '--to', 'bob')
        code, out, err = commands.run('network', 'hand-over', *users)
        self.assertEqual(1, code)
        self.assertIn('vouch for it with --force', err)
        self.assert_owned('alice', self.rest)
        unknown = ('--from', 'f' * 32, *users[2:], '--force')
        code, out, err = commands.run('network', 'hand-over', *unknown)
        self.assertEqual(1, code)
        self.assertIn('Neutron has nothing of a user with the ID', err)
        code, out, err = commands.run(
            'network', 'hand-over', *users, '--force'
        )
        self.assertEqual(0, code, err)
        self.assert_owned('bob', self.rest)


class TestServer(HandOver):
    """Ports on one server."""

    def test_ports_and_their_floating_ips_go_and_no_others(self):
        out, err = self.assert_ran(0, '--server', self.server)
        self.assert_owned('bob', self.of_server)
        self.assert_owned('alice', self.rest)
        self.assertIn('Neutron: 2 handed over, 1 stay, 0 refused.\n', out)

    def test_spelling_of_the_server_does_not_matter(self):
        self.assert_ran(0, '--server', self.server.upper())
        self.assert_owned('bob', self.of_server)

    def test_group_stays_and_its_new_owner_still_sees_it(self):
        out, err = self.assert_ran(0, '--server', self.server)
        self.assertIn(
            f'Security group {self.group_on_port["id"]} on-port'.lower(),
            out.lower(),
        )
        self.assertIn('on-port stays. The new owner of a port sees it', out)
        path = f'security-groups/{self.group_on_port["id"]}'
        for account in (self.alice, self.bob):
            self.assertEqual(200, account.get(path)[0])

    def test_port_of_somebody_else_stays(self):
        carols = self.port(self.carol, **self.on_server)
        carols_fip = self.floating_ip(self.carol, port_id=carols['id'])
        projects = self.port(
            self.root, project_id=cloud.PROJECT, **self.on_server
        )
        older = self.port(self.alice, **self.on_server)
        self.takes_owner(older)
        out, err = self.assert_ran(0, '--server', self.server)
        for noun, one, whose in (
            ('Port', carols, 'carol'),
            ('Floating IP', carols_fip, 'carol'),
            ('Port', projects, 'the project'),
            ('Port', older, 'nobody yet'),
        ):
            self.assertRegex(
                out,
                rf'(?m)^{noun} {one["id"]}.* on server {self.server} stays: '
                rf'it belongs to {whose} in project {cloud.PROJECT}\. Give it '
                r'away with network set-owner\.$',
            )
        self.assertIn('Neutron: 2 handed over, 5 stay, 0 refused.\n', out)
        self.assert_owned('carol', [carols, carols_fip])
        self.assert_owned(None, [projects])

    def test_second_run_says_that_it_is_done(self):
        self.assert_ran(0, '--server', self.server)
        out, err = self.assert_ran(0, '--server', self.server)
        self.assertEqual(2, out.count(' is theirs already\n'), out)
        self.assertIn('Neutron: 0 handed over, 0 stay, 0 refused.\n', out)

    def test_port_by_its_id_takes_its_floating_ips(self):
        out, err = self.assert_ran(0, '--port', self.port_on_server['id'])
        self.assert_owned('bob', self.of_server)
        self.assert_owned('alice', self.rest)

    def test_port_by_its_id_that_is_not_theirs_is_refused(self):
        carols = self.port(self.carol)
        carols_fip = self.floating_ip(
            self.carol, port_id=self.port_on_other['id']
        )
        for port_id, said in (
            (carols['id'], 'it belongs to carol in project'),
            (cloud.UNKNOWN, f'There is no port {cloud.UNKNOWN}, or it is'),
        ):
            out, err = self.assert_ran(1, '--port', port_id)
            self.assertIn(said, err)
        out, err = self.assert_ran(0, '--port', self.port_on_other['id'])
        self.assertIn(f'on port {self.port_on_other["id"]} stays', out)
        self.assert_owned('carol', [carols, carols_fip])


class TestFaults(HandOver):
    """Interruptions, and a lack of tables."""

    def stops_at(self, number):
        """Return a patch that ends the process at a write.

        :param number: of the record, counted from 1
        """
        left = iter(range(1, 100))
        info = adoption.LOG.info

        def note(*args):
            info(*args)
            if next(left) == number:
                raise Boom

        return fixtures.MonkeyPatch(
            'cloud_security.network.adoption.LOG.info', note
        )

    def test_wherever_it_stops_running_it_again_ends_the_same(self):
        things = [*self.of_server, *self.rest]
        # Odd records come before a write, even ones after it.
        for number in range(1, 1 + 2 * len(things)):
            with self.stops_at(number):
                self.assertEqual(1, self.run_command()[0])
            names = [self.owner(one) for one in things]
            self.assertEqual(number // 2, names.count('bob'), number)
            self.assertEqual(len(things), len(names))
            out, err = self.assert_ran(0)
            left = len(things) - number // 2
            self.assertIn(f'Neutron: {left} handed over', out)
            self.assert_owned('bob', things)
            for one in things:
                adoption.give(holdings.thing(one['id']), 'alice', 'root')

    def test_interrupted_server_is_completed(self):
        with self.stops_at(2):
            self.assertEqual(1, self.run_command('--server', self.server)[0])
        self.assert_owned('bob', [self.port_on_server])
        self.assert_owned('alice', [self.fip_on_server])
        out, err = self.assert_ran(0, '--server', self.server)
        self.assertIn(' is theirs already\n', out)
        self.assert_owned('bob', self.of_server)

    def test_failed_write_leaves_the_owner(self):
        merge = sa.orm.Session.merge

        def fail(session, row):
            merge(session, row)
            session.flush()
            raise Boom

        with fixtures.MonkeyPatch('sqlalchemy.orm.Session.merge', fail):
            self.assertEqual(1, self.run_command()[0])
        self.assert_owned('alice', [*self.of_server, *self.rest])

    def test_two_records_tell_who_did_it(self):
        logger = self.useFixture(
            fixtures.FakeLogger('cloud_security.network.adoption')
        )
        self.useFixture(fixtures.EnvironmentVariable('SUDO_USER', 'olga'))
        self.assert_ran(0, '--port', self.port_on_other['id'])
        begun, done = logger.output.splitlines()
        record = {
            'by': 'olga',
            'from_user_id': 'alice',
            'to_user_id': 'bob',
            'project_id': cloud.PROJECT,
            'service': 'Neutron',
            'things': [{'kind': 'port', 'id': self.port_on_other['id']}],
        }
        for line, event in (
            (begun, events.HANDING_OVER),
            (done, events.HANDED_OVER),
        ):
            self.assertTrue(line.startswith(f'{event} '))
            self.assertEqual(record, jsonutils.loads(line.split(' ', 1)[1]))

    def changes(self, change):
        """Let something happen between the plan and the first write."""
        done = []

        def before(find):
            def found(*args):
                rows = find(*args)
                if not done:
                    done.append(True)
                    change()
                return rows

            return found

        for name in ('things', 'groups_on'):
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'cloud_security.network.holdings.{name}',
                    before(getattr(holdings, name)),
                )
            )

    def test_thing_that_changed_owner_meanwhile_is_refused(self):
        def change():
            one = holdings.thing(self.port_on_other['id'])
            adoption.give(one, 'carol', 'root')
            self.alice.delete(f'floatingips/{self.fip["id"]}')

        self.changes(change)
        out, err = self.assert_ran(1)
        self.assertIn(
            f'{self.port_on_other["id"]}: It was changed meanwhile: run', err
        )
        self.assertRegex(err, r': It was deleted meanwhile\.\n')
        self.assertIn('2 things in Neutron were refused', err)
        self.assert_owned('carol', [self.port_on_other])
        self.assert_owned('bob', self.of_server)

    def test_port_that_left_the_server_meanwhile_is_refused(self):
        def change():
            status, body = self.root.put(
                f'ports/{self.port_on_server["id"]}',
                {'port': {'device_id': '', 'device_owner': ''}},
            )
            self.assertEqual(200, status, body)

        self.changes(change)
        out, err = self.assert_ran(1, '--server', self.server)
        self.assertIn('It was changed meanwhile: run the command again.', err)
        self.assert_owned('alice', [self.port_on_server])

    def test_without_tables_everything_stays(self):
        table = models.FloatingIPOwner.__tablename__

        def rename(before, after):
            context = contexts.get_admin_context()
            with db_api.CONTEXT_WRITER.using(context):
                context.session.execute(
                    sa.text(f'ALTER TABLE {before} RENAME TO {after}')
                )

        rename(table, 'elsewhere')
        self.addCleanup(rename, 'elsewhere', table)
        for arguments in ((), ('--all', '--checked'), ('--dry-run',)):
            out, err = self.assert_ran(1, *arguments)
            self.assertEqual(('', 1), (out, err.count('\n')), err)
            self.assertIn(f"Neutron's database has no table {table}", err)
            self.assertIn('--subproject cloud_security upgrade heads', err)

    def test_without_the_plugin_everything_stays(self):
        cfg.CONF.set_override('service_plugins', list(cloud.PLUGINS))
        for arguments in ((), ('--all', '--checked')):
            out, err = self.assert_ran(1, *arguments)
            self.assertEqual(('', 1), (out, err.count('\n')), err)
            self.assertIn('does not name user_isolation', err)
            self.assertIn('enable --service network', err)
        self.assert_owned('alice', [*self.of_server, *self.rest])
