# SPDX-License-Identifier: Apache-2.0
"""Counts of what crosses owners, before isolation is enforced."""

import contextlib

import fixtures
from oslo_db import exception as db_exception
from oslo_serialization import jsonutils

from cloud_security import keystone as keystones
from cloud_security.visibility import scope as scopes
from cloud_security.volume import crossings
from tests.functional import commands
from tests.functional.volume import cloud
from tests.functional.volume import things

SERVER = things.SERVER
BOBS_SERVER = '5b0d7c51-96a1-4a7c-8df0-4a6de9f6a111'
GONE_SERVER = '6c1e8d62-07b2-4b8d-9e01-5b7ef0a7b222'
SNAPSHOT = 'snapshot of a volume of another owner'
BACKUP = 'backup of a volume of another owner'
GROUPED = 'volume in a group of another owner'
GROUP_SNAPSHOT = 'group snapshot of a group of another owner'


class Keystone:
    """Knows one project, and the owners of two servers."""

    def __init__(self, error=None):
        self.error = error

    def project(self, text):
        """Return the project with this ID or name."""
        if text in ('atlas', cloud.PROJECT):
            return keystones.Found(cloud.PROJECT, 'atlas', True)
        return None

    def server_owners(self, project_id):
        """Return the owners of servers."""
        if self.error:
            raise self.error
        return {SERVER: 'alice', BOBS_SERVER: 'bob'}


class TestCrossings(cloud.Cloud):
    def setUp(self):
        super().setUp()
        stack = contextlib.ExitStack()
        stack.enter_context(scopes.on_this_thread(scopes.EVERYBODY))
        self.addCleanup(stack.close)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.volume.config.load', lambda *args: None
            )
        )
        self.asks(Keystone())
        self.group_type_id = things.group_type(self.vt['id'])
        # One of each, all hers: her server has her volume.
        self.alices = things.everything(
            'alice', self.vt['id'], self.group_type_id
        )

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def crossings(self, *arguments):
        """Return the rows of the command as JSON has them, and errors."""
        code, out, err = commands.run(
            'volume', 'crossings', '-f', 'json', *arguments
        )
        self.assertEqual(0, code, err)
        return jsonutils.loads(out), err

    def assert_counted(self, *expected, arguments=()):
        """Expect counts beside the one pending transfer."""
        found, err = self.crossings(*arguments)
        counts = {row['kind']: row['count'] for row in found}
        self.assertEqual(1, counts.pop(crossings.TRANSFER))
        self.assertEqual(dict(expected), counts)

    def test_own_things_cross_nothing_but_a_pending_transfer_does(self):
        self.assert_counted()
        [row], err = self.crossings('--details')
        self.assertEqual('', err)
        self.assertEqual(
            {
                'kind': crossings.TRANSFER,
                'project_id': cloud.PROJECT,
                'id': self.alices['offered'],
                'owner_id': 'alice',
                'of_id': self.alices['transfer'],
                'of_owner_id': None,
            },
            row,
        )

    def test_what_is_made_of_or_put_into_anothers_is_counted(self):
        volume_id, group_id = self.alices['volume'], self.alices['group']
        made = {
            SNAPSHOT: things.snapshot('carol', volume_id),
            BACKUP: things.backup('carol', volume_id),
            GROUPED: things.volume('carol', self.vt['id'], group_id=group_id),
            GROUP_SNAPSHOT: things.group_snapshot(
                'carol', group_id, self.group_type_id
            ),
        }
        self.assert_counted(*((kind, 1) for kind in made))
        details, err = self.crossings('--details')
        self.assertEqual(
            {
                (kind, made[kind], 'carol', of_id, 'alice')
                for kind, of_id in (
                    (SNAPSHOT, volume_id),
                    (BACKUP, volume_id),
                    (GROUPED, group_id),
                    (GROUP_SNAPSHOT, group_id),
                )
            },
            {
                tuple(
                    row[name]
                    for name in (
                        *('kind', 'id', 'owner_id', 'of_id'),
                        'of_owner_id',
                    )
                )
                for row in details
                if row['kind'] != crossings.TRANSFER
            },
        )

    def test_volumes_on_servers_of_others_are_counted(self):
        for server_id, kind in (
            (BOBS_SERVER, crossings.ATTACHMENT),
            (GONE_SERVER, crossings.UNKNOWN),
        ):
            volume_id = things.volume('alice', self.vt['id'])
            things.attach('alice', volume_id, server_id)
            details, err = self.crossings('--details')
            self.assertIn(
                {
                    'kind': kind,
                    'project_id': cloud.PROJECT,
                    'id': volume_id,
                    'owner_id': 'alice',
                    'of_id': server_id,
                    'of_owner_id': 'bob' if server_id == BOBS_SERVER else None,
                },
                details,
            )
        self.assert_counted((crossings.ATTACHMENT, 1), (crossings.UNKNOWN, 1))

    def test_owners_of_servers_that_nobody_tells_are_told_of(self):
        volume_id = things.volume('alice', self.vt['id'])
        things.attach('alice', volume_id, BOBS_SERVER)
        for keystone, why in (
            (None, 'no OS_ variables are set'),
            (
                Keystone(keystones.Unknown('Nova does not tell: 403')),
                'Nova does not tell: 403',
            ),
        ):
            self.asks(keystone)
            self.assert_counted()
            _, err = self.crossings()
            self.assertIn('The owners of servers were not looked at', err)
            self.assertIn(f'({why})', err)

    def test_only_the_project_that_is_named_is_looked_at(self):
        self.assert_counted(arguments=('--project', 'atlas'))
        self.assertEqual([], list(crossings.found('f' * 32, {})))

    def test_deleted_and_ownerless_things_cross_nothing(self):
        snapshot_id = things.snapshot('carol', self.alices['volume'])
        self.assert_counted((SNAPSHOT, 1))
        for values in ({'deleted': True}, {'user_id': None}):
            things.write('snapshot', snapshot_id, **values)
            self.assert_counted()
            things.write(
                'snapshot', snapshot_id, deleted=False, user_id='carol'
            )
        things.write('volume', self.alices['volume'], deleted=True)
        self.assert_counted()

    def test_dead_database_is_one_sentence(self):
        def dead(*args):
            raise db_exception.DBConnectionError(Exception('refused'))

        self.useFixture(
            fixtures.MonkeyPatch('cloud_security.volume.crossings.found', dead)
        )
        code, out, err = commands.run('volume', 'crossings')
        self.assertEqual((1, ''), (code, out))
        self.assertEqual(1, err.count('\n'), err)
        self.assertIn("Cinder's database does not answer", err)
