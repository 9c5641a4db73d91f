# SPDX-License-Identifier: Apache-2.0
"""Reads of the project: usage, quota, server groups, images and volumes.

Source: nova/api/openstack/compute/, the controllers beside servers.py.
"""

from cloud_security.probe.catalog.operations import lists
from cloud_security.probe.catalog.operations import Operation

_USAGE = 'os-simple-tenant-usage/{project}?start={start}&end={end}'

PROJECT = (
    lists(
        'usage of the project',
        _USAGE,
        late=True,
        repeats=True,
        names_own=True,
    ),
    lists(
        'usage, oldest microversion',
        _USAGE,
        until='2.1',
        late=True,
        names_own=True,
    ),
    Operation(
        'usage behind the server',
        'GET',
        _USAGE + '&marker={server}',
        since='2.40',
    ),
    Operation(
        "the owner's part of the quota",
        'GET',
        'os-quota-sets/{project}/detail?user_id={user}',
        about='user',
    ),
    lists(
        'list server groups',
        'os-server-groups?{all_projects}',
        about='group',
        repeats=True,
    ),
    Operation(
        'show a server group', 'GET', 'os-server-groups/{group}', about='group'
    ),
    # Up to 2.35 Nova proxies Glance and Cinder, which name servers.
    lists(
        'server of a snapshot',
        'images/{snapshot}',
        until='2.35',
        part='snapshots',
    ),
    lists(
        "server in a snapshot's metadata",
        'images/{snapshot}/metadata',
        until='2.35',
        part='snapshots',
    ),
    lists(
        'servers of all snapshots',
        'images/detail?name={snapshot_name}',
        until='2.35',
        part='snapshots',
    ),
    lists(
        'servers of volumes',
        'os-volumes/detail',
        until='2.35',
        part='volumes',
    ),
)
