# SPDX-License-Identifier: Apache-2.0
"""Cinder's things that get another owner, also when it stops half-way."""

import contextlib
import io

import fixtures
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security.audit import events
from cloud_security.cmd import companions
from cloud_security.deploy import choice
from cloud_security.visibility import scope as scopes
from cloud_security.volume import handover
from cloud_security.volume import handover_plan
from cloud_security.volume import holdings
from cloud_security.volume.database import models
from cloud_security.volume.database import reading
from cloud_security.volume.database import writing
from tests.functional import commands
from tests.functional import identity
from tests.functional import writes
from tests.functional.volume import cloud
from tests.functional.volume import things

SERVER = things.SERVER
OTHER_SERVER = '5b0d7c51-96a1-4a7c-8df0-4a6de9f6a111'
UNKNOWN = 'f' * 8 + things.SERVER[8:]
#: Rows that a hand-over of all that things.everything() makes writes.
WRITES = 10
#: What a member lists.
LISTS = ('volumes', 'snapshots', 'backups', 'groups', 'group_snapshots')


class Boom(Exception):
    """The process ends here."""


class HandOver(cloud.Cloud):
    COMMAND = (
        *('volume', 'hand-over', '--from', 'alice', '--to', 'bob'),
        *('--project', cloud.PROJECT),
    )

    def setUp(self):
        super().setUp()
        # Commands have a process of their own, without the filter.
        stack = contextlib.ExitStack()
        stack.enter_context(scopes.on_this_thread(scopes.EVERYBODY))
        self.addCleanup(stack.close)
        self.asks(identity.Keystone(cloud.PROJECT))
        for name in ('load', 'keep_log'):
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'cloud_security.volume.config.{name}', lambda *args: None
                )
            )

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def volume_of(self, user_id, *server_ids, **values):
        """Write a volume that is attached to servers; return its ID."""
        volume_id = things.volume(user_id, self.vt['id'], **values)
        for server_id in server_ids:
            things.attach(user_id, volume_id, server_id)
        return volume_id

    def writes(self, model, row_id, **values):
        """Write into a row."""
        with writing() as session:
            session.execute(
                sa.update(model).where(model.id == row_id).values(**values)
            )

    def owner_of(self, model, row_id):
        """Return the owner that a row names."""
        with writing() as session:
            return session.execute(
                sa.select(model.user_id).where(model.id == row_id)
            ).scalar_one()

    def run_command(self, *arguments):
        """Hand over from Alice to Bob; return code, output and errors."""
        return commands.run(*self.COMMAND, *arguments)

    def assert_ran(self, code, *arguments):
        """Expect an exit code; return output and errors."""
        found, out, err = self.run_command(*arguments)
        self.assertEqual(code, found, (out, err))
        return out, err

    def assert_seen(self, account, ids, is_seen=True):
        """Expect that a member lists some things, or none of them."""
        listed = {one for path in LISTS for one in account.ids(path)}
        expected = set(ids) if is_seen else set()
        self.assertEqual(expected, listed & set(ids), account.user_id)

    def assert_owned(self, account, ids):
        """Expect that one member sees things, and no other does."""
        for other in (self.alice, self.bob, self.dan, self.eve):
            self.assert_seen(other, ids, other is account)


class TestProject(HandOver):
    """All that a user has in a project."""

    def setUp(self):
        super().setUp()
        made = things.everything(
            'alice', self.vt['id'], things.group_type(self.vt['id'])
        )
        self.alices = made
        self.names = (
            *('volume', 'snapshot', 'backup', 'attached', 'group'),
            *('grouped', 'group_snapshot'),
        )
        self.going = [made[name] for name in self.names]

    def test_everything_but_what_is_offered_changes_hands(self):
        self.assert_owned(self.alice, self.going)
        out, err = self.assert_ran(1)
        self.assert_owned(self.bob, self.going)
        self.assertIn(
            f'A transfer of volume {self.alices["offered"]} is pending', err
        )
        self.assertIn(
            f'transfer request delete {self.alices["transfer"]}', err
        )
        self.assert_owned(self.alice, [self.alices['offered']])
        self.assertIn(
            f'volume {self.alices["volume"]} of-alice, with 1 snapshot, 1 '
            'backup is handed over\n',
            out,
        )
        for what in handover.STAYS:
            self.assertIn(f'- {what}\n', out)
        self.assertIn('- servers: server set-owner and project hand-over', out)
        self.assertTrue(out.splitlines()[-1].startswith('Cinder: '), out)

    def test_new_owner_does_with_it_what_an_owner_does(self):
        self.assert_ran(1)
        volume_id = self.alices['volume']
        for path in (
            f'volumes/{volume_id}/metadata',
            f'attachments/{self.alices["attachment"]}',
            f'messages/{self.alices["message_volume"]}',
            f'messages/{self.alices["message_snapshot"]}',
            f'messages/{self.alices["message_backup"]}',
        ):
            for account, status in ((self.bob, 200), (self.alice, 404)):
                response = account.call('GET', path)
                self.assertEqual(status, response.status_code, path)
        for kind, name in (
            (models.ConsistencyGroup, 'consistencygroup'),
            (models.CGSnapshot, 'cgsnapshot'),
        ):
            self.assertEqual('bob', self.owner_of(kind, self.alices[name]))
        response = self.bob.call(
            'PUT', f'volumes/{volume_id}', {'volume': {'name': 'mine'}}
        )
        self.assertEqual(200, response.status_code, response.text)
        response = self.bob.call(
            'DELETE', f'snapshots/{self.alices["snapshot"]}'
        )
        self.assertEqual(202, response.status_code, response.text)

    def test_again_hands_over_what_was_refused(self):
        self.assert_ran(1)
        out, err = self.assert_ran(1)
        self.assertIn('Cinder: 0 handed over, 0 stay, 1 refused.\n', out)
        self.alice.call(
            'DELETE', f'volume-transfers/{self.alices["transfer"]}'
        )
        out, err = self.assert_ran(0)
        self.assertIn('Cinder: 1 handed over, 0 stay, 0 refused.\n', out)
        self.assert_owned(self.bob, [*self.going, self.alices['offered']])
        out, err = self.assert_ran(0)
        self.assertIn('Cinder: 0 handed over, 0 stay, 0 refused.\n', out)

    def test_dry_run_changes_nothing(self):
        with writes.Between(self.fail, handover, '_write'):
            out, err = self.assert_ran(1, '--dry-run')
        self.assertIn('would be handed over by alice\n', out)
        self.assert_owned(self.alice, self.going)

    def test_others_and_other_projects_are_left_alone(self):
        dans = self.volume_of('carol')
        elsewhere = self.volume_of('alice')
        self.writes(models.Volume, elsewhere, project_id='f' * 32)
        self.assert_ran(1)
        root = self.root.get(f'volumes/{dans}')['volume']
        self.assertEqual('carol', root['user_id'])
        found = {one.id: one for one in holdings.named([elsewhere])}
        self.assertEqual('alice', found[elsewhere].owner_id)

    def test_wherever_it_stops_running_it_again_ends_the_same(self):
        for stop in range(WRITES):

            def note(count):
                if count == stop:
                    raise Boom

            with writes.Between(note, handover, '_write'):
                self.assertEqual(1, self.run_command()[0])
            self.assert_whole()
            self.assert_ran(1)
            self.assert_owned(self.bob, self.going)
            with writing() as session:
                for kind in holdings.KINDS:
                    session.execute(
                        sa.update(kind.model)
                        .where(kind.model.user_id == 'bob')
                        .values(user_id='alice')
                    )

    def assert_whole(self):
        """Expect that each group and volume has the owner of its parts."""
        listed = {
            name: {one for path in LISTS for one in account.ids(path)}
            for name, account in (('alice', self.alice), ('bob', self.bob))
        }
        for names in (
            ('volume', 'snapshot', 'backup'),
            ('group', 'grouped', 'group_snapshot'),
        ):
            ids = {self.alices[name] for name in names}
            self.assertTrue(
                ids <= listed['alice']
                and not ids & listed['bob']
                or ids <= listed['bob']
                and not ids & listed['alice'],
                names,
            )

    def test_at_no_step_does_a_member_see_what_is_anothers(self):
        steps = []

        def note(count):
            steps.append(count)

        # A transaction of SQLite's keeps readers out, so that requests wait:
        # members look between holdings.
        done = handover.hand_over

        def looking(*args):
            done(*args)
            self.assert_whole()

        with writes.Between(note, handover, '_write'):
            with fixtures.MonkeyPatch(
                'cloud_security.volume.handover.hand_over', looking
            ):
                self.assert_ran(1)
        self.assertEqual(list(range(WRITES + 1)), steps)

    def test_two_records_tell_who_did_it(self):
        logger = self.useFixture(
            fixtures.FakeLogger('cloud_security.volume.handover')
        )
        self.useFixture(fixtures.EnvironmentVariable('SUDO_USER', 'olga'))
        self.assert_ran(0, '--volume', self.alices['volume'])
        begun, done = logger.output.splitlines()
        record = {
            'by': 'olga',
            'from_user_id': 'alice',
            'to_user_id': 'bob',
            'project_id': cloud.PROJECT,
            'service': 'Cinder',
            'things': [
                {'kind': kind, 'id': self.alices[kind]}
                for kind in ('volume', 'snapshot', 'backup')
            ],
        }
        for line, event in (
            (begun, events.HANDING_OVER),
            (done, events.HANDED_OVER),
        ):
            self.assertTrue(line.startswith(f'{event} '))
            self.assertEqual(record, jsonutils.loads(line.split(' ', 1)[1]))

    def test_servers_that_stay_keep_what_is_attached(self):
        out, err = self.assert_ran(1, '--staying-server', SERVER)
        self.assertIn(
            f'Volume {self.alices["attached"]} is attached to server '
            f'{SERVER}, which is refused for now',
            err,
        )
        self.assert_seen(self.alice, [self.alices['attached']])
        self.assert_seen(self.bob, [self.alices['volume']])


class TestBusy(HandOver):
    def setUp(self):
        super().setUp()
        self.alices_volume = self.volume_of('alice')
        self.parts = [
            self.alices_volume,
            things.snapshot('alice', self.alices_volume),
            things.backup('alice', self.alices_volume),
        ]

    def test_busy_parts_keep_the_whole_with_its_owner(self):
        volume, snapshot, backup = self.parts
        for model, row_id, busy in (
            (models.Volume, volume, {'status': 'deleting'}),
            (models.Volume, volume, {'status': 'awaiting-transfer'}),
            (models.Volume, volume, {'status': None}),
            (models.Volume, volume, {'migration_status': 'migrating'}),
            (models.Volume, volume, {'migration_status': 'target:x'}),
            (models.Snapshot, snapshot, {'status': 'creating'}),
            (models.Backup, backup, {'status': 'restoring'}),
        ):
            self.writes(model, row_id, **busy)
            out, err = self.assert_ran(1)
            self.assertIn(row_id, err)
            self.assertIn('run the command again', err)
            self.assertIn('1 things in Cinder were refused', err)
            self.assertEqual('alice', self.owner_of(models.Volume, volume))
            self.writes(model, row_id, **{name: 'available' for name in busy})
            self.writes(models.Volume, volume, migration_status=None)
        self.assert_ran(0)
        self.assert_owned(self.bob, self.parts)

    def test_volume_of_a_shelved_server_and_one_in_error_go(self):
        for status in (
            'reserved',
            'in-use',
            'error',
            'error_managing_deleting',
        ):
            volume_id = self.volume_of('alice')
            self.writes(models.Volume, volume_id, status=status)
            self.assert_ran(0, '--volume', volume_id)
            self.assert_owned(self.bob, [volume_id])

    def give(self):
        [step] = handover_plan.plan('alice', cloud.PROJECT, choice.Choice())
        return lambda: handover.hand_over(
            step.holding, 'alice', 'bob', cloud.PROJECT, 'operator'
        )

    def test_task_that_begins_meanwhile_is_refused_and_stays(self):
        for model, row_id, values in (
            (models.Volume, self.parts[0], {'status': 'deleting'}),
            (models.Volume, self.parts[0], {'migration_status': 'migrating'}),
            (models.Snapshot, self.parts[1], {'status': 'deleting'}),
            (models.Backup, self.parts[2], {'deleted': True}),
        ):
            give = self.give()
            self.writes(model, row_id, **values)
            error = self.assertRaises(handover.Refused, give)
            self.assertIn(f'{row_id} changed meanwhile', str(error))
            for part_id, kind in zip(
                self.parts, (models.Volume, models.Snapshot, models.Backup)
            ):
                self.assertEqual('alice', self.owner_of(kind, part_id))
            self.writes(
                model,
                row_id,
                **{
                    'status': {'status': 'available'},
                    'migration_status': {'migration_status': None},
                    'deleted': {'deleted': False},
                }[next(iter(values))],
            )

    def test_of_two_operators_the_later_one_is_refused(self):
        first, second = self.give(), self.give()
        first()
        error = self.assertRaises(handover.Refused, second)
        self.assertIn('changed meanwhile', str(error))
        self.assert_owned(self.bob, self.parts)

    def test_what_the_former_owner_makes_meanwhile_is_not_left_behind(self):
        for make in (things.snapshot, things.backup):
            give = self.give()
            made = make('alice', self.alices_volume)
            error = self.assertRaises(handover.Refused, give)
            self.assertIn(f'{made} was made meanwhile', str(error))
            self.assert_owned(self.alice, [*self.parts, made])
        self.assert_ran(0)
        self.assert_owned(self.bob, self.parts)


class TestServer(HandOver):
    """Volumes on a server go with it, or the command says why."""

    def test_attached_volume_goes_with_what_was_made_of_it(self):
        attached = self.volume_of('alice', SERVER)
        snapshot = things.snapshot('alice', attached)
        backup = things.backup('alice', attached)
        free = self.volume_of('alice')
        self.assert_ran(0, '--server', SERVER)
        self.assert_owned(self.bob, [attached, snapshot, backup])
        self.assert_owned(self.alice, [free])
        out, err = self.assert_ran(0, '--server', SERVER)
        self.assertIn(
            f'Volume {attached} of-alice on server {SERVER} is theirs already',
            out,
        )

    def test_volume_on_another_server_as_well_stays_unless_named(self):
        shared = self.volume_of('alice', SERVER, OTHER_SERVER)
        out, err = self.assert_ran(0, '--server', SERVER)
        self.assertIn(
            f'Volume {shared} is attached to other servers as well '
            f'({OTHER_SERVER})',
            out,
        )
        self.assertIn('Cinder: 0 handed over, 1 stay, 0 refused.\n', out)
        self.assert_owned(self.alice, [shared])
        self.assert_ran(0, '--server', SERVER, '--server', OTHER_SERVER)
        self.assert_owned(self.bob, [shared])

    def test_named_volume_goes_whatever_it_is_attached_to(self):
        shared = self.volume_of('alice', SERVER, OTHER_SERVER)
        self.assert_ran(0, '--server', SERVER, '--volume', shared)
        self.assert_owned(self.bob, [shared])

    def test_volume_of_somebody_else_stays(self):
        carols = self.volume_of('carol', SERVER)
        nobodys = self.volume_of('alice', SERVER)
        self.writes(models.Volume, nobodys, user_id=None)
        for arguments in (('--server', SERVER), ('--server', SERVER, '--all')):
            out, err = self.assert_ran(0, *arguments)
            self.assertIn(
                f'Volume {carols} of-carol on server {SERVER} stays: it '
                f'belongs to carol in project {cloud.PROJECT}.',
                out,
            )
            self.assertIn(f'Volume {nobodys} ', out)
            self.assertIn('it belongs to nobody', out)
        self.assert_seen(self.bob, [carols], False)

    def test_volume_in_a_group_goes_with_all_of_it_or_not(self):
        made = things.everything(
            'alice', self.vt['id'], things.group_type(self.vt['id'])
        )
        things.attach('alice', made['grouped'], SERVER)
        other = self.volume_of('alice', group_id=made['group'])
        out, err = self.assert_ran(0, '--server', SERVER)
        self.assertIn(
            f'group {made["group"]} holds volumes that were not chosen '
            f'({other})',
            out,
        )
        group = [made['group'], made['grouped'], made['group_snapshot'], other]
        self.assert_owned(self.alice, group)
        self.assert_ran(0, '--server', SERVER, '--volume', other)
        self.assert_owned(self.bob, group)

    def test_volume_in_a_group_of_somebody_else_goes_alone(self):
        made = things.everything(
            'carol', self.vt['id'], things.group_type(self.vt['id'])
        )
        guest = self.volume_of('alice', SERVER, group_id=made['group'])
        self.assert_ran(0, '--server', SERVER)
        self.assert_seen(self.bob, [guest])
        # Whoever has a volume in a group sees the group, and does not own it.
        self.assert_seen(self.bob, [made['group']])
        with reading() as session:
            owner_id = session.get(models.Group, made['group']).user_id
        self.assertEqual('carol', owner_id)

    def test_snapshots_and_backups_of_others_stay_theirs(self):
        attached = self.volume_of('alice', SERVER)
        carols = [
            things.snapshot('carol', attached),
            things.backup('carol', attached),
        ]
        self.assert_ran(0, '--server', SERVER)
        for row_id, path in zip(carols, ('snapshots', 'backups')):
            found = self.root.get(f'{path}/{row_id}')[path[:-1]]
            self.assertEqual('carol', found['user_id'])
        # What is made of an own volume is the owner's to see.
        self.assert_seen(self.bob, carols)

    def test_own_snapshot_of_somebody_elses_volume_goes_with_the_project(self):
        carols = self.volume_of('carol')
        lone = [
            things.snapshot('alice', carols),
            things.backup('alice', carols),
        ]
        self.assert_ran(0, '--server', SERVER)
        self.assert_owned(self.alice, lone)
        self.assert_ran(0)
        self.assert_owned(self.bob, lone)

    def test_detached_and_deleted_volumes_are_not_attached(self):
        was = self.volume_of('alice', SERVER)
        with writing() as session:
            session.execute(
                sa.update(models.VolumeAttachment).values(deleted=True)
            )
        out, err = self.assert_ran(0, '--server', SERVER)
        self.assertEqual('Cinder: 0 handed over, 0 stay, 0 refused.\n', out)
        self.assert_owned(self.alice, [was])
        self.writes(models.Volume, was, deleted=True)
        out, err = self.assert_ran(0)
        self.assertEqual('Cinder: 0 handed over, 0 stay, 0 refused.\n', out)


class TestNamed(HandOver):
    """Volumes by their IDs, users by their names."""

    def test_named_volumes_go_alone_and_again_change_nothing(self):
        going, staying = self.volume_of('alice'), self.volume_of('alice')
        for said in ('is handed over', 'is theirs already'):
            out, err = self.assert_ran(0, '--volume', going)
            self.assertIn(said, out)
            self.assert_owned(self.bob, [going])
            self.assert_owned(self.alice, [staying])

    def test_volume_of_somebody_else_is_refused(self):
        carols = self.volume_of('carol')
        out, err = self.assert_ran(1, '--volume', carols)
        self.assertIn('it belongs to carol', err)
        self.assert_seen(self.bob, [carols], False)

    def test_unknown_volumes_are_refused(self):
        for volume_id in (UNKNOWN, 'x'):
            code, out, err = self.run_command('--volume', volume_id)
            self.assertEqual(1, code)
            self.assertIn(f'There is no volume {volume_id},', err)

    def test_arguments_that_make_no_sense_exit_with_2(self):
        for option in ('--volume', '--server'):
            for text in ('', ' ', 'a\nb', 'x' * 256, '\udcff'):
                said = io.StringIO()
                with contextlib.redirect_stderr(said):
                    stop = self.assertRaises(
                        SystemExit, self.run_command, option, text
                    )
                self.assertEqual(2, stop.code)
                self.assertEqual(1, said.getvalue().count('\n'))

    def test_names_of_volumes_do_not_reach_the_terminal_as_they_are(self):
        name = '\x1b[2J\nCinder: 9 handed over'
        for volume_id in (
            self.volume_of('alice'),
            self.volume_of('carol', SERVER),
        ):
            self.writes(models.Volume, volume_id, display_name=name)
        out, err = self.assert_ran(0, '--all', '--server', SERVER)
        self.assertNotIn('\x1b', out)
        self.assertEqual(2, out.count('\\x1b[2J\\nCinder: 9'))
        self.assertIn('Cinder: 1 handed over, 1 stay', out.splitlines()[-1])

    def test_new_owner_whom_keystone_does_not_know_is_refused(self):
        volume_id = self.volume_of('alice')
        arguments = ('volume', 'hand-over', '--project', 'atlas', '--from')
        for to, why in (
            ('zoe', 'Keystone knows no user with the name or ID zoe'),
            ('eve', f'eve has no role in project {cloud.PROJECT}'),
        ):
            code, out, err = commands.run(*arguments, 'alice', '--to', to)
            self.assertEqual((1, ''), (code, out))
            self.assertIn(why, err)
            self.assertEqual(1, err.count('\n'), err)
        code, out, err = commands.run(*arguments, 'bob', '--to', 'bob')
        self.assertEqual((2, ''), (code, out))
        code, out, err = commands.run(*arguments, 'alice', '--to', 'bob')
        self.assertEqual((0, ''), (code, err))
        self.assert_owned(self.bob, [volume_id])

    def test_unknown_user_is_not_empty(self):
        self.asks(None)
        code, out, err = commands.run(
            *('volume', 'hand-over', '--from', 'a' * 32, '--to', 'b' * 32),
            *('--project', cloud.PROJECT, '--force'),
        )
        self.assertEqual((1, ''), (code, out))
        self.assertIn('Cinder has nothing of a', err)

    def test_new_owner_without_keystone_needs_force(self):
        volume_id = self.volume_of('alice')
        self.asks(None)
        code, out, err = self.run_command()
        self.assertEqual((1, ''), (code, out))
        self.assertIn('or vouch for it with --force', err)
        self.assert_owned(self.alice, [volume_id])
        out, err = self.assert_ran(0, '--force')
        self.assertIn('Keystone was not asked', err)
        self.assert_owned(self.bob, [volume_id])

    def test_checked_ids_are_taken_as_they_are(self):
        code, out, err = self.run_command('--checked')
        self.assertEqual((0, ''), (code, err))
        self.assertTrue(out.startswith(companions.VOLUMES.summary))


class TestHandOverWithoutTheFilter(HandOver):
    FILTERED = False
    DROPPED_IN = False

    def test_everybody_sees_it_before_and_after(self):
        volume_id = self.volume_of('alice', SERVER)
        for _ in range(2):
            for account in (self.alice, self.bob):
                self.assert_seen(account, [volume_id])
            self.assert_ran(0, '--server', SERVER)
