# SPDX-License-Identifier: Apache-2.0
"""Operations that delete or replace a server or a server group.

Source: nova/api/openstack/compute/servers.py, server_groups.py and
deferred_delete.py, Nova 29 to 34.
"""

from cloud_security.probe.catalog.operations import acts
from cloud_security.probe.catalog.operations import changes
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import only_refused
from cloud_security.probe.catalog.operations import Operation

DELETIONS = (
    acts(
        'rebuild',
        'rebuild',
        {'imageRef': '{image}'},
        becomes='ACTIVE',
        effect=Effect.DESTROYS,
    ),
    only_refused('evacuate', 'evacuate', {}, effect=Effect.DESTROYS),
    only_refused('offload', 'shelveOffload', effect=Effect.DESTROYS),
    Operation(
        'remove a server group',
        'DELETE',
        'os-server-groups/{group}',
        about='group',
        effect=Effect.DESTROYS,
        repeats=False,
    ),
    acts(
        'remove by force', 'forceDelete', removes=True, effect=Effect.DESTROYS
    ),
    changes(
        'remove',
        'DELETE',
        '',
        effect=Effect.DESTROYS,
        removes=True,
        repeats=False,
        is_core=True,
    ),
)
