# SPDX-License-Identifier: Apache-2.0
"""Changes of a server's properties: metadata, tags, name, password, lock.

Source: nova/api/openstack/compute/server_metadata.py, server_tags.py and
servers.py, Nova 29 to 34.
"""

from cloud_security.probe.catalog.operations import acts
from cloud_security.probe.catalog.operations import changes
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import Operation

PROPERTIES = (
    changes(
        'write metadata', 'POST', '/metadata', {'metadata': {'written': 'x'}}
    ),
    changes(
        'write one key', 'PUT', '/metadata/written', {'meta': {'written': 'y'}}
    ),
    changes('remove one key', 'DELETE', '/metadata/written', repeats=False),
    changes(
        'replace metadata', 'PUT', '/metadata', {'metadata': {'probe': 'z'}}
    ),
    changes('write one tag', 'PUT', '/tags/written', since='2.26'),
    changes(
        'remove one tag',
        'DELETE',
        '/tags/written',
        since='2.26',
        repeats=False,
    ),
    changes(
        'replace tags', 'PUT', '/tags', {'tags': ['written']}, since='2.26'
    ),
    changes('remove tags', 'DELETE', '/tags', since='2.26'),
    changes('remove the password', 'DELETE', '/os-server-password'),
    changes('rename', 'PUT', '', {'server': {'name': '{name}'}}, is_core=True),
    Operation(
        'rename through v2',
        'PUT',
        '/v2/servers/{server}',
        {'server': {'name': '{name}'}},
        until='2.1',
        effect=Effect.CHANGES,
    ),
    Operation(
        'rename by its alias',
        'PUT',
        'os-volumes_boot/{server}',
        {'server': {'name': '{name}'}},
        until='2.102',
        effect=Effect.CHANGES,
    ),
    Operation(
        'rename by an overridden method',
        'POST',
        'servers/{server}?_method=PUT',
        {'server': {'name': '{name}'}},
        effect=Effect.CHANGES,
    ),
    # The owner cannot unlock a server that an admin has locked.
    acts('lock', 'lock'),
    acts('unlock', 'unlock'),
)
