# SPDX-License-Identifier: Apache-2.0
"""Copies: what a request creates out of the owner's resources.

Source: cinder/api/v3/, the controllers' ``create``, Cinder 24 to 29.
"""

from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.volume.volume_forms import acts
from cloud_security.probe.catalog.volume.volume_forms import changes
from cloud_security.probe.catalog.volume.volume_forms import creates

_NEW = {'size': 1, 'name': '{new_name}', 'metadata': {'probe': '{new_name}'}}
_BIG = {**_NEW, 'size': 4}

COPIES = (
    creates(
        'make a snapshot of a volume',
        'snapshot',
        'snapshots',
        {'snapshot': {'volume_id': '{volume}', 'name': '{new_name}'}},
    ),
    creates(
        'make a snapshot by force, oldest microversion',
        'snapshot',
        'snapshots',
        {
            'snapshot': {
                'volume_id': '{volume}',
                'name': '{new_name}',
                'force': True,
            }
        },
        until='3.0',
    ),
    creates(
        'copy a volume',
        'volume',
        'volumes',
        {'volume': {**_BIG, 'source_volid': '{volume}'}},
    ),
    creates(
        'copy a volume, oldest microversion',
        'volume',
        'volumes',
        {'volume': {**_BIG, 'source_volid': '{volume}'}},
        until='3.0',
    ),
    creates(
        'make a volume of a snapshot',
        'volume',
        'volumes',
        {'volume': {**_BIG, 'snapshot_id': '{snapshot}'}},
        about='snapshot',
    ),
    creates(
        'make a volume of a snapshot, oldest microversion',
        'volume',
        'volumes',
        {'volume': {**_BIG, 'snapshot_id': '{snapshot}'}},
        about='snapshot',
        until='3.0',
    ),
    creates(
        'make a volume in a group',
        'volume',
        'volumes',
        {'volume': {**_NEW, 'group_id': '{group}', 'volume_type': '{type}'}},
        about='group',
        since='3.13',
        part='groups',
    ),
    creates(
        'make a volume of a backup',
        'volume',
        'volumes',
        {'volume': {**_BIG, 'backup_id': '{backup}'}},
        about='backup',
        since='3.47',
        part='backups',
    ),
    creates(
        'offer a volume',
        'transfer',
        'volume-transfers',
        {
            'transfer': {
                'volume_id': '{volume}',
                'name': '{new_name}',
                'no_snapshots': True,
            }
        },
        since='3.55',
    ),
    creates(
        'offer a volume by the old name',
        'transfer',
        'os-volume-transfer',
        {'transfer': {'volume_id': '{volume}', 'name': '{new_name}'}},
        until='3.0',
    ),
    creates(
        'back a volume up',
        'backup',
        'backups',
        {
            'backup': {
                'volume_id': '{volume}',
                'name': '{new_name}',
                'description': '{backing}',
            }
        },
        part='backups',
    ),
    # Cinder looks the snapshot up, and refuses one of another volume.
    changes(
        'back a snapshot up',
        'POST',
        'backups',
        {
            'backup': {
                'volume_id': '{other}',
                'snapshot_id': '{snapshot}',
                'name': '{new_name}',
            }
        },
        about='snapshot',
        works=EITHER,
    ),
    creates(
        'make a snapshot of a group',
        'group_snapshot',
        'group_snapshots',
        {'group_snapshot': {'group_id': '{group}', 'name': '{new_name}'}},
        about='group',
        since='3.14',
        part='group snapshots',
    ),
    creates(
        'copy a group',
        'group',
        'groups/action',
        {
            'create-from-src': {
                'source_group_id': '{group}',
                'name': '{new_name}',
            }
        },
        about='group',
        since='3.14',
        part='groups',
    ),
    creates(
        'make a group of a group snapshot',
        'group',
        'groups/action',
        {
            'create-from-src': {
                'group_snapshot_id': '{group_snapshot}',
                'name': '{new_name}',
            }
        },
        about='group_snapshot',
        since='3.14',
        part='group snapshots',
    ),
    acts(
        'upload a volume as an image',
        'os-volume_upload_image',
        {
            'image_name': '{new_name}',
            'disk_format': 'raw',
            'container_format': 'bare',
        },
        kind=Kind.BUILT,
        makes='image',
    ),
    changes(
        'restore a backup',
        'POST',
        'backups/{backup}/restore',
        {'restore': {'volume_id': '{own}'}},
        about='backup',
        effect=Effect.DESTROYS,
        part='backups',
        lasts=True,
    ),
)
