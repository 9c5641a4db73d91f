"""Attempts that change or remove a server.

They are a walk: the owner does each step at his example, the peer then tries
the same at the target, which is in the same state where he got through before.
Source: nova/api/openstack/compute/servers.py and the actions beside it.
"""

from cloud_security.probe import attaching
from cloud_security.probe.operations import acts
from cloud_security.probe.operations import changes
from cloud_security.probe.operations import Effect
from cloud_security.probe.operations import EITHER
from cloud_security.probe.operations import Kind
from cloud_security.probe.operations import only_refused
from cloud_security.probe.operations import Operation

WRITES = (
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
    # What an admin of another project locks the owner cannot unlock.
    acts('lock', 'lock'),
    acts('unlock', 'unlock'),
)

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
    # Only now the owner's server has moved.
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


REMOVALS = (
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

TABLE = (
    WRITES + attaching.ATTACHMENTS + attaching.REFERENCES + STATES + REMOVALS
)
