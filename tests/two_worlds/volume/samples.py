# SPDX-License-Identifier: Apache-2.0
"""Bodies from Cinder's JSON schemas."""

from cinder import exception
from cinder.api.validation import validators
import webob.exc

from tests.two_worlds import schemas

#: What fits a property of this name, where its schema lets it.
NAMED = {
    'volume_id': '<hidden.free>',
    'volume_uuid': '<hidden.free>',
    'instance_uuid': schemas.UNKNOWN,
    'instance_id': schemas.UNKNOWN,
    'source_volid': '<hidden.free>',
    'snapshot_id': '<hidden.snapshot>',
    'backup_id': '<hidden.backup>',
    'group_id': '<hidden.group>',
    'consistencygroup_id': '<hidden.group>',
    'source_group_id': '<hidden.group>',
    'group_snapshot_id': '<hidden.groupsnapshot>',
    'cgsnapshot_id': '<hidden.groupsnapshot>',
    'source_cgid': '<hidden.group>',
    'attachment_id': '<hidden.attachment>',
    'add_volumes': '<hidden.free>',
    'remove_volumes': '<hidden.grouped>',
    'new_volume': '<hidden.free>',
    'same_host': ['<hidden.free>'],
    'different_host': ['<hidden.free>'],
    'local_to_instance': schemas.UNKNOWN,
    'id': '<hidden.free>',
    'resource_id': '<hidden.free>',
    'name': 'sample',
    'volume_type': 'plain',
    'volume_types': ['plain'],
    'group_type': 'sheep',
    'size': 1,
    'new_size': 2,
    'new_type': 'other',
    'migration_policy': 'never',
    'image_id': None,
    'imageRef': None,
    'image_name': 'sample',
    'availability_zone': None,
    'multiattach': False,
    'metadata': {'key': 'value'},
    'mountpoint': '/dev/vdc',
    'mode': 'rw',
    'connector': {'host': 'here', 'initiator': 'iqn.here'},
    'status': 'available',
    'auth_key': '0123456789abcdef',
    'force': False,
}
#: The first that a schema accepts is taken.
CANDIDATES = (
    'sample',
    '1',
    1,
    True,
    None,
    schemas.UNKNOWN,
    '2026-01-01T00:00:00',
    'a',
    0,
    {},
    {'key': 'value'},
    [],
)

SAMPLES = schemas.Samples(
    NAMED,
    CANDIDATES,
    '<hidden.free>',
    validators._SchemaValidator,
    # Some formats fail otherwise for what they do not expect.
    (
        exception.CinderException,
        webob.exc.HTTPException,
        *(AttributeError, TypeError, KeyError, ValueError),
    ),
)
