# SPDX-License-Identifier: Apache-2.0
"""Operations that delete or overwrite a resource of Cinder's.

Source: cinder/api/v3/ and cinder/api/contrib/, Cinder 24 to 29.
"""

from __future__ import annotations

from typing import Any

from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.catalog.volume.volume_forms import acts
from cloud_security.probe.catalog.volume.volume_forms import changes
from cloud_security.probe.catalog.volume.volume_forms import only_refused


def _removes(name: str, path: str, about: str, **more: Any) -> Operation:
    return changes(
        name,
        'DELETE',
        path,
        about=about,
        effect=Effect.DESTROYS,
        removes=True,
        **more,
    )


DELETIONS = (
    acts(
        'revert a volume to its snapshot',
        'revert',
        {'snapshot_id': '{snapshot}'},
        since='3.40',
        effect=Effect.DESTROYS,
        lasts=True,
    ),
    *(
        only_refused(
            name,
            'os-force_delete',
            about=about,
            path=path,
            part=part,
            effect=Effect.DESTROYS,
        )
        for name, about, path, part in (
            (
                'remove a volume by force',
                'volume',
                'volumes/{volume}/action',
                '',
            ),
            (
                'remove a snapshot by force',
                'snapshot',
                'snapshots/{snapshot}/action',
                '',
            ),
            (
                'remove a backup by force',
                'backup',
                'backups/{backup}/action',
                'backups',
            ),
        )
    ),
    changes(
        'remove a volume by force, with a query',
        'DELETE',
        'volumes/{volume}?force=True',
        since='3.23',
        effect=Effect.DESTROYS,
        works=EITHER,
        lasts=True,
    ),
    _removes(
        'remove a message',
        'messages/{message}',
        'message',
        since='3.3',
        part='messages',
    ),
    _removes(
        'remove an attachment',
        'attachments/{attachment}',
        'attachment',
        since='3.27',
    ),
    _removes(
        'remove a transfer',
        'volume-transfers/{transfer}',
        'transfer',
        since='3.55',
    ),
    _removes(
        'remove a transfer by its old name',
        'os-volume-transfer/{transfer}',
        'transfer',
        until='3.0',
    ),
    _removes('remove a backup', 'backups/{backup}', 'backup', part='backups'),
    _removes(
        'remove a group snapshot',
        'group_snapshots/{group_snapshot}',
        'group_snapshot',
        since='3.14',
        part='group snapshots',
    ),
    changes(
        'remove a group',
        'POST',
        'groups/{spare}/action',
        {'delete': {'delete-volumes': True}},
        about='spare',
        since='3.13',
        effect=Effect.DESTROYS,
        removes=True,
        part='groups',
    ),
    _removes('remove a snapshot', 'snapshots/{snapshot}', 'snapshot'),
    # The volume has a snapshot, which goes with it.
    _removes(
        'remove a volume, oldest microversion',
        'volumes/{volume}?cascade=True',
        'volume',
        until='3.0',
    ),
    _removes(
        'remove a volume',
        'volumes/{volume}?cascade=True',
        'volume',
        is_core=True,
    ),
)
