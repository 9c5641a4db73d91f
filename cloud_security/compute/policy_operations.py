# SPDX-License-Identifier: Apache-2.0
"""Nova's policy rules by what isolation means to their operations."""

from __future__ import annotations

#: Rules in whose responses no server is.
WITHOUT_SERVERS = frozenset(
    {
        'os_compute_api:extensions',
        'os_compute_api:limits',
        'os_compute_api:os-aggregates:index',
        'os_compute_api:os-aggregates:show',
        'os_compute_api:os-availability-zone:detail',
        'os_compute_api:os-availability-zone:list',
        # Fields of a server that the caller sees by another rule.
        'os_compute_api:os-extended-server-attributes',
        'os_compute_api:os-flavor-access',
        'os_compute_api:os-flavor-access:add_tenant_access',
        'os_compute_api:os-flavor-access:remove_tenant_access',
        'os_compute_api:os-flavor-extra-specs:create',
        'os_compute_api:os-flavor-extra-specs:delete',
        'os_compute_api:os-flavor-extra-specs:index',
        'os_compute_api:os-flavor-extra-specs:show',
        'os_compute_api:os-flavor-extra-specs:update',
        'os_compute_api:os-flavor-manage:create',
        'os_compute_api:os-flavor-manage:delete',
        'os_compute_api:os-flavor-manage:update',
        'os_compute_api:os-floating-ip-pools',
        'os_compute_api:os-keypairs:create',
        'os_compute_api:os-keypairs:delete',
        'os_compute_api:os-keypairs:index',
        'os_compute_api:os-keypairs:show',
        'os_compute_api:os-networks:list',
        'os_compute_api:os-networks:show',
        'os_compute_api:os-quota-class-sets:show',
        'os_compute_api:os-quota-class-sets:update',
        'os_compute_api:os-quota-sets:defaults',
        'os_compute_api:os-security-groups:create',
        'os_compute_api:os-security-groups:delete',
        'os_compute_api:os-security-groups:get',
        'os_compute_api:os-security-groups:rule:create',
        'os_compute_api:os-security-groups:rule:delete',
        'os_compute_api:os-security-groups:show',
        'os_compute_api:os-security-groups:update',
        'os_compute_api:os-services:list',
        'os_compute_api:os-tenant-networks:list',
        'os_compute_api:os-tenant-networks:show',
        'os_compute_api:os-volumes:snapshots:create',
        'os_compute_api:os-volumes:snapshots:delete',
        'os_compute_api:os-volumes:snapshots:detail',
        'os_compute_api:os-volumes:snapshots:list',
        'os_compute_api:os-volumes:snapshots:show',
        # Parameters of a server that the caller creates by another rule.
        'os_compute_api:servers:create:forced_host',
        'compute:servers:create:requested_destination',
        'os_compute_api:servers:create:zero_disk_flavor',
        # Fields of a server that the caller sees by another rule.
        'os_compute_api:servers:show:host_status',
        'os_compute_api:servers:show:host_status:unknown-only',
        # The specs of a server's flavor, in the response about the server.
        'os_compute_api:servers:show:flavor-extra-specs',
    }
)
#: Rules that let a caller list the servers, or what they use, of all projects.
LISTING_ALL_PROJECTS = frozenset(
    {
        'os_compute_api:os-migrations:index:all_projects',
        'os_compute_api:os-server-groups:index:all_projects',
        'os_compute_api:os-simple-tenant-usage:list',
        'os_compute_api:servers:detail:get_all_tenants',
        'os_compute_api:servers:index:get_all_tenants',
    }
)
_ZONE = 'the zone of a host changes without regard to hidden servers on it'
_HOST = 'it concerns the servers of everybody on the host'
_COUNTS = 'the response counts hidden servers'
_LACKS = 'the response lacks hidden servers, as if the host had none'
_TELLS = 'the response tells that hidden servers exist'
_MISSES = 'it does not find hidden servers, and what asks for them hangs'
_A = 'os_compute_api:os-aggregates'
_H = 'os_compute_api:os-hosts'
_Y = 'os_compute_api:os-hypervisors'
_EVENTS = 'os_compute_api:os-instance-actions:events'
_LOG = 'os_compute_api:os-instance-usage-audit-log'
_TRACES = (
    'tracebacks are free text, in which names and addresses of hidden servers '
    'can stand'
)
#: ``{rule: what goes wrong for a caller who is isolated}``.
DISTURBED = {
    f'{_A}:add_host': _ZONE,
    f'{_A}:remove_host': _ZONE,
    f'{_A}:set_metadata': _TELLS,
    f'{_A}:update': _TELLS,
    'os_compute_api:limits:other_project': _COUNTS,
    'os_compute_api:os-assisted-volume-snapshots:create': _MISSES,
    'os_compute_api:os-assisted-volume-snapshots:delete': _MISSES,
    'os_compute_api:os-baremetal-nodes:list': _COUNTS,
    'os_compute_api:os-baremetal-nodes:show': _TELLS,
    'os_compute_api:os-console-auth-tokens': _TELLS,
    f'{_H}:list': _TELLS,
    f'{_H}:reboot': _HOST,
    f'{_H}:show': _COUNTS,
    f'{_H}:shutdown': _HOST,
    f'{_H}:start': _HOST,
    f'{_H}:update': _HOST,
    f'{_Y}:list': _LACKS,
    f'{_Y}:list-detail': _COUNTS,
    f'{_Y}:search': _LACKS,
    f'{_Y}:servers': _LACKS,
    f'{_Y}:show': _COUNTS,
    f'{_Y}:statistics': _COUNTS,
    f'{_Y}:uptime': _COUNTS,
    _EVENTS: _TRACES,
    f'{_EVENTS}:details': _TRACES,
    f'{_LOG}:list': _COUNTS,
    f'{_LOG}:show': _COUNTS,
    'os_compute_api:os-quota-sets:update': 'a refusal tells what is used',
    'os_compute_api:os-server-external-events:create': _MISSES,
    'os_compute_api:os-services:delete': _TELLS,
    'os_compute_api:os-services:update': _MISSES,
    'os_compute_api:os-volumes-attachments:swap': _MISSES,
}
#: The same for callers of other projects than the one that is asked about.
DISTURBED_ELSEWHERE = {'os_compute_api:os-quota-sets:detail': _COUNTS}
