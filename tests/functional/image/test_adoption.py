# SPDX-License-Identifier: Apache-2.0
"""Images of servers get the owners of these servers, whenever it stops."""

import contextlib

import fixtures
from glance.db.sqlalchemy import models as glance_models
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security import keystone as keystones
from cloud_security.audit import events
from cloud_security.image import adoption
from cloud_security.image import database
from cloud_security.visibility import scope as scopes
from tests.functional import commands
from tests.functional.image import cloud

SERVER = '0d3f2a6c-1f0e-4b8e-9a51-7f3a5a0f3c11'
BOBS_SERVER = '5b0d7c51-96a1-4a7c-8df0-4a6de9f6a111'
GONE_SERVER = '6c1e8d62-07b2-4b8d-9e01-5b7ef0a7b222'
OTHER_PROJECT = 'f' * 32


class Boom(Exception):
    """The process ends here."""


class Keystone:
    """Knows one project, and the owners of its servers."""

    def __init__(self, error=None):
        self.error = error

    def project(self, text):
        """Return the project with this ID or name."""
        if text in ('atlas', cloud.PROJECT):
            return keystones.Found(cloud.PROJECT, 'atlas', True)
        return None

    def server_owners(self, project_id):
        """Return the owners of the servers in a project."""
        if self.error:
            raise self.error
        if project_id != cloud.PROJECT:
            return {}
        return {SERVER: 'alice', BOBS_SERVER: 'bob'}


class TestAdoption(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.asks(Keystone())
        for name in ('load', 'keep_log'):
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'cloud_security.image.config.{name}', lambda *args: None
                )
            )

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def adopt(self, *arguments):
        """Run the command; return code, output and errors."""
        # Commands have a process of their own, without the filter.
        with scopes.on_this_thread(scopes.EVERYBODY):
            return commands.run('image', 'adopt', *arguments)

    def assert_adopted(self, *words, code=0, arguments=()):
        """Run the command, and expect some words in what it says."""
        found, out, err = self.adopt(*arguments)
        self.assertEqual(code, found, out + err)
        for word in words:
            self.assertIn(word, out + err)
        return out + err

    def nameless(self, server_id=SERVER, is_new=True, account=None, **body):
        """Make an image of a server that names no user.

        :param is_new: whether it never named one
        """
        image_id = (account or self.alice).create(
            visibility='private', instance_uuid=server_id, **body
        )['id']
        if is_new:
            table = glance_models.ImageProperty.__table__
            with database.writing() as session:
                session.execute(
                    sa.delete(table).where(
                        table.c.image_id == image_id,
                        table.c.name == 'user_id',
                    )
                )
        else:
            self.root.patch(
                f'images/{image_id}', {'op': 'remove', 'path': '/user_id'}
            )
        return image_id

    def made_by_carol(self):
        """Make an image of Alice's server, which a manager has made."""
        return self.carol.create(
            visibility='private', instance_uuid=SERVER, user_id='carol'
        )['id']

    def test_images_get_the_owner_of_their_server(self):
        images = [
            self.nameless(),
            self.nameless(is_new=False),
            self.nameless(SERVER.upper()),
            self.made_by_carol(),
        ]
        upload = self.bob.image(data=None)
        self.assertEqual(
            {*images[:3], upload}, set(self.bob.ids()), 'before adoption'
        )
        self.assert_adopted('4 went to the owner of the server, 0 were')
        self.assertEqual(set(images), set(self.alice.ids()))
        self.assertEqual([upload], self.bob.ids())
        for image_id in images:
            self.assertEqual('alice', self.owner(image_id))
        self.assert_adopted('0 went', '4 were theirs already, 0 stay')

    def test_dry_run_changes_nothing(self):
        nameless, made = self.nameless(), self.made_by_carol()
        out = self.assert_adopted(
            f'{nameless} of server {SERVER}, which names no user, would go to '
            'alice',
            f'{made} of server {SERVER}, made by carol, would go to alice',
            '2 would go to',
            arguments=('--dry-run',),
        )
        self.assertNotIn('goes', out)
        self.assertEqual('carol', self.owner(made))
        self.assertEqual([nameless], self.dan.ids())

    def test_images_without_server_stay(self):
        nameless = self.nameless(GONE_SERVER)
        named = self.bob.create(
            visibility='private', instance_uuid=GONE_SERVER, user_id='bob'
        )['id']
        # The server is in another project.
        foreign = self.nameless(account=self.eve)
        self.assert_adopted(
            '3 images have no server any more in their project: 2 of them',
            '1 stay with the user',
            '0 went to',
        )
        self.assertEqual('bob', self.owner(named))
        self.assertEqual([nameless], self.dan.ids())
        self.assertEqual([foreign], self.eve.ids())

    def test_one_project_can_be_chosen(self):
        self.nameless()
        self.assert_adopted('1 went', arguments=('--project', 'atlas'))
        self.assert_adopted(
            'Keystone knows no project', code=1, arguments=('--project', 'x')
        )

    def test_images_can_be_chosen(self):
        chosen, other = self.nameless(), self.nameless()
        self.assert_adopted('1 went', arguments=('--image', chosen))
        self.assertEqual('alice', self.owner(chosen))
        self.assertEqual([other], self.dan.ids())

    def test_nova_that_does_not_tell_changes_nothing(self):
        image_id = self.nameless()
        error = keystones.Unknown('Nova does not tell: 403')
        for keystone, why in (
            (None, 'no OS_ variables are set'),
            (Keystone(error), 'Nova does not tell: 403'),
        ):
            self.asks(keystone)
            self.assert_adopted(
                why, 'of an admin', 'Nothing was changed.', code=1
            )
        self.assertEqual([image_id], self.dan.ids())

    def test_image_that_waits_for_data_is_refused(self):
        image_id = self.nameless()
        table = glance_models.Image.__table__
        for status, code in (('saving', 1), ('active', 0)):
            with database.writing() as session:
                session.execute(
                    sa.update(table)
                    .where(table.c.id == image_id)
                    .values(status=status)
                )
            self.assertEqual(code, self.adopt()[0], status)
        self.assertEqual('alice', self.owner(image_id))

    def test_image_that_changed_meanwhile_is_refused(self):
        images = [self.made_by_carol(), self.nameless(), self.nameless()]
        found = adoption.snapshots
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.image.adoption.snapshots',
                lambda *_: self._change_behind(found, *images),
            )
        )
        out = self.assert_adopted('3 images were refused', code=1)
        self.assertIn('changed meanwhile: run the command again', out)
        for image_id in images[:2]:
            self.assertEqual('bob', self.owner(image_id))

    def _change_behind(self, find, made, nameless, deleted):
        snapshots = find(None)
        with contextlib.ExitStack() as stack:
            stack.enter_context(scopes.on_this_thread(scopes.EVERYBODY))
            for image_id in (made, nameless):
                self.root.patch(
                    f'images/{image_id}',
                    {'op': 'add', 'path': '/user_id', 'value': 'bob'},
                )
            self.root.call('DELETE', f'images/{deleted}')
        return snapshots

    def test_interrupted_run_leaves_whole_images_and_is_repeated(self):
        images = [self.made_by_carol(), self.nameless(), self.nameless()]
        steps = []

        def stop(connection, cursor, statement, *_):
            if statement.startswith(('UPDATE', 'INSERT')):
                steps.append(statement)
                # Five would give all of them.
                if len(steps) == 4:
                    raise Boom

        engine = database.api.get_engine()
        sa.event.listen(engine, 'before_cursor_execute', stop)
        self.addCleanup(sa.event.remove, engine, 'before_cursor_execute', stop)
        self.assertEqual(1, self.adopt()[0])
        owners = [
            self.root.get(f'images/{image_id}').get('user_id')
            for image_id in images
        ]
        gone = owners.count('alice')
        self.assertIn(gone, (1, 2), owners)
        self.assert_adopted(f'{3 - gone} went', f'{gone} were theirs already')
        self.assertEqual(set(images), set(self.alice.ids()))

    def test_two_records_tell_who_did_it(self):
        image_id = self.made_by_carol()
        logger = self.useFixture(
            fixtures.FakeLogger('cloud_security.image.giving')
        )
        self.useFixture(fixtures.EnvironmentVariable('SUDO_USER', 'olga'))
        self.assert_adopted('1 went')
        begun, done = logger.output.splitlines()
        record = {
            'by': 'olga',
            'from_user_id': 'carol',
            'to_user_id': 'alice',
            'project_id': cloud.PROJECT,
            'server_id': SERVER,
            'service': 'Glance',
            'things': [{'kind': 'image', 'id': image_id}],
        }
        for line, event in (
            (begun, events.HANDING_OVER),
            (done, events.HANDED_OVER),
        ):
            self.assertTrue(line.startswith(f'{event} '))
            self.assertEqual(record, jsonutils.loads(line.split(' ', 1)[1]))
