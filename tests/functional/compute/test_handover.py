# SPDX-License-Identifier: Apache-2.0
"""Servers that get another owner, also when it stops half-way."""

import contextlib
import io

import fixtures
from nova import context as nova_context
from nova import objects
from nova.conf import CONF
from oslo_db import exception as db_exception
from oslo_serialization import jsonutils
from oslo_utils.fixture import uuidsentinel
import sqlalchemy as sa

from cloud_security import keystone as keystones
from cloud_security.audit import events
from cloud_security.cmd import transfer
from cloud_security.compute import handover
from cloud_security.compute import server_records
from cloud_security.trace import opts
from cloud_security.trace import tables
from tests.functional import commands
from tests.functional.compute import cloud
from tests.functional.compute import handing_over

BOB = handing_over.BOB
PATHS = handing_over.PATHS
WRITES = handing_over.WRITES
Boom = handing_over.Boom
Keystone = handing_over.Keystone


class TestHandOver(handing_over.HandOver):
    def test_one_server_changes_hands(self):
        self.assert_owned(self.alice, self.alices_server)
        self.assertTrue(self.give(self.alices_server))
        self.assert_owned(self.bob, self.alices_server)
        self.assertEqual(
            204,
            self.bob.call(
                'DELETE', f'servers/{self.alices_server}'
            ).status_code,
        )

    def test_again_changes_nothing(self):
        self.give(self.alices_server)
        with self.between_writes(self.fail):
            self.assertFalse(self.give(self.alices_server))
        self.assert_owned(self.bob, self.alices_server)

    def give_until(self, stop):
        """Begin to hand her server over, and end after so many writes."""

        def note(count):
            if count == stop:
                raise Boom

        with self.between_writes(note):
            self.assertRaises(Boom, self.give, self.alices_server)

    def test_wherever_it_stops_running_it_again_ends_the_same(self):
        for stop in range(WRITES + 1):
            self.give_until(stop)
            self.give(self.alices_server)
            self.assert_owned(self.bob, self.alices_server)
            self.give(self.alices_server, 'alice')
            self.assert_owned(self.alice, self.alices_server)

    def test_where_it_stopped_the_whole_project_is_handed_over_again(self):
        for stop in range(WRITES + 1):
            self.give_until(stop)
            code, out, err = commands.run(
                *('project', 'hand-over', '--from', 'alice', '--to', 'bob'),
                *('--project', cloud.PROJECT, '--force'),
            )
            self.assertEqual(0, code, err)
            self.assert_owned(self.bob, self.alices_server)
            self.give(self.alices_server, 'alice')

    def test_at_no_step_does_a_member_see_what_is_not_his(self):
        steps = []

        def note(count):
            steps.append(count)
            for account in (self.dan, self.eve):
                self.assertEqual(set(), self.seen(account, self.alices_server))
            alice = self.seen(self.alice, self.alices_server)
            bob = self.seen(self.bob, self.alices_server)
            self.assertFalse(alice and bob)
            cell_says = server_records.server(self.alices_server).owner_id
            if cell_says == 'alice':
                self.assertEqual(set(), bob)
            else:
                self.assertEqual(set(), alice)
            self.assertIn(
                'list',
                self.seen(self.carol, self.alices_server),
                'the manager',
            )

        with self.between_writes(note):
            self.give(self.alices_server)
        self.assertEqual(list(range(WRITES + 1)), steps)
        self.assert_owned(self.bob, self.alices_server)

    def test_what_nova_fills_in_meanwhile_does_no_harm(self):
        for stop in range(1, WRITES):

            def note(count):
                if count == stop:
                    self.root.get(f'servers/{self.alices_server}')
                    self.assertIsNotNone(
                        server_records.server(self.alices_server).mapped_to
                    )

            with self.between_writes(note):
                self.give(self.alices_server)
            self.assert_owned(self.bob, self.alices_server)
            self.give(self.alices_server, 'alice')

    def test_a_mapping_without_owner_gets_one(self):
        cloud.map_server(self.alices_server, user_id=None)
        self.assertTrue(self.give(self.alices_server))
        self.assert_owned(self.bob, self.alices_server)

    def test_a_server_with_two_owners_goes_to_one_of_them_first(self):
        for owner_id in ('alice', 'carol'):
            cloud.map_server(self.alices_server, user_id='carol')
            error = self.assertRaises(
                handover.Refused, self.give, self.alices_server
            )
            self.assertIn('two owners, carol and alice', str(error))
            self.give(self.alices_server, owner_id)
            found = server_records.server(self.alices_server)
            self.assertTrue(found.is_owned_by(owner_id))

    def test_a_busy_server_is_refused_and_stays(self):
        self.writes_server(self.alices_server, task_state='rebooting')
        error = self.assertRaises(
            handover.Refused, self.give, self.alices_server
        )
        self.assertIn('A task is running on it (rebooting)', str(error))
        self.assert_owned(self.alice, self.alices_server)

    def test_a_task_that_begins_meanwhile_is_refused_and_stays(self):
        self.writes_server(self.alices_server, task_state='rebooting')
        error = self.assertRaises(
            handover.Refused, self.give, self.alices_server, task=None
        )
        self.assertIn('(rebooting): run the command again', str(error))
        self.assert_owned(self.alice, self.alices_server)

    def test_a_task_does_not_keep_what_was_begun_from_its_end(self):
        def note(count):
            if count == 2:
                raise Boom

        with self.between_writes(note):
            self.assertRaises(Boom, self.give, self.alices_server)
        self.writes_server(self.alices_server, task_state='rebooting')
        self.give(self.alices_server)
        self.assert_owned(self.bob, self.alices_server)

    def test_a_server_that_is_being_made_is_refused(self):
        cloud.map_server(self.alices_server, cell_id=None)
        error = self.assertRaises(
            server_records.Unavailable, self.give, self.alices_server
        )
        self.assertIn('or still being made', str(error))

    def test_unknown_deleted_and_senseless_ids_are_refused(self):
        self.alice.call('DELETE', f'servers/{self.alices_server}')
        self.wait_until_gone(self.alices_server)
        for server_id in (self.alices_server, uuidsentinel.unknown):
            error = self.assertRaises(
                server_records.Unavailable, self.give, server_id
            )
            self.assertIn(f'There is no server {server_id}', str(error))
        error = self.assertRaises(server_records.Unavailable, self.give, 'x')
        self.assertEqual('x is not the id of a server.', str(error))

    def test_of_two_operators_the_later_one_is_refused(self):
        stale = server_records.server(self.alices_server)
        self.give(self.alices_server, 'bob')
        error = self.assertRaises(
            handover.Refused, handover.hand_over, stale, 'dan', 'operator'
        )
        self.assertIn('Somebody else is handing it over', str(error))
        self.assert_owned(self.bob, self.alices_server)

    def test_an_operator_who_is_overtaken_is_refused(self):
        for stop in range(WRITES):
            patches = None

            def note(count):
                if count == stop:
                    patches.close()
                    self.give(self.alices_server, 'dan')

            patches = self.between_writes(note)
            try:
                self.give(self.alices_server, 'bob')
            except handover.Refused:
                pass
            finally:
                patches.close()
            found = server_records.server(self.alices_server)
            self.assertIn(found.owner_id, ('bob', 'dan'))
            self.assertTrue(found.is_owned_by(found.owner_id), stop)
            self.give(self.alices_server, 'alice')

    def test_a_task_that_ends_for_two_operators_leaves_what_is_found(self):
        """One gives up while the other goes on: run again, all is well."""
        self.writes_server(self.alices_server, task_state='rebooting')
        patches = None

        def note(count):
            if count == 1:
                patches.close()
                self.assertRaises(
                    handover.Refused, self.give, self.alices_server, task=None
                )
                self.writes_server(self.alices_server, task_state=None)

        patches = self.between_writes(note)
        with patches:
            try:
                self.give(self.alices_server, task=None)
            except handover.Refused:
                pass
        self.give(self.alices_server)
        self.assert_owned(self.bob, self.alices_server)

    def test_two_records_tell_who_did_it(self):
        logger = self.useFixture(
            fixtures.FakeLogger('cloud_security.compute.handover')
        )
        self.give(self.alices_server)
        begun, done = logger.output.splitlines()
        record = {
            'by': 'operator',
            'from_user_id': 'alice',
            'to_user_id': 'bob',
            'project_id': cloud.PROJECT,
            'server_id': self.alices_server,
        }
        for line, event in ((begun, handover.BEGUN), (done, handover.DONE)):
            self.assertTrue(line.startswith(f'{event} '))
            self.assertEqual(record, jsonutils.loads(line.split(' ', 1)[1]))


class TestHistory(handing_over.HandOver):
    """The history of IP addresses hears of new owners."""

    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        self.url = f'sqlite:///{folder}/neutron.sqlite'
        self.engine = sa.create_engine(self.url)
        self.addCleanup(self.engine.dispose)
        with self.engine.begin() as connection:
            tables.METADATA.create_all(connection)
        opts.register(CONF)
        self.asks(Keystone(bob='bob'))
        self.names(self.url)

    def names(self, url):
        """Let nova.conf name Neutron's database."""
        CONF.set_override('connection', url, 'cloud_security_trace')
        self.addCleanup(
            CONF.clear_override, 'connection', 'cloud_security_trace'
        )

    def set_owner(self):
        return commands.run('server', 'set-owner', self.alices_server, 'bob')

    def rows(self):
        with self.engine.connect() as connection:
            found = connection.execute(
                sa.select(tables.OWNERS).order_by(tables.OWNERS.c.id)
            )
            return [row._mapping for row in found]

    def test_set_owner_begins_an_interval(self):
        code, out, err = self.set_owner()
        self.assertEqual((0, ''), (code, err), out)
        [row] = self.rows()
        self.assertEqual(
            (self.alices_server, 'bob', 'bob', cloud.PROJECT, 'set-owner'),
            (
                row['server_id'],
                row['user_id'],
                row['user_name'],
                row['project_id'],
                row['source'],
            ),
        )
        self.assertEqual('of-alice', row['server_name'])

    def test_hand_over_begins_intervals(self):
        code, out, err = commands.run(
            *('project', 'hand-over', '--from', 'alice', '--to', 'bob'),
            *('--project', cloud.PROJECT),
        )
        self.assertEqual(0, code, err)
        self.assertEqual(['hand-over'], [row['source'] for row in self.rows()])

    def test_dry_run_begins_none(self):
        commands.run(
            'server', 'set-owner', self.alices_server, 'bob', '--dry-run'
        )
        self.assertEqual([], self.rows())

    def test_history_that_cannot_be_written_is_told_and_nova_goes_on(self):
        self.names('sqlite:////no/where')
        code, out, err = self.set_owner()
        self.assertEqual(1, code)
        self.assertIn('is handed over', out)
        self.assertIn('does not know the new owner yet (', err)
        self.assertIn('cloud-security-trace sync', err)
        self.assert_owned(self.bob, self.alices_server)
        self.assertEqual([], self.rows())

    def test_name_that_keystone_does_not_tell_is_a_fault_of_the_history(self):
        def user_name(self, user_id):
            raise keystones.Unknown('Keystone does not tell')

        self.useFixture(
            fixtures.MonkeyPatch(
                'tests.functional.compute.handing_over.Keystone.user_name',
                user_name,
            )
        )
        code, out, err = self.set_owner()
        self.assertEqual(1, code)
        self.assertIn('(Keystone does not tell)', err)
        self.assert_owned(self.bob, self.alices_server)


class TestCommands(handing_over.HandOver):
    HAND_OVER = (
        *('project', 'hand-over', '--from', 'alice', '--to', 'bob'),
        *('--project', cloud.PROJECT, '--force'),
    )
    SET_OWNER = ('server', 'set-owner', '--force')

    def test_a_server_is_handed_over(self):
        code, out, err = commands.run(
            *self.SET_OWNER, self.alices_server, 'bob'
        )
        self.assertEqual(0, code, err)
        self.assertIn(
            f'1 of 1: {self.alices_server} of-alice is handed over\n', out
        )
        for what in handover.STAYS:
            self.assertIn(f'- {what}\n', out)
        self.assertIn('Keystone was not asked', err)
        self.assert_owned(self.bob, self.alices_server)
        code, out, err = commands.run(
            *self.SET_OWNER, self.alices_server, 'bob'
        )
        self.assertEqual(0, code, err)
        self.assertIn('is theirs already', out)

    def test_a_dry_run_changes_nothing(self):
        for arguments in (
            (*self.SET_OWNER, self.alices_server, 'bob'),
            self.HAND_OVER,
        ):
            code, out, err = commands.run(*arguments, '--dry-run')
            self.assertEqual(0, code, err)
            self.assertIn('would be handed over by alice\n', out)
            self.assert_owned(self.alice, self.alices_server)

    def test_what_is_refused_is_one_sentence(self):
        for server_id in ('x', uuidsentinel.unknown):
            code, out, err = commands.run(*self.SET_OWNER, server_id, 'bob')
            self.assertEqual((1, ''), (code, out))
            self.assertEqual(1, err.count('\n'), err)
            self.assertIn(server_id, err)
        code, out, err = commands.run(
            *('project', 'hand-over', '--from', 'alice', '--to', 'alice'),
            *('--project', cloud.PROJECT, '--force'),
        )
        self.assertEqual((2, ''), (code, out))
        self.assertEqual(1, err.count('\n'), err)
        self.assertIn('--from and --to are the same user.', err)

    def test_arguments_that_make_no_sense_exit_with_2(self):
        for arguments in (
            ('server', 'set-owner', self.alices_server),
            ('server', 'set-owner', self.alices_server, ''),
            ('server', 'set-owner', self.alices_server, ' '),
            ('server', 'set-owner', self.alices_server, 'a\nb'),
            ('server', 'set-owner', self.alices_server, 'x' * 256),
            ('server', 'set-owner', self.alices_server, '\udcff'),
            ('project', 'hand-over', '--from', 'alice'),
            ('explain', '--rol'),
        ):
            said = io.StringIO()
            with contextlib.redirect_stderr(said):
                stop = self.assertRaises(SystemExit, commands.run, *arguments)
            self.assertEqual(2, stop.code)
            self.assertEqual(1, said.getvalue().count('\n'))

    def test_each_command_has_help(self):
        for name in ('server set-owner', 'project hand-over', 'explain'):
            code, out, _ = commands.run('help', *name.split())
            self.assertEqual(0, code)
            self.assertIn(f'{name} ', out)

    def test_a_new_owner_without_a_role_is_refused(self):
        self.asks(Keystone(bob='bob', eve='eve'))
        code, out, err = commands.run(
            'server', 'set-owner', self.alices_server, 'eve'
        )
        self.assertEqual((1, ''), (code, out))
        self.assertIn(f'eve has no role in project {cloud.PROJECT}', err)
        self.assert_owned(self.alice, self.alices_server)
        code, _, err = commands.run(
            'server', 'set-owner', self.alices_server, 'bob'
        )
        self.assertEqual((0, ''), (code, err))
        self.assert_owned(self.bob, self.alices_server)

    def test_a_project_is_handed_over(self):
        alices_servers = [
            self.alices_server,
            self.boot(self.alice),
            self.boot(self.alice),
        ]
        nobodys, dans = self.boot(self.alice), self.boot(self.carol)
        cloud.map_server(nobodys, user_id=None)
        cloud.map_server(dans, user_id=None)
        eves = self.boot(self.eve)
        mine = self.boot(self.bob)
        self.other_services.settle()
        code, out, err = commands.run(*self.HAND_OVER)
        self.assertEqual(0, code, err)
        self.assertIn('4 of 4: ', out)
        for server_id in alices_servers + [nobodys, mine]:
            self.assert_owned(self.bob, server_id)
        self.assert_owned(self.eve, eves)
        self.assertEqual('carol', server_records.server(dans).owner_id)
        self.assertIsNone(server_records.server(dans).mapped_to)
        code, out, _ = commands.run(*self.HAND_OVER)
        self.assertEqual(0, code)
        self.assertIn('There are no servers to hand over.', out)

    def test_a_project_is_handed_over_but_for_what_is_busy(self):
        busy = self.boot(self.alice)
        self.other_services.settle()
        self.writes_server(busy, task_state='rebooting')
        code, out, err = commands.run(*self.HAND_OVER)
        self.assertEqual(1, code)
        self.assertIn(f'2 of 2: {busy} of-alice: A task is running', err)
        self.assertIn('1 of 2 servers were refused: run the same', err)
        self.assertIn('Nova: 1 handed over, 0 stay, 1 refused.\n', out)
        self.assert_owned(self.bob, self.alices_server)
        self.assert_owned(self.alice, busy)
        self.writes_server(busy, task_state=None)
        code, out, err = commands.run(*self.HAND_OVER)
        self.assertEqual(0, code, err)
        self.assert_owned(self.bob, busy)

    def test_record_of_a_project_says_whether_all_went(self):
        logger = self.useFixture(
            fixtures.FakeLogger('cloud_security.cmd.hand_over')
        )
        busy = self.boot(self.alice)
        self.other_services.settle()
        self.writes_server(busy, task_state='rebooting')
        commands.run(*self.HAND_OVER, '--dry-run')
        self.assertEqual('', logger.output)
        commands.run(*self.HAND_OVER)
        self.writes_server(busy, task_state=None)
        commands.run(*self.HAND_OVER)
        found = []
        for line in logger.output.splitlines():
            event, _, record = line.partition(' ')
            self.assertEqual(events.PROJECT_HANDED_OVER, event)
            found.append(jsonutils.loads(record))
        record = {
            'by': transfer.operator(),
            'from_user_id': 'alice',
            'to_user_id': 'bob',
            'project_id': cloud.PROJECT,
            'services': ['Nova'],
        }
        self.assertEqual(
            [{**record, 'is_complete': went} for went in (False, True)], found
        )

    def test_a_project_is_handed_over_but_for_what_is_being_made(self):
        made = self.boot(self.alice)
        self.other_services.settle()
        cloud.map_server(made, cell_id=None)
        code, out, err = commands.run(*self.HAND_OVER)
        self.assertEqual(1, code)
        self.assertIn(f'2 of 2: {made}: It is still being made.', err)
        self.assert_owned(self.bob, self.alices_server)

    def test_a_project_that_was_interrupted_is_resumed(self):
        alices_servers = [
            self.alices_server,
            self.boot(self.alice),
            self.boot(self.alice),
        ]
        self.other_services.settle()

        def note(count):
            if count == WRITES + 2:
                raise KeyboardInterrupt

        with self.between_writes(note):
            self.assertEqual(130, commands.run(*self.HAND_OVER)[0])
        code, out, err = commands.run(*self.HAND_OVER)
        self.assertEqual(0, code, err)
        self.assertIn('2 of 2: ', out)
        for server_id in alices_servers:
            self.assert_owned(self.bob, server_id)

    def test_a_dead_database_is_one_sentence(self):
        def dead(*args):
            raise db_exception.DBConnectionError(
                Exception('refused\n(Background on this error)')
            )

        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.compute.server_records._servers', dead
            )
        )
        code, out, err = commands.run(*self.HAND_OVER)
        self.assertEqual((1, ''), (code, out))
        self.assertEqual(1, err.count('\n'), err)
        self.assertIn("Nova's databases do not answer", err)

    def test_the_operator_is_who_became_root(self):
        self.useFixture(fixtures.EnvironmentVariable('SUDO_USER', 'olga'))
        logger = self.useFixture(
            fixtures.FakeLogger('cloud_security.compute.handover')
        )
        commands.run(*self.SET_OWNER, self.alices_server, 'bob')
        self.assertIn('"by": "olga"', logger.output)


class TestNames(handing_over.HandOver):
    """A name in the place of an ID gives a server to nobody."""

    def assert_refused(self, about, *arguments):
        """Expect one sentence, and that nothing was changed."""
        code, out, err = commands.run(*arguments)
        self.assertEqual((1, ''), (code, out), err)
        self.assertEqual(1, err.count('\n'), err)
        self.assertIn(about, err)
        self.assertIn('Nothing was changed.', err)
        self.assert_owned(self.alice, self.alices_server)

    def assert_owner(self, owner_id, *arguments):
        """Expect that a command gives her server to somebody."""
        code, _, err = commands.run(*arguments)
        self.assertEqual(0, code, err)
        found = server_records.server(self.alices_server)
        self.assertTrue(found.is_owned_by(owner_id), found)

    def set_owner(self, *arguments):
        return 'server', 'set-owner', self.alices_server, *arguments

    def hand_over(self, from_text, to_text, project, *arguments):
        return (
            *('project', 'hand-over', '--from', from_text, '--to', to_text),
            *('--project', project, *arguments),
        )

    def with_ids_of_keystones(self):
        """Let most owners of this cloud have IDs that Keystone makes."""
        for number in range(3):
            cloud.map_server(self.boot(self.alice), user_id=f'{number:032x}')

    def test_names_are_resolved_by_keystone(self):
        self.asks(Keystone(bob=BOB))
        self.assert_owner(BOB, *self.set_owner('bob'))

    def test_ids_are_taken_by_keystone(self):
        self.asks(Keystone(bob=BOB))
        self.assert_owner(BOB, *self.set_owner(BOB))

    def test_projects_are_handed_over_by_names(self):
        self.asks(Keystone(alice='alice', bob=BOB))
        self.assert_owner(BOB, *self.hand_over('alice', 'bob', 'atlas'))

    def test_one_user_by_two_names_is_refused(self):
        self.asks(Keystone(bob=BOB))
        code, _, err = commands.run(*self.hand_over('bob', BOB, 'atlas'))
        self.assertEqual(2, code)
        self.assertIn('are the same user', err)

    def test_users_whom_keystone_does_not_know_are_refused(self):
        self.asks(Keystone(bob=BOB))
        for text in ('bobby', 32 * 'f', 'alice'):
            for force in ((), ('--force',)):
                self.assert_refused(
                    f'Keystone knows no user with the name or ID {text}.',
                    *self.set_owner(text, *force),
                )

    def test_disabled_user_is_refused(self):
        self.asks(Keystone(bob=BOB, disabled=('bob',)))
        self.assert_refused('is disabled in Keystone', *self.set_owner('bob'))

    def test_user_who_left_keystone_can_hand_over(self):
        self.asks(Keystone(bob=BOB))
        self.assert_owner(BOB, *self.hand_over('alice', 'bob', 'atlas'))

    def test_unknown_users_and_projects_are_not_empty(self):
        self.asks(Keystone(bob=BOB))
        for arguments, about in (
            (('al', 'bob', 'atlas'), 'knows no user with the name or ID al,'),
            ((32 * 'a', 'bob', 'atlas'), f'name or ID {32 * "a"}, and Nova'),
            (('alice', 'bob', 'x'), 'knows no project with the name or ID x,'),
        ):
            self.assert_refused(about, *self.hand_over(*arguments))
        self.asks(None)
        for arguments, about in (
            ((32 * 'a', BOB, cloud.PROJECT), 'Nova has nothing of a user'),
            (('alice', BOB, 32 * 'a'), 'Nova has nothing of a project'),
        ):
            self.assert_refused(about, *self.hand_over(*arguments, '--force'))

    def test_names_without_keystone_are_refused(self):
        self.with_ids_of_keystones()
        for force in ((), ('--force',)):
            for text in ('bob', BOB.upper(), f'{BOB}0', f'"{BOB}"', BOB[:-1]):
                self.assert_refused(
                    f'{text} does not look like the ID of a user',
                    *self.set_owner(text, *force),
                )
            self.assert_refused(
                'al does not look like the ID of a user',
                *self.hand_over('al', BOB, cloud.PROJECT, *force),
            )

    def test_name_that_was_once_taken_for_an_id_is_refused(self):
        self.with_ids_of_keystones()
        cloud.map_server(self.boot(self.alice), user_id='bob')
        self.assert_refused(
            'bob does not look like', *self.set_owner('bob', '--force')
        )

    def test_new_owner_without_keystone_needs_force(self):
        for text in (BOB, 64 * 'b'):
            self.assert_refused(
                'or vouch for it with --force.', *self.set_owner(text)
            )
            self.assert_refused(
                'or vouch for it with --force.',
                *self.hand_over('alice', text, cloud.PROJECT),
            )
        self.assert_owner(BOB, *self.set_owner(BOB, '--force'))

    def test_ids_of_a_directory_are_taken_where_owners_have_such(self):
        self.assert_owner('b.ob', *self.set_owner('b.ob', '--force'))

    def test_user_without_servers_has_none_to_hand_over(self):
        self.assert_owner(
            BOB, *self.hand_over('alice', BOB, cloud.PROJECT, '--force')
        )
        code, out, err = commands.run(
            *self.hand_over('alice', BOB, cloud.PROJECT, '--force')
        )
        self.assertEqual(0, code, err)
        self.assertIn('There are no servers to hand over.', out)

    def test_half_done_hand_over_goes_on_without_its_mapping(self):
        cloud.map_server(self.alices_server, user_id=None)
        self.assert_owner(
            BOB, *self.hand_over('alice', BOB, cloud.PROJECT, '--force')
        )


class TestHints(handing_over.HandOver):
    """Nova compares the hints that it stored with a server."""

    def spec(self, server_id):
        context = nova_context.get_admin_context()
        return objects.RequestSpec.get_by_instance_uuid(context, server_id)

    def hints(self, server_id, **hints):
        """Write hints of a server, where there are any; return them."""
        spec = self.spec(server_id)
        if hints:
            spec.scheduler_hints = {
                name: [value] for name, value in hints.items()
            }
            spec.save()
        return self.spec(server_id).scheduler_hints

    def test_hints_on_servers_that_stay_are_dropped(self):
        stays = self.boot(self.alice)
        self.other_services.settle()
        self.hints(self.alices_server, different_host=stays)
        command = ('server', 'set-owner', '--force', self.alices_server, 'bob')
        commands.run(*command, '--dry-run')
        self.assertEqual(
            {'different_host': [stays]}, self.hints(self.alices_server)
        )
        code, out, err = commands.run(*command)
        self.assertEqual(0, code, err)
        self.assertIn(f'lost its scheduler hints on {stays}\n', out)
        self.assertFalse(self.hints(self.alices_server).get('different_host'))

    def test_hints_on_a_server_that_goes_are_neutralized(self):
        stays = self.boot(self.alice)
        self.other_services.settle()
        self.hints(stays, different_host=self.alices_server)
        code, out, err = commands.run(
            'server', 'set-owner', '--force', self.alices_server, 'bob'
        )
        self.assertEqual(0, code, err)
        self.assertIn(f'{stays} of alice lost its scheduler hints', out)
        self.assertNotEqual(
            [self.alices_server], self.hints(stays)['different_host']
        )

    def test_hints_between_servers_that_go_together_stay(self):
        other = self.boot(self.alice)
        self.other_services.settle()
        self.hints(other, different_host=self.alices_server)
        self.hints(self.alices_server, different_host=other)
        code, out, err = commands.run(*TestCommands.HAND_OVER)
        self.assertEqual(0, code, err)
        self.assertEqual(
            {'different_host': [self.alices_server]}, self.hints(other)
        )
        self.assertEqual(
            {'different_host': [other]}, self.hints(self.alices_server)
        )


class TestWithoutTheFilter(handing_over.HandOver):
    FILTERED = DROPPED_IN = False

    def test_everybody_sees_it_before_and_after(self):
        for _ in range(2):
            self.assertIn('list', self.seen(self.bob, self.alices_server))
            self.assertIn('list', self.seen(self.alice, self.alices_server))
            self.give(self.alices_server)
        with nova_context.target_cell(
            nova_context.get_admin_context(),
            server_records.server(self.alices_server).cell,
        ) as cell:
            instance = objects.Instance.get_by_uuid(cell, self.alices_server)
        self.assertEqual('bob', instance.user_id)
