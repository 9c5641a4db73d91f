# SPDX-License-Identifier: Apache-2.0
"""Every operation on a hidden thing is answered as for an unknown ID."""

import re

from cinder import exception
from oslo_utils import uuidutils

from tests.functional.volume import cloud
from tests.functional.volume import operations
from tests.functional.volume import things


class Operations(cloud.Cloud):
    def setUp(self):
        super().setUp()
        # What answers is Glance, which is not there.
        self.patch(
            'cinder.image.glance.GlanceImageService.show',
            side_effect=exception.ImageNotFound(image_id='none'),
        )
        # So is the volume service of these things.
        self.patch(
            'cinder.volume.rpcapi.VolumeAPI.attachment_delete',
            return_value=None,
        )
        self.patch('cinder.backup.api.API._is_backup_service_enabled')
        volume_type_id = self.vt['id']
        group_type_id = things.group_type(volume_type_id)
        self.alices = things.everything('alice', volume_type_id, group_type_id)
        self.bobs = things.everything('bob', volume_type_id, group_type_id)

    def request(self, account, operation, ids):
        path, body = operations.filled(operation, ids)
        kwargs = {'version': operation.version} if operation.version else {}
        return account.call(operation.method, path, body, **kwargs)

    def own(self, ids):
        return {f'own_{kind}': found for kind, found in ids.items()}

    def differing(self, account, own):
        """Yield operations that answer otherwise than for unknown IDs."""
        unknown = {kind: uuidutils.generate_uuid() for kind in self.alices}
        for operation in operations.ALL:
            responses = []
            for ids in (self.alices, unknown):
                response = self.request(
                    account, operation, dict(ids, **self.own(own))
                )
                text = re.sub(
                    r'req-[-0-9a-f]{36}|"(?:created|updated)_at": "[^"]*"',
                    '',
                    response.text,
                )
                for kind in sorted(ids):
                    text = text.replace(ids[kind], kind)
                responses.append((response.status_code, text))
            if responses[0] != responses[1]:
                yield operation, responses


class TestOperations(Operations):
    def test_operations_of_a_member_do_not_tell_hidden_from_unknown(self):
        self.assertEqual([], list(self.differing(self.bob, self.bobs)))

    def test_operations_of_the_owner_are_not_refused(self):
        failed = []
        for operation in operations.ALL:
            response = self.request(
                self.alice,
                operation,
                dict(self.alices, **self.own(self.alices)),
            )
            if response.status_code >= 500:
                failed.append((operation, response.text))
        self.assertEqual([], failed)


class TestOperationsOfReader(Operations):
    def test_operations_of_a_reader_do_not_tell_hidden_from_unknown(self):
        self.assertEqual([], list(self.differing(self.dan, self.bobs)))


class TestOperationsWithoutTheFilter(Operations):
    FILTERED = False
    DROPPED_IN = False

    def test_operations_of_a_member_tell_hidden_from_unknown(self):
        found = [one for one, _ in self.differing(self.bob, self.bobs)]
        self.assertGreater(len(found), len(operations.ALL) // 2)
