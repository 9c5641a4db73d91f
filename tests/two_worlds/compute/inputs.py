# SPDX-License-Identifier: Apache-2.0
"""Values that the walk puts into paths, queries, headers and bodies."""

import uuid

from tests.two_worlds.compute import fleet
from tests.two_worlds.compute import neutron

HIDDEN = [f'hidden.{state}' for state in fleet.STATES + ('ownerless',)]
OWN = [f'own.{state}' for state in fleet.STATES]
#: IDs for the last ``{id}`` of a route, by the word before it.
PARTS = {
    'os-volume_attachments': ('<hidden.volume>', '<own.volume>', '<unknown>'),
    'os-interface': ('<hidden.port>', '<own.port>', '<unknown>'),
    'os-server-groups': ('<hidden.group>', '<own.group>', '<unknown>'),
    'os-instance-actions': (
        'req-<hidden.request>',
        'req-<own.request>',
        '<unknown>',
    ),
    'os-simple-tenant-usage': (fleet.PROJECT,),
    'os-quota-sets': (fleet.PROJECT,),
    'os-volumes': ('<hidden.volume>', '<own.volume>'),
    'os-floating-ips': tuple(
        str(uuid.uuid5(neutron.NAMESPACE, address))
        # Members may delete them; the own server's is needed.
        for address in neutron.ADDRESSES[::2]
    ),
    # Members may delete it.
    'images': ('a2459075-d96c-40d5-893e-577ff92e721c',),
    'flavors': ('1',),
    'metadata': ('of', 'key'),
    'tags': ('tag-of-alice', 'tag-of-bob', 'key'),
    'ips': ('private',),
    'os-keypairs': ('key',),
}
#: Values for each name in a query.
VALUES = {
    'name': ('of-alice', 'of-bob', 'active', '^a', '['),
    'display_name': ('of-alice', 'active'),
    'status': ('ACTIVE', 'ERROR', 'BUILD', 'DELETED', 'SHELVED', 'nonsense'),
    'vm_state': ('active', 'error'),
    'marker': [f'<{name}>' for name in HIDDEN + OWN[:2] + OWN[5:]]
    + ['<unknown>', '<hidden.active|upper>', '<own.active|upper>', ''],
    'limit': ('0', '1', '2', '-1', 'x'),
    'offset': ('1',),
    'sort_key': ('uuid', 'display_name', 'created_at', 'user_id', 'host'),
    'sort_dir': ('asc', 'desc'),
    'uuid': ('<hidden.active>', '<own.active>', '<unknown>'),
    'user_id': ('alice', 'bob'),
    'project_id': (fleet.PROJECT,),
    'tenant_id': (fleet.PROJECT,),
    'all_tenants': ('1', '0', 'x'),
    'all_projects': ('1',),
    'deleted': ('1', '0'),
    'tags': ('tag-of-alice', 'tag-of-bob'),
    'tags-any': ('tag-of-alice,tag-of-bob',),
    'not-tags': ('tag-of-alice',),
    'not-tags-any': ('tag-of-bob',),
    'metadata': ('{"of": "alice"}', '{"of": "bob"}'),
    'ip': ('192', '.*'),
    'locked': ('true', 'false'),
    'locked_by': ('owner',),
    'changes-since': ('2026-01-01T00:00:00', '2030-01-01T00:00:00'),
    'changes-before': ('2030-01-01T00:00:00',),
    'availability_zone': ('one', 'two'),
    'host': ('host1',),
    'node': ('host1',),
    'flavor': ('1',),
    'image': (fleet.IMAGE,),
    'reservation_id': ('r-sample',),
    'start': ('2025-01-01',),
    'end': ('2027-01-01',),
    'detailed': ('0', '1'),
    'hostname': ('active-of-alice',),
    'power_state': ('1',),
    'task_state': ('scheduling',),
    'instance_uuid': ('<hidden.active>', '<own.active>'),
}
#: Queries with several names.
QUERIES = (
    'limit=1&marker=<hidden.active>',
    'limit=1&marker=<own.stopped>',
    'limit=2&sort_key=uuid&sort_dir=asc',
    'limit=2&sort_key=user_id&sort_dir=desc',
    'limit=1&status=ERROR',
    'all_tenants=1&project_id=' + fleet.PROJECT,
    'all_tenants=1&user_id=alice',
    'name=of&limit=3&sort_key=display_name',
    'deleted=true&limit=1',
    'changes-since=2026-01-01T00:00:00&limit=2',
    'nonsense=1',
    'limit=1&limit=2',
    'tags=tag-of-alice&tags=tag-of-bob',
)
#: Further bodies of actions.
ACTIONS = {
    # Taking a hidden server's is told from the worlds on purpose.
    'addFloatingIp': [
        {'address': address} for address in neutron.ADDRESSES[:2]
    ],
    'removeFloatingIp': [
        {'address': address} for address in neutron.ADDRESSES
    ],
}
NETWORK = '3cb9bc59-5699-4588-a4b1-b87f96708bc6'
#: Servers that members create: additions to the server, and its hints.
MADE = (
    ({}, {}),
    ({'min_count': 2, 'max_count': 2, 'return_reservation_id': True}, {}),
    ({'metadata': {'of': 'bob'}, 'availability_zone': 'two'}, {}),
    ({'networks': [{'uuid': NETWORK}]}, {}),
    ({'networks': [{'uuid': NETWORK, 'fixed_ip': '192.168.1.3'}]}, {}),
    ({'networks': [{'port': '<hidden.port>'}]}, {}),
    ({'networks': [{'port': '<own.port>'}]}, {}),
    ({'block_device_mapping_v2': ['<own.free>']}, {}),
    ({'block_device_mapping_v2': ['<own.volume>']}, {}),
    ({'block_device_mapping_v2': ['<hidden.volume>']}, {}),
    ({}, {'group': '<hidden.group>'}),
    ({}, {'group': '<own.group>'}),
    ({}, {'same_host': ['<hidden.active>']}),
    ({}, {'same_host': '<own.active>'}),
    ({}, {'different_host': ['<hidden.active>', '<unknown>']}),
    ({}, {'different_host': ['<own.active>']}),
    ({}, {'near': '<hidden.active>', 'same_host': '<hidden.active|upper>'}),
    ({}, {'query': '["=", "$instances.<hidden.active>.name", "a"]'}),
)
#: Headers that clients and services send.
HEADS = (
    {'X_Service_Roles': 'service'},
    {'Accept': 'application/xml'},
    {'X_OpenStack_Nova_API_Version': '2.26'},
    {'X_Forwarded_For': '<hidden.active>'},
    {'X_OpenStack_Request_Id': 'req-<hidden.active>'},
)
#: Other routes that count or name servers, and read queries.
COUNTED = (
    '/os-server-groups',
    '/os-simple-tenant-usage',
    '/os-simple-tenant-usage/{id}',
    '/os-quota-sets/{id}/detail',
    '/limits',
)
#: Usage needs both ends, as time stands still while a request is answered.
PERIODS = tuple(
    f'start=2025-01-01T00:00:00&end=2027-01-01T00:00:00&detailed=1{more}'
    for more in (
        '',
        '&limit=1',
        '&marker=<hidden.active>',
        '&marker=<own.active>&limit=2',
    )
)
