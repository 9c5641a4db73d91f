# SPDX-License-Identifier: Apache-2.0
"""Operations on things that have an owner, as data.

``{volume}`` and the like stand for the ID of such a thing, ``{own_volume}``
for one of the caller's own. What changes most stands last.
"""

import collections
import re

from oslo_serialization import jsonutils

Operation = collections.namedtuple('Operation', 'method path body version')


def _of(method, path, body=None, version=None):
    return Operation(method, path, body, version)


def _act(path, name, arguments=None, version=None):
    return _of('POST', f'{path}/action', {name: arguments}, version)


READS = [
    _of('GET', path, version=version)
    for version in ('3.0', None)
    for path in (
        'volumes/{volume}',
        'volumes/{volume}.json',
        'volumes/{volume}/metadata',
        'volumes/{volume}/metadata/key',
        'volumes/{volume}/encryption',
        'snapshots/{snapshot}',
        'snapshots/{snapshot}/metadata',
        'snapshots/{snapshot}/metadata/key',
        'backups/{backup}',
        'backups/{backup}/export_record',
        'groups/{group}',
        'group_snapshots/{group_snapshot}',
        'consistencygroups/{consistencygroup}',
        'cgsnapshots/{cgsnapshot}',
        'attachments/{attachment}',
        'volume-transfers/{transfer}',
        'os-volume-transfer/{transfer}',
        'messages/{message_volume}',
        'messages/{message_snapshot}',
        'messages/{message_backup}',
    )
] + [
    _of('GET', path, version=version)
    for version in ('3.31', '3.34', None)
    for path in (
        'volumes?marker={volume}',
        'snapshots?marker={snapshot}',
        'backups?marker={backup}',
        'groups?marker={group}',
        'group_snapshots?marker={group_snapshot}',
        'attachments?marker={attachment}',
        'messages?marker={message_volume}',
        'snapshots?volume_id={volume}',
        'backups?volume_id={volume}',
        'attachments?volume_id={attached}',
        'volumes?group_id={group}',
        'volumes?id={volume}',
        'messages?resource_uuid={volume}',
        'volume-transfers?volume_id={offered}',
        'snapshots?availability_zone=nova&sort=created_at:asc',
        'snapshots/detail?metadata={"a":"b"}&offset=1',
        'volumes/detail?metadata={"a":"b"}&sort=name:desc,size',
        'volumes/detail?glance_metadata={"a":"b"}&name~=of',
        'backups/detail?sort=name:asc&limit=1&with_count=true',
        'groups/detail?list_volume=true&sort=name:asc&limit=1',
        'attachments/detail?sort=id:asc&limit=1',
        'messages?sort=event_id:asc&limit=1',
    )
]
CHANGES = [
    _of('PUT', 'volumes/{volume}', {'volume': {'name': 'new'}}),
    _of('POST', 'volumes/{volume}/metadata', {'metadata': {'a': 'b'}}),
    _of('PUT', 'volumes/{volume}/metadata', {'metadata': {'a': 'b'}}),
    _of('PUT', 'volumes/{volume}/metadata/a', {'meta': {'a': 'c'}}),
    _of('DELETE', 'volumes/{volume}/metadata/a'),
    _act(
        'volumes/{volume}', 'os-set_image_metadata', {'metadata': {'a': 'b'}}
    ),
    _act('volumes/{volume}', 'os-show_image_metadata'),
    _act('volumes/{volume}', 'os-unset_image_metadata', {'key': 'a'}),
    _act('volumes/{volume}', 'os-set_bootable', {'bootable': True}),
    _act('volumes/{volume}', 'os-update_readonly_flag', {'readonly': False}),
    _act('volumes/{volume}', 'os-extend', {'new_size': 1}),
    _act('volumes/{volume}', 'os-retype', {'new_type': 'other'}),
    _act('volumes/{volume}', 'os-reserve'),
    _act('volumes/{volume}', 'os-unreserve'),
    _act('volumes/{volume}', 'os-begin_detaching'),
    _act('volumes/{volume}', 'os-roll_detaching'),
    _act('volumes/{volume}', 'os-reset_status', {'status': 'error'}),
    _act('volumes/{volume}', 'os-force_delete'),
    _act('volumes/{volume}', 'os-unmanage'),
    _act('volumes/{volume}', 'os-unknown'),
    _act('volumes/{volume}', 'revert', {'snapshot_id': '{snapshot}'}, '3.40'),
    _act(
        'volumes/{own_volume}', 'revert', {'snapshot_id': '{snapshot}'}, '3.40'
    ),
    _act(
        'volumes/{volume}',
        'os-volume_upload_image',
        {'image_name': 'image', 'force': True},
    ),
    _act(
        'volumes/{volume}',
        'os-reimage',
        {'image_id': '155d900f-4e14-4e4c-a73d-069cbf4541e6'},
    ),
    *(
        _of('POST', 'volumes', {'volume': dict({'size': 1}, **{key: value})})
        for key, value in (
            ('source_volid', '{volume}'),
            ('snapshot_id', '{snapshot}'),
            ('backup_id', '{backup}'),
            ('group_id', '{group}'),
            ('consistencygroup_id', '{consistencygroup}'),
        )
    ),
    _of('POST', 'snapshots', {'snapshot': {'volume_id': '{volume}'}}),
    _of('POST', 'backups', {'backup': {'volume_id': '{volume}'}}),
    _of(
        'POST',
        'backups',
        {'backup': {'volume_id': '{own_volume}', 'snapshot_id': '{snapshot}'}},
    ),
    _of('PUT', 'snapshots/{snapshot}', {'snapshot': {'name': 'new'}}),
    _of('POST', 'snapshots/{snapshot}/metadata', {'metadata': {'a': 'b'}}),
    _of('PUT', 'snapshots/{snapshot}/metadata', {'metadata': {'a': 'b'}}),
    _of('PUT', 'snapshots/{snapshot}/metadata/a', {'meta': {'a': 'c'}}),
    _of('DELETE', 'snapshots/{snapshot}/metadata/a'),
    _act('snapshots/{snapshot}', 'os-reset_status', {'status': 'error'}),
    _act('snapshots/{snapshot}', 'os-force_delete'),
    _act(
        'snapshots/{snapshot}',
        'os-update_snapshot_status',
        {'status': 'available'},
    ),
    _of('PUT', 'backups/{backup}', {'backup': {'name': 'new'}}),
    _of('POST', 'backups/{backup}/restore', {'restore': {}}),
    _of(
        'POST',
        'backups/{own_backup}/restore',
        {'restore': {'volume_id': '{volume}'}},
    ),
    _act('backups/{backup}', 'os-force_delete'),
    _of('PUT', 'groups/{group}', {'group': {'name': 'new'}}),
    _of(
        'PUT',
        'groups/{own_group}',
        {'group': {'add_volumes': '{volume}'}},
    ),
    _of(
        'PUT',
        'groups/{own_group}',
        {'group': {'remove_volumes': '{volume}'}},
    ),
    *(
        _of(
            'POST',
            'groups/action',
            {'create-from-src': {key: value, 'name': 'new'}},
        )
        for key, value in (
            ('source_group_id', '{group}'),
            ('group_snapshot_id', '{group_snapshot}'),
        )
    ),
    _of(
        'POST',
        'group_snapshots',
        {'group_snapshot': {'group_id': '{group}', 'name': 'new'}},
    ),
    _of(
        'PUT',
        'group_snapshots/{group_snapshot}',
        {'group_snapshot': {'name': 'new'}},
    ),
    _act('groups/{group}', 'reset_status', {'status': 'error'}),
    _act('groups/{group}', 'enable_replication', {}),
    _act('groups/{group}', 'list_replication_targets', {}),
    _of(
        'POST',
        'attachments',
        {'attachment': {'volume_uuid': '{volume}', 'instance_uuid': None}},
    ),
    _act('attachments/{attachment}', 'os-complete', None),
    _of('POST', 'volume-transfers', {'transfer': {'volume_id': '{volume}'}}),
    _of(
        'POST',
        'volume-transfers/{transfer}/accept',
        {'accept': {'auth_key': 'wrong'}},
    ),
]
DELETES = [
    _of('DELETE', 'messages/{message_volume}'),
    _of('DELETE', 'messages/{message_snapshot}'),
    _of('DELETE', 'messages/{message_backup}'),
    _of('DELETE', 'volume-transfers/{transfer}'),
    _of('DELETE', 'os-volume-transfer/{transfer}'),
    _of('DELETE', 'attachments/{attachment}'),
    _of('DELETE', 'backups/{backup}'),
    _of('DELETE', 'snapshots/{snapshot}'),
    _of('DELETE', 'group_snapshots/{group_snapshot}'),
    _of('DELETE', 'cgsnapshots/{cgsnapshot}'),
    _act('groups/{group}', 'delete', {'delete-volumes': False}),
    _act('groups/{group}', 'delete', {'delete-volumes': True}),
    _of('POST', 'consistencygroups/{consistencygroup}/delete', {}),
    _of('DELETE', 'volumes/{volume}?cascade=True'),
    _of('DELETE', 'volumes/{volume}'),
]
ALL = READS + CHANGES + DELETES


def filled(operation, ids):
    """Return path and body of an operation, with IDs in their places."""

    def replaced(text):
        return re.sub(r'\{(\w+)\}', lambda found: ids[found.group(1)], text)

    body = operation.body and jsonutils.loads(
        replaced(jsonutils.dumps(operation.body))
    )
    return replaced(operation.path), body
