# SPDX-License-Identifier: Apache-2.0
"""Values that the walk puts into paths, queries, headers and bodies."""

from tests.two_worlds.volume import fleet

PROJECT = '6f70656e737461636b20342065766572'
VOLUMES = (
    *('free', 'attached', 'reserved', 'detaching', 'offered', 'snapped'),
    *('backed', 'grouped', 'encrypted', 'multi', 'bootable', 'failing'),
    *('broken', 'deleted', 'cloned', 'source', 'thawed', 'sheep'),
    *('failed', 'managed'),
)
SNAPSHOTS = (
    *('snapshot', 'sheepsnapshot', 'brokensnapshot', 'frozen'),
    *('failedsnapshot', 'managedsnapshot'),
)
BACKUPS = ('backup', 'failedbackup', 'managedbackup')
GROUPS = ('group', 'emptygroup', 'flock', 'managedgroup')
#: Things whose ID stands behind a word in a path.
THINGS = {
    'volumes': VOLUMES,
    'snapshots': SNAPSHOTS,
    'backups': BACKUPS,
    'attachments': ('attachment', 'reservation', 'multiattachment'),
    'volume-transfers': ('transfer',),
    'os-volume-transfer': ('transfer',),
    'groups': GROUPS,
    'consistencygroups': GROUPS,
    'group_snapshots': ('groupsnapshot', 'managedgroupsnapshot'),
    'cgsnapshots': ('groupsnapshot', 'managedgroupsnapshot'),
    'messages': ('message',),
}
#: IDs that stand behind other words.
PARTS = {
    'types': ('<type.plain>', '<type.encrypted>'),
    'group_types': ('<grouptype.sheep>',),
    'qos-specs': ('<qos>',),
    'os-quota-sets': (PROJECT,),
    'os-quota-class-sets': ('default',),
    'metadata': ('of', 'key'),
    'encryption': ('encryption_id', 'cipher'),
    'os-hosts': ('host1',),
    'capabilities': ('host1',),
    'extensions': ('os-quota-sets',),
    'extra_specs': ('key',),
    'group_specs': ('key',),
    'default-types': (PROJECT,),
}
#: Lists of things, with the key of what they list.
LISTS = (
    *('/volumes', '/volumes/detail', '/volumes/summary'),
    *('/snapshots', '/snapshots/detail', '/backups', '/backups/detail'),
    *('/groups', '/groups/detail', '/messages'),
    *('/group_snapshots', '/group_snapshots/detail'),
    *('/attachments', '/attachments/detail'),
    *('/volume-transfers', '/volume-transfers/detail'),
    *('/os-volume-transfer', '/os-volume-transfer/detail'),
    *('/consistencygroups', '/consistencygroups/detail'),
    *('/cgsnapshots', '/cgsnapshots/detail'),
)


def _both(*names):
    return tuple(
        f'<{kind}.{name}>' for name in names for kind in ('hidden', 'own')
    )


#: Values for each name in a query of a list.
VALUES = {
    'name': ('free-of-alice', 'free-of-bob', 'snapshot-of-alice'),
    'name~': ('of-alice', 'of-bob', 'of'),
    'display_name': ('free-of-alice',),
    'display_name~': ('alice',),
    'status': ('available', 'error', 'in-use', 'nonsense'),
    'status~': ('avail',),
    'marker': (
        *_both('free', 'deleted', 'snapshot', 'backup', 'group'),
        *_both('groupsnapshot', 'attachment', 'transfer', 'message'),
        '<unknown>',
        '<hidden.free|upper>',
        '<own.free|upper>',
        '',
    ),
    'limit': ('0', '1', '3', '-1', 'x'),
    'offset': ('1', '5'),
    'sort': ('id', 'name:asc', 'user_id', 'size:desc,id:asc', 'nonsense'),
    'sort_key': ('id', 'display_name', 'status', 'user_id', 'host'),
    'sort_dir': ('asc', 'desc'),
    'with_count': ('true', 'false', 'x'),
    'all_tenants': ('1', '0', 'x'),
    'project_id': (PROJECT,),
    'user_id': ('alice', 'bob'),
    'id': _both('free', 'snapshot', 'backup', 'attachment'),
    'volume_id': _both('free', 'snapped', 'backed', 'attached', 'offered'),
    'volume_id~': ('a', '<hidden.snapped>'),
    'snapshot_id': _both('frozen'),
    'source_volid': _both('source'),
    'group_id': _both('group', 'flock'),
    'group_id~': ('<hidden.flock>',),
    'group_snapshot_id': _both('groupsnapshot'),
    'consistencygroup_id': _both('group'),
    'resource_uuid': _both(
        'failing', 'free', 'failedsnapshot', 'failedbackup'
    ),
    'resource_uuid~': ('<hidden.failing>',),
    'resource_type': ('VOLUME', 'VOLUME_SNAPSHOT'),
    'event_id': ('VOLUME_VOLUME_001_003',),
    'message_level': ('ERROR',),
    'request_id': ('x',),
    'instance_id': ('<server>', '<unknown>'),
    'attach_status': ('attached', 'detached', 'reserved'),
    'bootable': ('true', 'false', 'x'),
    'migration_status': ('none', 'success'),
    'replication_status': ('disabled',),
    'availability_zone': ('nova', 'x'),
    'multiattach': ('true', 'false'),
    'size': ('1', '2'),
    'metadata': ("{'of': 'alice'}", "{'of': 'bob'}", '{"of": "alice"}'),
    'glance_metadata': ("{'key': 'value'}",),
    'image_metadata': ("{'key': 'value'}",),
    'volume_type_id': ('<type.plain>', '<unknown>'),
    'encryption_key_id': ('<unknown>',),
    'created_at': ('gt:2026-01-01T00:00:00', 'lt:2030-01-01T00:00:00'),
    'updated_at': ('gt:2026-01-01T00:00:00',),
    'consumes_quota': ('true', 'false'),
    'use_quota': ('true',),
    'host': ('host1',),
    'deleted': ('1', 'true'),
    'no_snapshots': ('true',),
    'list_volume': ('true', 'false'),
    'usage': ('true', 'false'),
    'nonsense': ('1',),
}
#: Queries with several names.
QUERIES = (
    'limit=1&marker=<hidden.free>',
    'limit=1&marker=<own.free>',
    'limit=2&sort=id:asc',
    'limit=2&sort=user_id:desc',
    'limit=2&sort=name:asc&with_count=true',
    'limit=1&with_count=true&status=error',
    'limit=3&with_count=true&offset=2',
    'with_count=true&name=free-of-alice',
    'with_count=true&all_tenants=1',
    'all_tenants=1&project_id=' + PROJECT,
    'all_tenants=1&user_id=alice',
    'sort_key=display_name&sort_dir=asc&limit=4',
    'status=available&limit=2&sort=id',
    'name~=alice&with_count=true',
    'user_id=alice&with_count=true',
    'limit=1&limit=2',
)
#: Versions at which filters change what they do.
FILTER_VERSIONS = (0, 31, 45)
#: Names that do more than to filter.
PAGES = ('marker', 'limit', 'with_count', 'status', 'name')
#: Lists that answer like others.
AGAIN = ('/os-volume-transfer', '/consistencygroups', '/cgsnapshots')
#: Bodies that name other things: (method, path, body, names for ``{}``).
REFERENCES = (
    ('volume', {'size': 1, 'source_volid': '{}'}, VOLUMES),
    ('volume', {'size': 1, 'snapshot_id': '{}'}, SNAPSHOTS),
    ('volume', {'size': 1, 'backup_id': '{}'}, BACKUPS),
    (
        'volume',
        {
            'size': 1,
            'group_id': '{}',
            'volume_type': '<type.plain>',
        },
        GROUPS,
    ),
    ('volume', {'size': 1, 'consistencygroup_id': '{}'}, GROUPS),
    ('snapshot', {'volume_id': '{}', 'force': True}, VOLUMES),
    ('snapshot', {'volume_id': '{}'}, VOLUMES),
    ('backup', {'volume_id': '{}', 'force': True}, VOLUMES),
    ('backup', {'volume_id': '{}', 'incremental': True}, ('backed', 'free')),
    ('backup', {'volume_id': '<own.snapped>', 'snapshot_id': '{}'}, SNAPSHOTS),
    ('backup', {'volume_id': '{}', 'snapshot_id': '<own.snapshot>'}, VOLUMES),
    ('transfer', {'volume_id': '{}'}, VOLUMES),
    ('transfer', {'volume_id': '{}', 'no_snapshots': True}, VOLUMES),
    (
        'attachment',
        {'volume_uuid': '{}', 'instance_uuid': '<server>'},
        VOLUMES,
    ),
    (
        'attachment',
        {
            'volume_uuid': '{}',
            'instance_uuid': '<server>',
            'connector': fleet.CONNECTOR,
        },
        VOLUMES,
    ),
    ('attachment', {'volume_uuid': '{}'}, VOLUMES),
    ('group_snapshot', {'group_id': '{}', 'name': 'made'}, GROUPS),
    ('cgsnapshot', {'consistencygroup_id': '{}'}, GROUPS),
)
#: The path of each kind of those.
CREATE = {
    'volume': '/volumes',
    'snapshot': '/snapshots',
    'backup': '/backups',
    'transfer': '/volume-transfers',
    'attachment': '/attachments',
    'group_snapshot': '/group_snapshots',
    'cgsnapshot': '/cgsnapshots',
}
#: The same in other requests: (method, path, body, names for ``{}``).
USES = (
    (
        'POST',
        '/backups/<own.backup>/restore',
        {'restore': {'volume_id': '{}'}},
        VOLUMES,
    ),
    ('PUT', '/groups/<own.group>', {'group': {'add_volumes': '{}'}}, VOLUMES),
    (
        'PUT',
        '/groups/<own.group>',
        {'group': {'remove_volumes': '{}'}},
        VOLUMES,
    ),
    (
        'PUT',
        '/groups/<own.group>',
        {'group': {'add_volumes': '<own.free>,{}'}},
        VOLUMES,
    ),
    (
        'PUT',
        '/consistencygroups/<own.group>',
        {'consistencygroup': {'add_volumes': '{}'}},
        VOLUMES[:2],
    ),
    (
        'PUT',
        '/consistencygroups/<own.group>/update',
        {'consistencygroup': {'add_volumes': '{}', 'name': 'renamed'}},
        VOLUMES[:2],
    ),
    (
        'POST',
        '/groups/action',
        {'create-from-src': {'source_group_id': '{}', 'name': 'made'}},
        GROUPS,
    ),
    (
        'POST',
        '/groups/action',
        {'create-from-src': {'group_snapshot_id': '{}', 'name': 'made'}},
        ('groupsnapshot',),
    ),
    (
        'POST',
        '/consistencygroups/create_from_src',
        {'consistencygroup-from-src': {'cgsnapshot_id': '{}'}},
        ('groupsnapshot',),
    ),
    (
        'POST',
        '/consistencygroups/create_from_src',
        {'consistencygroup-from-src': {'source_cgid': '{}'}},
        GROUPS,
    ),
    (
        'POST',
        '/volumes/<own.snapped>/action',
        {'revert': {'snapshot_id': '{}'}},
        SNAPSHOTS,
    ),
    (
        'POST',
        '/os-volume-transfer',
        {'transfer': {'volume_id': '{}'}},
        VOLUMES,
    ),
    (
        'POST',
        '/volumes/<own.free>/action',
        {'os-migrate_volume_completion': {'new_volume': '{}', 'error': False}},
        VOLUMES[:2],
    ),
    (
        'POST',
        '/volumes/<own.attached>/action',
        {'os-detach': {'attachment_id': '{}'}},
        ('attachment',),
    ),
)
#: Transfers and keys that are tried together.
ACCEPTS = (
    ('<hidden.transfer>', 'wrong'),
    ('<hidden.transfer>', '<own.key>'),
    ('<own.transfer>', '<hidden.key>'),
    ('<own.transfer>', 'wrong'),
    ('<own.transfer>', '<own.key>'),
    ('<unknown>', '<hidden.key>'),
    ('<unknown>', 'wrong'),
)
#: Scheduler hints.
HINTS = (
    {'same_host': ['<hidden.free>']},
    {'same_host': '<hidden.free>'},
    {'same_host': ['<own.free>']},
    {'same_host': ['<unknown>']},
    {'different_host': ['<hidden.free>']},
    {'different_host': ['<own.free>']},
    {'different_host': ['<unknown>', '<hidden.free>']},
    {'local_to_instance': '<server>'},
    {'query': '["=", "$volume", "<hidden.free>"]'},
    {'near': '<hidden.free>'},
)
#: Further bodies of actions.
ACTIONS = {
    'os-extend': [{'new_size': 3}],
    'os-reserve': [None],
    'os-attach': [
        {
            'instance_uuid': '<server>',
            'mountpoint': '/dev/vdc',
            'mode': 'rw',
        }
    ],
    'os-initialize_connection': [{'connector': fleet.CONNECTOR}],
    'os-terminate_connection': [{'connector': fleet.CONNECTOR}],
    'os-detach': [{}, {'attachment_id': '<hidden.attachment>'}],
    'os-force_detach': [
        {
            'attachment_id': '<hidden.attachment>',
            'connector': fleet.CONNECTOR,
        }
    ],
    'os-retype': [{'new_type': 'other', 'migration_policy': 'never'}],
    'os-set_image_metadata': [{'metadata': {'key': 'value'}}],
    'os-unset_image_metadata': [{'key': 'key'}, {'key': 'kernel_id'}],
    'os-volume_upload_image': [
        {'image_name': 'made', 'force': True, 'disk_format': 'raw'}
    ],
    'os-reimage': [{'image_id': fleet.IMAGE, 'reimage_reserved': True}],
    'os-update_readonly_flag': [{'readonly': True}],
    'os-set_bootable': [{'bootable': True}],
}
#: Headers that clients and services send.
HEADS = (
    {'X_Service_Roles': 'service'},
    {'Accept': 'application/xml'},
    {'If_Match': 'x'},
    {'X_Forwarded_For': '<hidden.free>'},
    {'X_OpenStack_Request_Id': 'req-<hidden.free>'},
)
