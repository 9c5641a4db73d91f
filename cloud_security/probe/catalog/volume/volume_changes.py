# SPDX-License-Identifier: Apache-2.0
"""Changes of properties: of volumes, snapshots, groups, backups.

Source: cinder/api/v3/ and cinder/api/contrib/, Cinder 24 to 29.
"""

from __future__ import annotations

from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.catalog.volume.volume_forms import acts
from cloud_security.probe.catalog.volume.volume_forms import changes
from cloud_security.probe.catalog.volume.volume_forms import OLDEST
from cloud_security.probe.catalog.volume.volume_forms import only_refused
from cloud_security.probe.catalog.volume.volume_forms import SHORT


def _metadata(noun: str) -> tuple[Operation, ...]:
    """Return the changes of metadata; the probe's own key stays."""
    path = f'{noun}s/{{{noun}}}/metadata'
    return (
        changes(
            f"write a {noun}'s metadata",
            'POST',
            path,
            {'metadata': {'written': 'x'}},
            about=noun,
            repeats=True,
        ),
        changes(
            f"write one key of a {noun}'s",
            'PUT',
            f'{path}/written',
            {'meta': {'written': 'y'}},
            about=noun,
            repeats=True,
        ),
        changes(
            f"remove one key of a {noun}'s",
            'DELETE',
            f'{path}/written',
            about=noun,
        ),
        changes(
            f"replace a {noun}'s metadata",
            'PUT',
            path,
            {'metadata': {'probe': '{name}'}},
            about=noun,
            repeats=True,
        ),
    )


CHANGES = (
    changes(
        'rename a volume',
        'PUT',
        'volumes/{volume}',
        {'volume': {'name': '{name}'}},
        is_core=True,
        repeats=True,
    ),
    changes(
        'describe a volume, oldest microversion',
        'PUT',
        'volumes/{volume}',
        {'volume': {'description': 'written'}},
        until=OLDEST,
        repeats=True,
    ),
    changes(
        'rename a volume without a project',
        'PUT',
        '/v3/volumes/{volume}',
        {'volume': {'name': '{name}'}},
        since=SHORT,
        repeats=True,
    ),
    changes(
        'rename a volume by an overridden method',
        'POST',
        'volumes/{volume}?_method=PUT',
        {'volume': {'name': '{name}'}},
        repeats=True,
    ),
    *_metadata('volume'),
    acts(
        "write a volume's image metadata",
        'os-set_image_metadata',
        {'metadata': {'written': 'x'}},
    ),
    acts(
        "remove a volume's image metadata",
        'os-unset_image_metadata',
        {'key': 'written'},
    ),
    changes(
        'rename a snapshot',
        'PUT',
        'snapshots/{snapshot}',
        {'snapshot': {'name': '{snapshot_name}'}},
        about='snapshot',
        repeats=True,
    ),
    *_metadata('snapshot'),
    *(
        only_refused(
            name,
            action,
            arguments,
            about='snapshot',
            path='snapshots/{snapshot}/action',
        )
        for name, action, arguments in (
            (
                "update a snapshot's status",
                'os-update_snapshot_status',
                {'status': 'available'},
            ),
            (
                "reset a snapshot's status",
                'os-reset_status',
                {'status': 'available'},
            ),
            ('unmanage a snapshot', 'os-unmanage', None),
        )
    ),
    changes(
        'rename a group',
        'PUT',
        'groups/{group}',
        {'group': {'name': '{group_name}', 'description': 'written'}},
        about='group',
        since='3.13',
        part='groups',
    ),
    changes(
        'take a volume out of a group',
        'PUT',
        'groups/{group}',
        {'group': {'remove_volumes': '{nothing}'}},
        about='group',
        since='3.13',
        works=EITHER,
        part='groups',
    ),
    changes(
        'put a volume into a group of its own',
        'PUT',
        'groups/{own_group}',
        {'group': {'add_volumes': '{volume}'}},
        since='3.13',
        part='groups',
        lasts=True,
    ),
    changes(
        'take a volume out of a group of its own',
        'PUT',
        'groups/{own_group}',
        {'group': {'remove_volumes': '{volume}'}},
        since='3.13',
        part='groups',
        lasts=True,
    ),
    *(
        only_refused(
            name,
            action,
            arguments,
            about='group',
            path='groups/{group}/action',
            since=since,
            part='groups',
        )
        for name, action, arguments, since in (
            (
                "reset a group's status",
                'reset_status',
                {'status': 'available'},
                '3.20',
            ),
            ('replicate a group', 'enable_replication', {}, '3.38'),
            ('replicate a group no more', 'disable_replication', {}, '3.38'),
            ('fail a group over', 'failover_replication', {}, '3.38'),
            (
                "read a group's targets",
                'list_replication_targets',
                {},
                '3.38',
            ),
        )
    ),
    only_refused(
        "reset a group snapshot's status",
        'reset_status',
        {'status': 'available'},
        about='group_snapshot',
        path='group_snapshots/{group_snapshot}/action',
        since='3.19',
        part='group snapshots',
    ),
    changes(
        'rename a backup',
        'PUT',
        'backups/{backup}',
        {'backup': {'name': '{backup_name}'}},
        about='backup',
        since='3.9',
        part='backups',
        repeats=True,
    ),
    changes(
        "write a backup's metadata",
        'PUT',
        'backups/{backup}',
        {'backup': {'metadata': {'written': 'x'}}},
        about='backup',
        since='3.43',
        part='backups',
        repeats=True,
    ),
    only_refused(
        "reset a backup's status",
        'os-reset_status',
        {'status': 'error'},
        about='backup',
        path='backups/{backup}/action',
        part='backups',
    ),
)
