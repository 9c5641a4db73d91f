# SPDX-License-Identifier: Apache-2.0
"""Glance's images that get another owner, also when it stops half-way."""

import contextlib

import fixtures
from glance.db.sqlalchemy import models as glance_models
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security.audit import events
from cloud_security.image import database
from cloud_security.image import giving
from cloud_security.image import handover
from cloud_security.image import holdings
from cloud_security.visibility import scope as scopes
from tests.functional import commands
from tests.functional import identity
from tests.functional import writes
from tests.functional.image import cloud

SERVER = '0d3f2a6c-1f0e-4b8e-9a51-7f3a5a0f3c11'
OTHER_SERVER = '5b0d7c51-96a1-4a7c-8df0-4a6de9f6a111'
OTHER_PROJECT = 'f' * 32


class Boom(Exception):
    """The process ends here."""


class HandOver(cloud.Cloud):
    COMMAND = ('image', 'hand-over', '--from', 'alice', '--project', 'atlas')

    def setUp(self):
        super().setUp()
        self.asks(identity.Keystone(cloud.PROJECT))
        for name in ('load', 'keep_log'):
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'cloud_security.image.config.{name}', lambda *args: None
                )
            )
        self.upload = self.alice.image()
        self.snapshot = self.snapshot_of(SERVER)
        self.other = self.snapshot_of(OTHER_SERVER.upper())
        self.going = {self.upload, self.snapshot, self.other}

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def snapshot_of(self, server_id, account=None, **body):
        """Make an image of a server; return its ID."""
        body.setdefault('visibility', 'private')
        return (account or self.alice).create(instance_uuid=server_id, **body)[
            'id'
        ]

    def run_command(self, *arguments, to='bob'):
        """Hand over from Alice; return code, output and errors."""
        # Commands have a process of their own, without the filter.
        with scopes.on_this_thread(scopes.EVERYBODY):
            return commands.run(*self.COMMAND, '--to', to, *arguments)

    def assert_ran(self, code, *arguments, to='bob'):
        """Expect an exit code; return output and errors."""
        found, out, err = self.run_command(*arguments, to=to)
        self.assertEqual(code, found, (out, err))
        return out, err

    def assert_owned(self, account, image_ids):
        """Expect that one member sees images, and no other does."""
        for other in (self.alice, self.bob, self.dan):
            expected = set(image_ids) if other is account else set()
            seen = set(other.ids()) & set(image_ids)
            self.assertEqual(expected, seen, other.user_id)

    def writes(self, image_id, **values):
        """Write into the row of an image."""
        table = glance_models.Image.__table__
        with database.writing() as session:
            session.execute(
                sa.update(table).where(table.c.id == image_id).values(**values)
            )


class TestProject(HandOver):
    """All that a user has in a project."""

    def test_everything_of_a_user_changes_hands(self):
        shared = self.alice.image(visibility='shared')
        self.assert_owned(self.alice, self.going)
        out, err = self.assert_ran(0)
        self.assertEqual('', err)
        self.assert_owned(self.bob, self.going)
        self.assertEqual('bob', self.owner(shared))
        self.assertIn(f'Image {self.upload} of-alice is handed over\n', out)
        for what in handover.STAYS:
            self.assertIn(f'- {what}\n', out)
        self.assertIn('- servers: server set-owner and project hand-over', out)
        self.assertEqual(
            'Glance: 4 handed over, 0 stay, 0 refused.', out.splitlines()[-1]
        )

    def test_new_owner_does_with_it_what_an_owner_does(self):
        self.assert_ran(0)
        path = f'images/{self.upload}'
        for account, status in ((self.bob, 200), (self.alice, 404)):
            response = account.call('GET', f'{path}/file')
            self.assertEqual(status, response.status_code)
        response = self.bob.patch(
            path, {'op': 'replace', 'path': '/name', 'value': 'mine'}
        )
        self.assertEqual(200, response.status_code)
        self.assertEqual(204, self.bob.call('DELETE', path).status_code)

    def test_dry_run_changes_nothing(self):
        with writes.Between(self.fail, giving, '_write'):
            out, err = self.assert_ran(0, '--dry-run')
        self.assertIn('would be handed over by alice\n', out)
        self.assertIn('Glance: 3 would be handed over, 0 stay', out)
        self.assert_owned(self.alice, self.going)

    def test_others_and_other_projects_are_left_alone(self):
        carols = self.carol.image(user_id='carol')
        nobodys = self.alice.image()
        self.root.patch(
            f'images/{nobodys}', {'op': 'remove', 'path': '/user_id'}
        )
        elsewhere = self.alice.image()
        self.writes(elsewhere, owner=OTHER_PROJECT)
        deleted = self.alice.image()
        self.alice.call('DELETE', f'images/{deleted}')
        out, err = self.assert_ran(0)
        self.assertIn('Glance: 3 handed over', out)
        self.assertEqual('carol', self.owner(carols))
        self.assertEqual('alice', self.owner(elsewhere))
        self.assertIn(nobodys, self.dan.ids())

    def test_busy_image_is_refused_and_goes_later(self):
        for status in ('saving', 'uploading', 'importing'):
            self.writes(self.upload, status=status)
            out, err = self.assert_ran(1)
            self.assertIn(
                f'It waits for data, or for an import ({status})', err
            )
            self.assertIn('1 things in Glance were refused', err)
            self.assertEqual('alice', self.owner(self.upload))
        self.writes(self.upload, status='active')
        table = glance_models.ImageProperty.__table__
        with database.writing() as session:
            session.execute(
                sa.insert(table).values(
                    image_id=self.upload,
                    name=holdings.TASK,
                    value='task-1',
                    deleted=False,
                )
            )
        out, err = self.assert_ran(1)
        self.assertIn('The task task-1 imports data into it', err)
        with database.writing() as session:
            session.execute(
                sa.delete(table).where(table.c.name == holdings.TASK)
            )
        out, err = self.assert_ran(0)
        self.assertIn('Glance: 1 handed over, 0 stay, 0 refused.\n', out)
        self.assert_owned(self.bob, self.going)

    def test_wherever_it_stops_running_it_again_ends_the_same(self):
        for stop in range(4):

            def note(count):
                if count == stop:
                    raise Boom

            with writes.Between(note, giving, '_write'):
                self.assertEqual(1, self.run_command()[0])
            names = [self.owner(one) for one in sorted(self.going)]
            self.assertEqual(max(0, stop - 1), names.count('bob'), names)
            self.assertEqual(4 - max(1, stop), names.count('alice'), names)
            self.assert_ran(0)
            self.assert_owned(self.bob, self.going)
            table = glance_models.ImageProperty.__table__
            with database.writing() as session:
                session.execute(
                    sa.update(table)
                    .where(table.c.value == 'bob')
                    .values(value='alice')
                )

    def test_image_that_changed_meanwhile_is_refused(self):
        of_user = holdings.of_user

        def changing(*args):
            found = of_user(*args)
            with contextlib.ExitStack() as stack:
                stack.enter_context(scopes.on_this_thread(scopes.EVERYBODY))
                self.root.patch(
                    f'images/{self.upload}',
                    {'op': 'add', 'path': '/user_id', 'value': 'carol'},
                )
                self.root.call('DELETE', f'images/{self.other}')
                self.writes(self.snapshot, status='saving')
            return found

        with fixtures.MonkeyPatch(
            'cloud_security.image.holdings.of_user', changing
        ):
            out, err = self.assert_ran(1)
        self.assertEqual(3, err.count('changed meanwhile: run'), err)
        self.assertEqual('carol', self.owner(self.upload))
        self.assertEqual('alice', self.owner(self.snapshot))

    def test_two_records_tell_who_did_it(self):
        logger = self.useFixture(
            fixtures.FakeLogger('cloud_security.image.giving')
        )
        self.useFixture(fixtures.EnvironmentVariable('SUDO_USER', 'olga'))
        self.assert_ran(0, '--image', self.upload)
        begun, done = logger.output.splitlines()
        record = {
            'by': 'olga',
            'from_user_id': 'alice',
            'to_user_id': 'bob',
            'project_id': cloud.PROJECT,
            'service': 'Glance',
            'things': [{'kind': 'image', 'id': self.upload}],
        }
        for line, event in (
            (begun, events.HANDING_OVER),
            (done, events.HANDED_OVER),
        ):
            self.assertTrue(line.startswith(f'{event} '))
            self.assertEqual(record, jsonutils.loads(line.split(' ', 1)[1]))

    def test_new_owner_without_role_gets_nothing(self):
        for user in ('eve', 'nobody'):
            out, err = self.assert_ran(1, to=user)
            self.assertEqual(1, err.count('\n'), err)
        self.assert_owned(self.alice, self.going)

    def test_servers_that_stay_keep_their_images(self):
        out, err = self.assert_ran(1, '--all', '--staying-server', SERVER)
        self.assertIn(
            f'It is of server {SERVER}, which is refused for now', err
        )
        self.assert_owned(self.alice, [self.snapshot])
        self.assert_owned(self.bob, [self.upload, self.other])


class TestChoice(HandOver):
    """Some of a user's images."""

    def test_images_of_a_server_change_hands(self):
        for spelled in (OTHER_SERVER, OTHER_SERVER.upper()):
            out, err = self.assert_ran(0, '--server', spelled)
        self.assertIn(f'Image {self.other} on server', out)
        self.assertIn('is theirs already', out)
        self.assert_owned(self.bob, [self.other])
        self.assert_owned(self.alice, [self.upload, self.snapshot])

    def test_image_of_somebody_else_stays(self):
        carols = self.snapshot_of(SERVER, self.carol)
        self.root.patch(
            f'images/{carols}',
            {'op': 'replace', 'path': '/user_id', 'value': 'carol'},
        )
        out, err = self.assert_ran(0, '--server', SERVER)
        self.assertIn(
            f'Image {carols} on server {SERVER} stays: it belongs to carol in '
            f'project {cloud.PROJECT}. It goes with --image and its owner in '
            '--from.',
            out,
        )
        self.assertIn('Glance: 1 handed over, 1 stay, 0 refused.\n', out)
        out, err = self.assert_ran(1, '--image', carols)
        self.assertIn('Mend --from or --project.', err)
        self.assertEqual('carol', self.owner(carols))

    def test_unknown_image_is_refused(self):
        out, err = self.assert_ran(1, '--image', cloud.UNKNOWN)
        self.assertIn(
            f'There is no image {cloud.UNKNOWN}, or it is deleted.', err
        )
        self.assert_owned(self.alice, self.going)
