# SPDX-License-Identifier: Apache-2.0
"""``image adopt``: what it says and returns, with a Glance that is played."""

import collections
import contextlib
import types

import fixtures

from cloud_security import keystone as keystones
from tests.unit.cmd import manage_fixture

Snapshot = collections.namedtuple(
    'Snapshot', ['id', 'name', 'project_id', 'server_id', 'owner_id']
)
#: One of each fate: goes, theirs already, the project's, stays, is refused.
SNAPSHOTS = (
    Snapshot('goes', '', 'p', 's', None),
    Snapshot('theirs', '', 'p', 's', 'alice'),
    Snapshot('projects', '', 'p', 'gone', None),
    Snapshot('stays', '', 'p', 'gone', 'bob'),
    Snapshot('refused', '', 'p', 's', 'carol'),
)


class Refused(Exception):
    """Glance's rows changed."""


class TestAdoptImages(manage_fixture.Manage):
    def setUp(self):
        super().setUp()
        self.adopted = []
        self.plays(self)
        rooms = (
            types.SimpleNamespace(
                load=lambda args: None,
                keep_log=lambda: None,
                reading=contextlib.nullcontext,
            ),
            types.SimpleNamespace(
                snapshots=lambda project_id, images: [
                    one for one in SNAPSHOTS if not images or one.id in images
                ],
                adopt=self.adopt,
                Refused=Refused,
            ),
            None,
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.cmd.service_choice.sole_room',
                lambda *args: rooms,
            )
        )

    def plays(self, keystone):
        """Let something be Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def server_owners(self, project_id):
        """Return the owners of servers, as Nova spells IDs."""
        return {'S': 'alice'}

    def adopt(self, snapshot, to_id, operator):
        """Note who gets an image, or refuse."""
        if snapshot.id == 'refused':
            raise Refused('It was changed meanwhile.')
        self.adopted.append((snapshot.id, to_id))

    def test_each_fate_is_counted(self):
        code, out, err = self.manage('image', 'adopt')
        self.assertEqual(1, code)
        self.assertEqual([('goes', 'alice')], self.adopted)
        self.assertIn('1 went', out)
        self.assertIn('1 were theirs already, 2 stay, 1 refused.', out)
        self.assertIn('1 of them name no user', out)
        self.assertIn('changed meanwhile', err)
        self.assertIn('1 images were refused: run the same command', err)

    def test_image_that_is_named_is_the_only_one(self):
        code, out, err = self.manage('image', 'adopt', '--image', 'goes')
        self.assertEqual((0, ''), (code, err))
        self.assertEqual([('goes', 'alice')], self.adopted)
        self.assertIn('1 went to the owner of the server, 0 were', out)

    def test_image_that_no_server_has_is_refused(self):
        code, out, err = self.manage(
            'image', 'adopt', '--image', 'theirs', '--image', 'unknown'
        )
        self.assertEqual((1, []), (code, self.adopted))
        self.assertIn('There is no image unknown of a server, or', err)

    def test_dry_run_gives_nothing_away(self):
        code, out, err = self.manage('image', 'adopt', '--dry-run')
        self.assertEqual((0, '', []), (code, err, self.adopted))
        self.assertIn('2 would go to the owner of the server', out)
        self.assertIn('made by carol, would go to alice', out)

    def test_owners_that_nobody_tells_are_one_sentence(self):
        def silent(project_id):
            raise keystones.Unknown('Nova does not tell: 403')

        for keystone in (None, types.SimpleNamespace(server_owners=silent)):
            self.plays(keystone)
            code, out, err = self.manage('image', 'adopt')
            self.assertEqual((1, '', []), (code, out, self.adopted))
            self.assertEqual(1, err.count('\n'), err)
            self.assertIn('of an admin', err)
            self.assertTrue(err.endswith('Nothing was changed.\n'), err)
