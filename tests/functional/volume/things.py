# SPDX-License-Identifier: Apache-2.0
"""One thing of each kind, written into Cinder's database for an owner."""

import contextlib

from cinder import context as cinder_context
from cinder.objects import fields
from cinder.tests.unit import utils
from cinder.transfer import api as transfer_api
from oslo_utils import uuidutils
import sqlalchemy as sa

from cloud_security.visibility import scope as scopes
from cloud_security.volume.database import api as db
from cloud_security.volume.database import models
from cloud_security.volume.database import writing
from tests.functional.volume import cloud

SERVER = '0d3f2a6c-1f0e-4b8e-9a51-7f3a5a0f3c11'
HOST = 'elsewhere@fake#pool'


@contextlib.contextmanager
def as_database(user_id):
    """Write into the database as an admin whose rows are a user's."""
    context = cinder_context.RequestContext(
        user_id=user_id,
        project_id=cloud.PROJECT,
        is_admin=True,
        overwrite=False,
    )
    with scopes.on_this_thread(scopes.EVERYBODY):
        yield context


def volume(user_id, volume_type_id, **values):
    """Write a volume; return its ID."""
    with as_database(user_id) as context:
        return utils.create_volume(
            context,
            HOST,
            f'of-{user_id}',
            volume_type_id=volume_type_id,
            availability_zone='nova',
            **values,
        ).id


def snapshot(user_id, volume_id, **values):
    """Write a snapshot; return its ID."""
    with as_database(user_id) as context:
        return utils.create_snapshot(
            context,
            volume_id,
            f'of-{user_id}',
            status='available',
            **values,
        ).id


def backup(user_id, volume_id, **values):
    """Write a backup; return its ID."""
    with as_database(user_id) as context:
        return utils.create_backup(
            context,
            volume_id,
            f'of-{user_id}',
            status='available',
            size=1,
            service='cinder.tests.unit.backup.fake_service',
            **values,
        ).id


def attach(user_id, volume_id, server_id):
    """Write an attachment of a volume to a server."""
    with as_database(user_id) as context:
        utils.attach_volume(
            context, volume_id, server_id, 'somewhere', '/dev/vdb'
        )


def message(user_id, kind, resource_id):
    """Write a message about something; return its ID."""
    made = uuidutils.generate_uuid()
    with as_database(user_id) as context:
        db.message_create(
            context,
            {
                'id': made,
                'project_id': cloud.PROJECT,
                'request_id': 'req-0',
                'resource_type': kind,
                'resource_uuid': resource_id,
                'event_id': f'VOLUME_{kind}_013_001',
                'action_id': '013',
                'detail_id': '001',
                'message_level': 'ERROR',
            },
        )
    return made


def group_type(volume_type_id):
    """Write a group type; return its ID."""
    with as_database('root') as context:
        return db.group_type_create(
            context, {'name': 'groups', 'is_public': True}
        ).id


def everything(user_id, volume_type_id, group_type_id):
    """Write one thing of each kind; return their IDs by kind."""
    made = {'volume': volume(user_id, volume_type_id)}
    made['snapshot'] = snapshot(user_id, made['volume'])
    made['backup'] = backup(user_id, made['volume'])
    made['attached'] = volume(user_id, volume_type_id)
    made['offered'] = volume(user_id, volume_type_id)
    with as_database(user_id) as context:
        utils.attach_volume(
            context, made['attached'], SERVER, 'somewhere', '/dev/vdb'
        )
        [attachment] = db.volume_attachment_get_all_by_volume_id(
            context, made['attached']
        )
        made['attachment'] = attachment.id
        offer = transfer_api.API().create(context, made['offered'], 'offer')
        made['transfer'], made['auth_key'] = offer['id'], offer['auth_key']
        made['group'] = utils.create_group(
            context,
            HOST,
            group_type_id=group_type_id,
            volume_type_ids=[volume_type_id],
        ).id
        # Neither group may be empty when a snapshot of it is made.
        made['grouped'] = volume(
            user_id, volume_type_id, group_id=made['group']
        )
        made['group_snapshot'] = group_snapshot(
            user_id, made['group'], group_type_id
        )
        made['consistencygroup'] = utils.create_consistencygroup(
            context, HOST, volume_type_id=volume_type_id
        ).id
        volume(
            user_id,
            volume_type_id,
            consistencygroup_id=made['consistencygroup'],
        )
        made['cgsnapshot'] = utils.create_cgsnapshot(
            context,
            made['consistencygroup'],
            status='available',
            recursive_create_if_needed=False,
        ).id
    for kind, name in (
        ('VOLUME', 'volume'),
        ('VOLUME_SNAPSHOT', 'snapshot'),
        ('VOLUME_BACKUP', 'backup'),
    ):
        made[f'message_{name}'] = message(user_id, kind, made[name])
    return made


def group_snapshot(user_id, group_id, group_type_id):
    """Write a snapshot of a group; return its ID."""
    with as_database(user_id) as context:
        return utils.create_group_snapshot(
            context,
            group_id,
            group_type_id,
            status=fields.GroupSnapshotStatus.AVAILABLE,
            recursive_create_if_needed=False,
        ).id


def write(kind, row_id, **values):
    """Write into the row of a volume, snapshot or backup."""
    model = {
        'volume': models.Volume,
        'snapshot': models.Snapshot,
        'backup': models.Backup,
    }[kind]
    with writing() as session:
        session.execute(
            sa.update(model).where(model.id == row_id).values(**values)
        )


def forget_group_snapshot(group_snapshot_id):
    """Delete a group snapshot, as the volume service does in the end."""
    with as_database('root') as context:
        db.group_snapshot_destroy(context, group_snapshot_id)
