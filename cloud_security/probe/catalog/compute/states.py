# SPDX-License-Identifier: Apache-2.0
"""Actions that lead a server from state to state.

They are a walk. The owner does each step at the example; the peer then tries
the same at the target, which is in the same state if earlier steps succeeded.
Source: nova/api/openstack/compute/servers.py and the actions beside it.
"""

from cloud_security.probe.catalog.operations import acts
from cloud_security.probe.catalog.operations import changes
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.operations import only_refused
from cloud_security.probe.catalog.operations import Operation

STATES = (
    acts('change the password', 'changePassword', {'adminPass': '{password}'}),
    acts(
        'make an image', 'createImage', {'name': '{snapshot_name}'}, lasts=True
    ),
    acts(
        'make a backup',
        'createBackup',
        {'name': '{snapshot_name}', 'backup_type': 'daily', 'rotation': 1},
        lasts=True,
    ),
    acts('pause', 'pause', becomes='PAUSED'),
    acts('unpause', 'unpause', becomes='ACTIVE'),
    acts('suspend', 'suspend', becomes='SUSPENDED'),
    acts('resume', 'resume', becomes='ACTIVE'),
    acts('stop', 'os-stop', becomes='SHUTOFF'),
    acts('start', 'os-start', becomes='ACTIVE'),
    acts('reboot', 'reboot', {'type': 'HARD'}, becomes='ACTIVE'),
    Operation(
        'reboot by its alias',
        'POST',
        'os-volumes_boot/{server}/action',
        {'reboot': {'type': 'HARD'}},
        until='2.102',
        effect=Effect.CHANGES,
        becomes='ACTIVE',
        repeats=False,
    ),
    Operation(
        'reboot through v2',
        'POST',
        '/v2/servers/{server}/action',
        {'reboot': {'type': 'HARD'}},
        until='2.1',
        effect=Effect.CHANGES,
        becomes='ACTIVE',
        repeats=False,
    ),
    acts('crash', 'trigger_crash_dump', since='2.17'),
    acts('rescue', 'rescue', {'adminPass': '{password}'}, becomes='RESCUE'),
    acts('unrescue', 'unrescue', becomes='ACTIVE'),
    acts('shelve', 'shelve', becomes='SHELVED'),
    acts('unshelve', 'unshelve', becomes='ACTIVE'),
    acts(
        'resize', 'resize', {'flavorRef': '{bigger}'}, becomes='VERIFY_RESIZE'
    ),
    acts('give up the resize', 'revertResize', becomes='ACTIVE'),
    acts(
        'resize again',
        'resize',
        {'flavorRef': '{bigger}'},
        becomes='VERIFY_RESIZE',
    ),
    acts('confirm the resize', 'confirmResize', becomes='ACTIVE'),
    # The resize above made the first migration of the owner's server.
    Operation(
        'list migrations',
        'GET',
        'os-migrations?project_id={project}&limit=100',
        kind=Kind.SEARCHED,
        effect=Effect.CHANGES,
        since='2.80',
    ),
    changes(
        'abort a migration',
        'DELETE',
        '/migrations/1',
        since='2.24',
        works=EITHER,
    ),
    changes(
        'force a migration',
        'POST',
        '/migrations/1/action',
        {'force_complete': None},
        since='2.22',
        works=EITHER,
        repeats=False,
    ),
    only_refused('migrate', 'migrate'),
    only_refused(
        'migrate live',
        'os-migrateLive',
        {'host': None, 'block_migration': 'auto'},
        since='2.30',
    ),
    only_refused('inject its network', 'injectNetworkInfo'),
    only_refused('reset its state', 'os-resetState', {'state': 'active'}),
    only_refused('restore', 'restore'),
)
