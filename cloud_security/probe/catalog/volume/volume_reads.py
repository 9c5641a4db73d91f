# SPDX-License-Identifier: Apache-2.0
"""Reads of one resource of Cinder's.

Source: cinder/api/v3/router.py and cinder/api/contrib/, Cinder 24 to 29.
"""

from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.volume.volume_forms import acts
from cloud_security.probe.catalog.volume.volume_forms import OLDEST
from cloud_security.probe.catalog.volume.volume_forms import pages
from cloud_security.probe.catalog.volume.volume_forms import reads
from cloud_security.probe.catalog.volume.volume_forms import SHORT

_VOLUMES = (
    reads('show a volume', 'volumes/{volume}', is_core=True),
    reads(
        'show a volume, oldest microversion',
        'volumes/{volume}',
        until=OLDEST,
    ),
    reads(
        'show a volume without a project',
        '/v3/volumes/{volume}',
        since=SHORT,
    ),
    reads('show a volume in capitals', 'volumes/{VOLUME}'),
    reads('show an attached volume', 'volumes/{attached}', about='attached'),
    reads('show an offered volume', 'volumes/{offered}', about='offered'),
    reads(
        'show the volume of a group',
        'volumes/{grouped}',
        about='grouped',
        part='groups',
    ),
    reads("read a volume's metadata", 'volumes/{volume}/metadata'),
    reads("read one key of a volume's", 'volumes/{volume}/metadata/probe'),
    reads("read a volume's encryption", 'volumes/{volume}/encryption'),
    acts(
        "read a volume's image metadata",
        'os-show_image_metadata',
        effect=Effect.READS,
        repeats=True,
    ),
    pages('page behind a volume', 'volumes', 'volume'),
    pages('page of volume details', 'volumes/detail?limit=1', 'volume'),
    pages('page behind a volume, 3.0', 'volumes', 'volume', until=OLDEST),
)

_SNAPSHOTS = (
    reads(
        'show a snapshot',
        'snapshots/{snapshot}',
        about='snapshot',
        is_core=True,
    ),
    reads(
        'show a snapshot, oldest microversion',
        'snapshots/{snapshot}',
        about='snapshot',
        until=OLDEST,
    ),
    reads(
        'show a snapshot without a project',
        '/v3/snapshots/{snapshot}',
        about='snapshot',
        since=SHORT,
    ),
    reads(
        'show a snapshot in capitals',
        'snapshots/{SNAPSHOT}',
        about='snapshot',
    ),
    reads(
        "read a snapshot's metadata",
        'snapshots/{snapshot}/metadata',
        about='snapshot',
    ),
    reads(
        "read one key of a snapshot's",
        'snapshots/{snapshot}/metadata/probe',
        about='snapshot',
    ),
    pages('page behind a snapshot', 'snapshots', 'snapshot'),
    pages('page of snapshot details', 'snapshots/detail?limit=1', 'snapshot'),
)

_OTHERS = (
    reads(
        'show an attachment',
        'attachments/{attachment}',
        about='attachment',
        since='3.27',
    ),
    reads(
        'show an attachment, 3.27',
        'attachments/{attachment}',
        about='attachment',
        since='3.27',
        until='3.27',
    ),
    pages(
        'page behind an attachment', 'attachments', 'attachment', since='3.27'
    ),
    reads(
        'show a transfer',
        'volume-transfers/{transfer}',
        about='transfer',
        since='3.55',
    ),
    reads(
        'show a transfer by its old name',
        'os-volume-transfer/{transfer}',
        about='transfer',
        until=OLDEST,
    ),
    pages(
        'page behind a transfer', 'volume-transfers', 'transfer', since='3.59'
    ),
    reads(
        'show a group',
        'groups/{group}',
        about='group',
        since='3.13',
        part='groups',
    ),
    reads(
        'show a group with its volumes',
        'groups/{group}?list_volume=True',
        about='group',
        since='3.25',
        part='groups',
    ),
    pages(
        'page behind a group', 'groups', 'group', since='3.13', part='groups'
    ),
    reads(
        'show a group snapshot',
        'group_snapshots/{group_snapshot}',
        about='group_snapshot',
        since='3.14',
        part='group snapshots',
    ),
    pages(
        'page behind a group snapshot',
        'group_snapshots',
        'group_snapshot',
        since='3.29',
        part='group snapshots',
    ),
    reads('show a backup', 'backups/{backup}', about='backup', part='backups'),
    reads(
        'show a backup, oldest microversion',
        'backups/{backup}',
        about='backup',
        until=OLDEST,
        part='backups',
    ),
    reads(
        'export a backup',
        'backups/{backup}/export_record',
        about='backup',
        works=EITHER,
        part='backups',
        repeats=False,
    ),
    pages('page behind a backup', 'backups', 'backup', part='backups'),
    reads(
        'show a message',
        'messages/{message}',
        about='message',
        since='3.3',
        part='messages',
    ),
    pages(
        'page behind a message',
        'messages',
        'message',
        since='3.5',
        part='messages',
    ),
)

READS = (*_VOLUMES, *_SNAPSHOTS, *_OTHERS)
