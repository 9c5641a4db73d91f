# SPDX-License-Identifier: Apache-2.0
"""Filters of Cinder's lists, by the resources that they look for.

Source: etc/cinder/resource_filters.json, Cinder 24 to 29.
"""

from cloud_security.probe.catalog.volume.volume_forms import OLDEST

#: Name, path and query, placeholder, and the oldest microversion.
FILTERS = (
    ('volumes by name', 'volumes/detail?name={name}', 'volume', OLDEST),
    (
        'volumes by status',
        'volumes/detail?status=available',
        'volume',
        OLDEST,
    ),
    (
        'volumes by metadata',
        'volumes/detail?metadata=%7B%22probe%22%3A%22{name}%22%7D',
        'volume',
        OLDEST,
    ),
    (
        'volumes that do not boot',
        'volumes/detail?bootable=false',
        'volume',
        OLDEST,
    ),
    (
        'volumes, newest first',
        'volumes?sort=created_at:desc&limit=100',
        'volume',
        OLDEST,
    ),
    ('volumes with their count', 'volumes?with_count=True', 'volume', '3.45'),
    (
        'volumes that count for the quota',
        'volumes?consumes_quota=true',
        'volume',
        '3.65',
    ),
    (
        'volumes created since',
        'volumes?created_at=gt:2000-01-01T00:00:00Z',
        'volume',
        '3.60',
    ),
    (
        'snapshots of a volume',
        'snapshots/detail?volume_id={volume}',
        'snapshot',
        OLDEST,
    ),
    (
        'snapshots by name',
        'snapshots/detail?name={snapshot_name}',
        'snapshot',
        OLDEST,
    ),
    (
        'snapshots with their count',
        'snapshots?with_count=True',
        'snapshot',
        '3.45',
    ),
    (
        'attachments of a volume',
        'attachments/detail?volume_id={attached}',
        'attachment',
        '3.27',
    ),
)
#: The same for what not every cloud has, with its part.
PARTS = (
    (
        'volumes of a group',
        'volumes/detail?group_id={group}',
        'grouped',
        '3.10',
        'groups',
    ),
    (
        'groups with their volumes',
        'groups/detail?list_volume=True',
        'grouped',
        '3.25',
        'groups',
    ),
    (
        'group snapshots of a group',
        'group_snapshots/detail?group_id={group}',
        'group_snapshot',
        '3.29',
        'group snapshots',
    ),
    (
        'backups of a volume',
        'backups/detail?volume_id={volume}',
        'backup',
        OLDEST,
        'backups',
    ),
    (
        'backups with their count',
        'backups/detail?with_count=True',
        'backup',
        '3.45',
        'backups',
    ),
    (
        'messages of a backup',
        'messages?resource_uuid={backup}',
        'message',
        '3.5',
        'messages',
    ),
)
