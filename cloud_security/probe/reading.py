"""Attempts that read: one server, lists, usage, groups, what others name.

Source: nova/api/openstack/compute/routes.py, Nova 29 to 34.
"""

from typing import Tuple

from cloud_security.probe import operations
from cloud_security.probe.operations import EITHER
from cloud_security.probe.operations import Kind
from cloud_security.probe.operations import lists
from cloud_security.probe.operations import Operation
from cloud_security.probe.operations import reads


def _console(kind: str, protocol: str, action: str) -> Tuple[Operation, ...]:
    return (
        Operation(
            f'open the {protocol} console',
            'POST',
            'servers/{server}/remote-consoles',
            {'remote_console': {'protocol': protocol, 'type': kind}},
            since='2.6',
        ),
        Operation(
            f'open the {protocol} console, before 2.6',
            'POST',
            'servers/{server}/action',
            {action: {'type': kind}},
            until='2.5',
        ),
    )


SERVER = (
    reads('show', '', is_core=True),
    reads('show, oldest microversion', '', until='2.1'),
    Operation(
        'show through the project',
        'GET',
        '/v2.1/{own_project}/servers/{server}',
    ),
    Operation('show through v2', 'GET', '/v2/servers/{server}', until='2.1'),
    Operation(
        'show by its alias', 'GET', 'os-volumes_boot/{server}', until='2.102'
    ),
    Operation('show in capitals', 'GET', 'servers/{SERVER}'),
    reads('read metadata', '/metadata'),
    reads('read one key', '/metadata/probe'),
    reads('read tags', '/tags', since='2.26'),
    reads('read one tag', '/tags/{tag}', since='2.26'),
    reads('read addresses', '/ips'),
    reads('read addresses of a network', '/ips/{label}'),
    reads('read its history', '/os-instance-actions'),
    reads('read one action', '/os-instance-actions/{request}'),
    reads('read interfaces', '/os-interface'),
    reads('read one interface', '/os-interface/{port}'),
    reads('read security groups', '/os-security-groups'),
    reads('read the password', '/os-server-password'),
    reads('read volumes', '/os-volume_attachments'),
    reads(
        'read one volume',
        '/os-volume_attachments/{nothing}',
        works=(200, 404),
        never=404,
        why='Cinder takes 404 there as "gone, delete the attachment" '
        '(CVE-2023-2088).',
    ),
    reads('read the topology', '/topology', since='2.78'),
    reads('read diagnostics', '/diagnostics', works=EITHER),
    reads('read migrations', '/migrations', since='2.23', works=EITHER),
    reads('read one migration', '/migrations/1', since='2.23', works=EITHER),
    reads('read shares', '/shares', since='2.101'),
    # Nova 31 and 32 refuse admins of other projects.
    reads(
        'read shares, before 2.101',
        '/shares',
        since='2.97',
        until='2.100',
        repeats=False,
    ),
    reads('read one share', '/shares/{nothing}', since='2.97', works=EITHER),
    Operation(
        'read the console log',
        'POST',
        'servers/{server}/action',
        {'os-getConsoleOutput': {'length': 5}},
    ),
    *_console('novnc', 'vnc', 'os-getVNCConsole'),
    *_console('spice-html5', 'spice', 'os-getSPICEConsole'),
    *_console('serial', 'serial', 'os-getSerialConsole'),
)

#: What is asked for, the query, and since when there is such a query.
_FILTERS = (
    ('by name', 'name={name}', '2.1'),
    ('by status', 'status=ACTIVE&name={name}', '2.1'),
    (
        'changed since',
        'changes-since=2000-01-01T00:00:00Z&name={name}',
        '2.1',
    ),
    ('changed before', 'changes-before={end}&name={name}', '2.66'),
    ('by image', 'image={image}&name={name}', '2.1'),
    ('by flavor', 'flavor={flavor}&name={name}', '2.1'),
    ('by project', 'project_id={project}&name={name}', '2.1'),
    ('by user', 'user_id={user}&name={name}', '2.1'),
    ('by tag', 'tags={tag}', '2.26'),
    ('by any tag', 'tags-any={tag}', '2.26'),
    ('without a tag', 'not-tags=none&name={name}', '2.26'),
    ('not locked', 'locked=false&name={name}', '2.73'),
    ('newest first', 'sort_key=created_at&sort_dir=desc&name={name}', '2.1'),
    (
        'first by name',
        'sort_key=display_name&sort_dir=asc&limit=1&name={name}',
        '2.1',
    ),
)

LISTS = (
    *(
        lists(
            f'list {what}, {version}',
            f'{path}?{{everywhere}}',
            until=version,
            repeats=True,
            names_own=True,
            is_core=(what, version) == ('servers', '2.1'),
        )
        for what, path in (
            ('servers', 'servers'),
            ('details', 'servers/detail'),
        )
        for version in ('2.1', '2.69', operations.NEWEST)
    ),
    lists(
        'list through the project',
        '/v2.1/{own_project}/servers?{everywhere}',
        names_own=True,
    ),
    lists(
        'list through v2',
        '/v2/servers/detail?{everywhere}',
        until='2.1',
        repeats=True,
        names_own=True,
    ),
    lists(
        'list by its alias',
        'os-volumes_boot?{everywhere}',
        until='2.102',
        repeats=True,
        names_own=True,
    ),
    lists(
        'list details by its alias',
        'os-volumes_boot/detail?{everywhere}',
        until='2.102',
        names_own=True,
    ),
    *(
        lists(
            f'list {which}',
            f'servers/detail?{{everywhere}}{query}',
            since=since,
        )
        for which, query, since in _FILTERS
    ),
    Operation(
        'page behind the server', 'GET', 'servers?{everywhere}marker={server}'
    ),
    Operation(
        'page of details',
        'GET',
        'servers/detail?{everywhere}marker={server}&limit=1',
    ),
    Operation(
        'page by its alias',
        'GET',
        'os-volumes_boot?{everywhere}marker={server}',
        until='2.102',
    ),
    Operation(
        'list while Nova builds it',
        'GET',
        'servers/detail',
        kind=Kind.BUILDING,
        repeats=False,
    ),
)

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
    # What other services hold, and for whom, up to 2.35.
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

TABLE = SERVER + LISTS + PROJECT
