# SPDX-License-Identifier: Apache-2.0
"""Cleanup: delete what a run made, and what earlier runs left.

Cleanup deletes nothing without the probe's name, nothing of another user, and
nothing of a run that may still go on.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import time
from typing import Any

from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import services
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources.image import image_remains
from cloud_security.probe.resources.network import network_remains
from cloud_security.probe.resources.remains import Resource
from cloud_security.probe.resources.volume import volume_remains

#: Groups go after their servers, snapshots after Nova has made them.
KINDS = ('server', 'server group', 'image')
#: Seconds in which a service may still act on a request without a response.
LATE = 60


def found(
    account: accounts.Account, kind: str, footprint: footprints.Footprint
) -> list[Resource]:
    """Return what this run, or one that has ended, left of an account's.

    :raises CannotTell: when the service does not list the resources
    """
    if account.service is services.VOLUME:
        with limits.understanding(account.service.title):
            return volume_remains.found(account, kind, footprint)
    if account.service is services.IMAGE:
        with limits.understanding(account.service.title):
            return image_remains.found(account, footprint)
    if account.service is services.NETWORK:
        with limits.understanding(account.service.title):
            return network_remains.found(account, kind, footprint)
    with limits.understanding():
        return [
            Resource(kind, name, path)
            for name, path, user_id in _named(account, kind)
            if user_id == account.user_id and footprint.is_left(name)
        ]


def _named(
    account: accounts.Account, kind: str
) -> Iterator[tuple[str, str, Any]]:
    """Yield (name, path, ID of the user) of resources of one kind."""
    if kind == 'server':
        path = f'servers/detail?name={footprints.PREFIX}'
        for server in account.get(path, 'servers'):
            if footprints.MARK in server.get('metadata', ()):
                path = f'servers/{server["id"]}'
                yield server['name'], path, server['user_id']
    elif kind == 'server group':
        for group in _listed(
            account, 'os-server-groups', 'server_groups', '2.64'
        ):
            path = f'os-server-groups/{group["id"]}'
            yield group['name'], path, group['user_id']
    else:
        for image in _listed(account, 'images/detail', 'images', '2.1'):
            user_id = image['metadata'].get('user_id')
            yield image['name'] or '', f'images/{image["id"]}', user_id


def _listed(
    account: accounts.Account, path: str, key: str, version: str
) -> list[Any]:
    response = account.call('GET', path, version=version)
    # An account that may not list them could not make any.
    if response.status in (403, 404):
        return []
    listed: list[Any] = account.taken(response, key)
    return listed


def kinds(service: services.Service) -> tuple[str, ...]:
    """Return the kinds of a service's resources, in the order of deletion."""
    return {
        services.COMPUTE: KINDS,
        services.VOLUME: volume_remains.KINDS,
        services.IMAGE: image_remains.KINDS,
        services.NETWORK: network_remains.KINDS,
    }[service]


def clean(
    members: tuple[accounts.Account, ...],
    footprint: footprints.Footprint,
    seconds: float = 30,
) -> list[str]:
    """Delete what is left, and wait until it is gone.

    Cleanup repeats a deletion that fails, and goes on with the others.

    :param seconds: the longest time to wait
    :returns: what is still there, for messages
    :raises CannotTell: when the accounts reach their limits
    """
    start = time.monotonic()
    pause = 0.1
    service = members[0].service
    known = kinds(service)
    while True:
        left: set[str] = set()
        for kind in known:
            for account in members:
                left |= _delete(account, kind, footprint)
        waited = time.monotonic() - start
        is_late = waited > seconds or (not left and waited > LATE)
        awaited = [one for one in footprint.awaited if one[0] in known]
        if is_late or not (left or awaited):
            left |= {
                f'{kind} {name}, which {service.title} has not made yet'
                for kind, name in awaited
            }
            return sorted(left)
        members[0].limits.sleep(pause)
        pause = min(2 * pause, 3)


def _delete(
    account: accounts.Account, kind: str, footprint: footprints.Footprint
) -> set[str]:
    """Delete each resource once; return what was there, or may be."""
    try:
        resources = found(account, kind, footprint)
    except limits.CannotTell:
        return {
            f'{kind} {name}' for made, name in footprint.made if made == kind
        }
    for resource in resources:
        footprint.awaited.discard((kind, resource.name))
        with contextlib.suppress(limits.CannotTell):
            response = account.call(
                resource.method, resource.path, resource.body, resource.version
            )
            if response.status == 409 and kind == 'server':
                path = f'{resource.path}/action'
                account.call('POST', path, {'unlock': None})
    return {str(resource) for resource in resources}
