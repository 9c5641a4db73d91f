# SPDX-License-Identifier: Apache-2.0
"""Parts of Cinder's stage, as data: how the probe creates each.

Each part is a placeholder of operations. Some volumes serve one part alone,
because a volume with an attachment or a transfer is good for nothing else.
"""

from __future__ import annotations

from typing import Any
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of Cinder's resources."""

    #: The noun in names and messages.
    noun: str
    #: The collection.
    path: str
    #: The key of one resource in requests and responses.
    key: str
    #: The oldest microversion that has it.
    version: str = '3.0'


KINDS = {
    'volume': Kind('volume', 'volumes', 'volume'),
    'snapshot': Kind('snapshot', 'snapshots', 'snapshot'),
    'attachment': Kind('attachment', 'attachments', 'attachment', '3.27'),
    'transfer': Kind('transfer', 'os-volume-transfer', 'transfer'),
    'group': Kind('group', 'groups', 'group', '3.13'),
    'group_snapshot': Kind(
        'group snapshot', 'group_snapshots', 'group_snapshot', '3.14'
    ),
    'backup': Kind('backup', 'backups', 'backup'),
    'message': Kind('message', 'messages', 'message', '3.5'),
}


class Part(NamedTuple):
    """A part of the stage."""

    name: str
    kind: Kind
    body: dict[str, Any]
    #: The part with which it goes.
    goes_with: str = ''
    #: A cloud may lack it.
    is_optional: bool = False
    #: The peer has one, too.
    is_own: bool = False


def _volume(name: str, **more: Any) -> dict[str, Any]:
    return {
        'size': 1,
        'name': name,
        'volume_type': '{type}',
        'metadata': {'probe': name},
        **more,
    }


def _group(name: str) -> dict[str, Any]:
    return {
        'name': name,
        'group_type': '{group_type}',
        'volume_types': ['{type}'],
    }


#: In the order in which the probe creates them.
PARTS = (
    Part('volume', KINDS['volume'], _volume('{name}'), is_own=True),
    Part('attached', KINDS['volume'], _volume('{attached_name}')),
    Part('offered', KINDS['volume'], _volume('{offered_name}')),
    Part(
        'snapshot',
        KINDS['snapshot'],
        {
            'volume_id': '{volume}',
            'name': '{snapshot_name}',
            'metadata': {'probe': '{snapshot_name}'},
        },
        goes_with='volume',
    ),
    Part(
        'attachment',
        KINDS['attachment'],
        {'volume_uuid': '{attached}'},
        goes_with='attached',
    ),
    Part(
        'transfer',
        KINDS['transfer'],
        {'volume_id': '{offered}', 'name': '{transfer_name}'},
        goes_with='offered',
    ),
    Part(
        'group',
        KINDS['group'],
        _group('{group_name}'),
        is_optional=True,
        is_own=True,
    ),
    Part('spare', KINDS['group'], _group('{spare_name}'), is_optional=True),
    Part(
        'grouped',
        KINDS['volume'],
        _volume('{grouped_name}', group_id='{group}'),
        goes_with='group',
        is_optional=True,
    ),
    Part(
        'group_snapshot',
        KINDS['group_snapshot'],
        {'group_id': '{group}', 'name': '{group_snapshot_name}'},
        goes_with='grouped',
        is_optional=True,
    ),
    Part(
        'backup',
        KINDS['backup'],
        {'volume_id': '{volume}', 'name': '{backup_name}'},
        is_optional=True,
    ),
)
#: The collection of what placeholders stand for.
KIND_OF = {
    **{part.name: part.kind for part in PARTS},
    'message': KINDS['message'],
}
#: Microversion of a volume in a group, which older ones do not have.
IN_A_GROUP = '3.13'
#: Reasons why a placeholder has no value.
MISSING = {
    'backing': 'The run makes no backups: --backup.',
    'type': 'There is no volume type.',
    'group_type': 'There is no group type.',
    'message': 'Cinder has no message about a resource of the owner.',
    'own_group': 'The peer has no group.',
}
