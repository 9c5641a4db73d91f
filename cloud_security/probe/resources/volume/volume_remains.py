# SPDX-License-Identifier: Apache-2.0
"""The remains of a run at Cinder: the account's own, by name, in order.

Cinder tells the user of volumes and snapshots. A group belongs to the user of
its volumes, a backup to that of its volume; the probe leaves an empty group,
and a backup without a volume, of another run alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloud_security.probe.client import accounts
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources.remains import Resource
from cloud_security.probe.resources.volume import volume_parts

#: In the order of deletion.
KINDS = (
    'attachment',
    'transfer',
    'group snapshot',
    'snapshot',
    'backup',
    'group',
    'volume',
)
#: Actions that take a volume out of a state in which it cannot be deleted.
UNDO = {'attaching': 'os-unreserve', 'detaching': 'os-roll_detaching'}


def found(
    account: accounts.Account, kind: str, footprint: footprints.Footprint
) -> list[Resource]:
    """Return what this run, or one that has ended, left of an account's.

    :raises CannotTell: when Cinder does not list the account's resources
    """
    return list(_FINDERS[kind](account, footprint))


def _listed(
    account: accounts.Account, kind: str, version: str = ''
) -> list[Any]:
    one = volume_parts.KINDS[kind]
    key = f'{one.key}s'
    # Cinder takes the limit of old transfers for a filter, and finds none.
    query = '' if kind == 'transfer' else '?limit=1000'
    path = f'{one.path}/detail{query}'
    response = account.call('GET', path, version=version or one.version)
    # An account that may not list them could not make any.
    if response.status in (403, 404):
        return []
    listed: list[Any] = account.taken(response, key)
    return listed


def _volumes(
    account: accounts.Account, footprint: footprints.Footprint
) -> dict[str, Any]:
    """Return the probe's volumes of an account, by their IDs."""
    return {
        one['id']: one
        for one in _listed(account, 'volume', volume_parts.IN_A_GROUP)
        if one['user_id'] == account.user_id
        and footprints.MARK in one.get('metadata', ())
        and footprint.is_left(one['name'] or '')
    }


def _volume(
    account: accounts.Account, footprint: footprints.Footprint
) -> Iterator[Resource]:
    for volume_id, volume in _volumes(account, footprint).items():
        path = f'volumes/{volume_id}?cascade=True'
        yield Resource('volume', volume['name'], path)


def _attachment(
    account: accounts.Account, footprint: footprints.Footprint
) -> Iterator[Resource]:
    mine = _volumes(account, footprint)
    for volume_id, volume in mine.items():
        action = UNDO.get(volume['status'])
        if action:
            path = f'volumes/{volume_id}/action'
            yield Resource(
                'attachment', volume['name'], path, 'POST', {action: None}
            )
    for one in _listed(account, 'attachment') if mine else ():
        if one['volume_id'] in mine:
            path, name = f'attachments/{one["id"]}', one['volume_id']
            yield Resource(
                'attachment',
                mine[name]['name'],
                path,
                version=volume_parts.KINDS['attachment'].version,
            )


def _transfer(
    account: accounts.Account, footprint: footprints.Footprint
) -> Iterator[Resource]:
    mine = _volumes(account, footprint)
    for one in _listed(account, 'transfer') if mine else ():
        if one['volume_id'] in mine:
            path = f'os-volume-transfer/{one["id"]}'
            yield Resource('transfer', one['name'] or '', path)


def _snapshot(
    account: accounts.Account, footprint: footprints.Footprint
) -> Iterator[Resource]:
    for one in _listed(account, 'snapshot', '3.41'):
        # A snapshot of a group goes with the group's.
        if (
            one.get('user_id') == account.user_id
            and not one.get('group_snapshot_id')
            and footprint.is_left(one['name'] or '')
        ):
            path = f'snapshots/{one["id"]}'
            yield Resource('snapshot', one['name'], path)


def _backup(
    account: accounts.Account, footprint: footprints.Footprint
) -> Iterator[Resource]:
    listed = [
        one
        for one in _listed(account, 'backup', '3.56')
        if footprint.is_left(one['name'] or '')
    ]
    mine = _volumes(account, footprint) if listed else {}
    for one in listed:
        # By default, Cinder tells the user of a backup to admins only.
        if (
            one.get('user_id') == account.user_id
            or one['volume_id'] in mine
            or one['name'].startswith(footprint.prefix)
        ):
            yield Resource('backup', one['name'], f'backups/{one["id"]}')


def _groups(
    account: accounts.Account, footprint: footprints.Footprint
) -> dict[str, str]:
    """Return names of the probe's groups of an account, by their IDs."""
    listed = [
        one
        for one in _listed(account, 'group')
        if footprint.is_left(one['name'] or '')
    ]
    mine = (
        {
            one.get('group_id')
            for one in _listed(account, 'volume', volume_parts.IN_A_GROUP)
            if one['user_id'] == account.user_id
        }
        if listed
        else set()
    )
    return {
        one['id']: one['name']
        for one in listed
        if one['name'].startswith(footprint.prefix) or one['id'] in mine
    }


def _group(
    account: accounts.Account, footprint: footprints.Footprint
) -> Iterator[Resource]:
    for group_id, name in _groups(account, footprint).items():
        yield Resource(
            'group',
            name,
            f'groups/{group_id}/action',
            'POST',
            {'delete': {'delete-volumes': True}},
            volume_parts.KINDS['group'].version,
        )


def _group_snapshot(
    account: accounts.Account, footprint: footprints.Footprint
) -> Iterator[Resource]:
    groups = _groups(account, footprint)
    for one in _listed(account, 'group_snapshot') if groups else ():
        if one['group_id'] in groups and footprint.is_left(one['name'] or ''):
            yield Resource(
                'group snapshot',
                one['name'],
                f'group_snapshots/{one["id"]}',
                version=volume_parts.KINDS['group_snapshot'].version,
            )


_FINDERS = {
    'attachment': _attachment,
    'transfer': _transfer,
    'group snapshot': _group_snapshot,
    'snapshot': _snapshot,
    'backup': _backup,
    'group': _group,
    'volume': _volume,
}
