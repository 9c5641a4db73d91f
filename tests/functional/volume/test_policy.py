# SPDX-License-Identifier: Apache-2.0
"""The drop-in makes a Cinder without the filter refuse members."""

from cinder import exception
from oslo_utils import uuidutils

from tests.functional.volume import cloud
from tests.functional.volume import operations
from tests.functional.volume import things

#: Cinder asks no policy for these: without the filter, the attachments of a
#: project stay open to its members, whatever the rules.
UNREFUSED = frozenset(
    {
        ('GET', 'attachments/{attachment}'),
        ('GET', 'attachments?marker={attachment}'),
        ('GET', 'attachments?volume_id={attached}'),
        ('GET', 'attachments/detail?sort=id:asc&limit=1'),
    }
)


class Policy(cloud.Cloud):
    FILTERED = False

    def setUp(self):
        super().setUp()
        self.patch(
            'cinder.image.glance.GlanceImageService.show',
            side_effect=exception.ImageNotFound(image_id='none'),
        )
        self.patch('cinder.backup.api.API._is_backup_service_enabled')
        self.alices = things.everything(
            'alice', self.vt['id'], things.group_type(self.vt['id'])
        )

    def served(self, account):
        """Return operations that succeed."""
        ids = dict(
            self.alices,
            **{f'own_{kind}': found for kind, found in self.alices.items()},
        )
        found = set()
        for operation in operations.ALL:
            path, body = operations.filled(operation, ids)
            kwargs = (
                {'version': operation.version} if operation.version else {}
            )
            response = account.call(operation.method, path, body, **kwargs)
            if response.status_code < 400:
                found.add((operation.method, operation.path))
        return found


class TestPolicy(Policy):
    def test_operations_of_members_are_refused(self):
        for account in (self.alice, self.bob, self.dan):
            self.assertEqual(set(), self.served(account) - UNREFUSED)

    def test_create_of_a_member_is_refused(self):
        for path, body in (
            ('volumes', {'volume': {'size': 1}}),
            ('volumes', {'volume': {'size': 1, 'imageRef': 'image'}}),
            (
                'groups',
                {
                    'group': {
                        'name': 'x',
                        'group_type': 'groups',
                        'volume_types': [self.vt['id']],
                    }
                },
            ),
        ):
            response = self.bob.call('POST', path, body)
            self.assertIn(
                response.status_code, (400, 403), (path, response.text)
            )
            self.assertNotIn('"id"', response.text)

    def test_admin_is_served(self):
        self.root.get(f'volumes/{self.alices["volume"]}')
        self.root.get('volumes/detail?all_tenants=1')
        made = self.root.post('volumes', {'volume': {'size': 1}})
        self.assertTrue(uuidutils.is_uuid_like(made['volume']['id']))


class TestPolicyOfOldDefaults(TestPolicy):
    """The same, with the rules that Cinder had before."""

    NEW_DEFAULTS = False
