# SPDX-License-Identifier: Apache-2.0
"""Lists of Cinder's that could name a resource, and counts.

Source: cinder/api/v3/, the controllers, Cinder 24 to 29.
"""

from __future__ import annotations

from typing import Any

from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.volume import volume_filters
from cloud_security.probe.catalog.volume.volume_forms import lists
from cloud_security.probe.catalog.volume.volume_forms import NEWEST
from cloud_security.probe.catalog.volume.volume_forms import OLDEST
from cloud_security.probe.catalog.volume.volume_forms import operation
from cloud_security.probe.catalog.volume.volume_forms import SHORT

#: Path, noun, placeholder, part, and microversions whose lists differ.
_COLLECTIONS = (
    ('volumes', 'volumes', 'volume', '', (OLDEST, '3.34', NEWEST)),
    (
        'snapshots',
        'snapshots',
        'snapshot',
        '',
        (OLDEST, '3.30', '3.31', NEWEST),
    ),
    (
        'attachments',
        'attachments',
        'attachment',
        '',
        ('3.27', '3.31', NEWEST),
    ),
    ('volume-transfers', 'transfers', 'transfer', '', ('3.55', NEWEST)),
    (
        'os-volume-transfer',
        'transfers by their old name',
        'transfer',
        '',
        (OLDEST,),
    ),
    ('groups', 'groups', 'group', 'groups', ('3.13', '3.31', NEWEST)),
    (
        'group_snapshots',
        'group snapshots',
        'group_snapshot',
        'group snapshots',
        ('3.14', '3.29', NEWEST),
    ),
    ('backups', 'backups', 'backup', 'backups', (OLDEST, '3.31', NEWEST)),
    ('messages', 'messages', 'message', 'messages', ('3.3', '3.5', NEWEST)),
)


def _of(
    path: str, noun: str, about: str, part: str, versions: tuple[str, ...]
) -> tuple[Any, ...]:
    """Return a collection's lists at each microversion, short and long."""
    # Messages have no list of details.
    forms = [('list', path)]
    if path != 'messages':
        forms.append(('details of', f'{path}/detail'))
    return tuple(
        lists(
            f'{form} {noun}, {version}',
            f'{below}?{{everywhere}}',
            about=about,
            part=part,
            # An older Cinder gets its own newest microversion.
            since=versions[0] if version == NEWEST else version,
            until=version,
            # Cinder lets no admin list those of all projects there.
            repeats=part != 'messages' and version != '3.14',
            names_own=about == 'volume',
            is_core=(below, version) == ('volumes', OLDEST),
        )
        for form, below in forms
        for version in versions
    )


LISTS = (
    *(one for collection in _COLLECTIONS for one in _of(*collection)),
    lists(
        'list volumes without a project',
        '/v3/volumes?{everywhere}',
        since=SHORT,
        names_own=True,
    ),
    lists(
        'list snapshots without a project',
        '/v3/snapshots?{everywhere}',
        about='snapshot',
        since=SHORT,
    ),
    *(
        lists(f'list {name}', path, about=about, since=since)
        for name, path, about, since in volume_filters.FILTERS
    ),
    *(
        lists(f'list {name}', path, about=about, since=since, part=part)
        for name, path, about, since, part in volume_filters.PARTS
    ),
    # A count may tell of a volume that the list hides.
    operation(
        'count volumes by name',
        'GET',
        'volumes?with_count=True&name={name}',
        about='name',
        since='3.45',
        repeats=False,
    ),
    operation(
        'count snapshots by name',
        'GET',
        'snapshots?with_count=True&name={snapshot_name}',
        about='snapshot_name',
        since='3.45',
        repeats=False,
    ),
    operation(
        'count all volumes',
        'GET',
        'volumes/summary',
        kind=Kind.COUNTED,
        since='3.12',
        until='3.35',
        repeats=False,
    ),
    lists(
        'metadata of all volumes',
        'volumes/summary',
        since='3.36',
    ),
    operation(
        'count all volumes, newest microversion',
        'GET',
        'volumes/summary',
        kind=Kind.COUNTED,
        since='3.36',
        repeats=False,
    ),
)
