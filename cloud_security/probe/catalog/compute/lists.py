# SPDX-License-Identifier: Apache-2.0
"""Lists that could name a server: with filters, pages and old paths.

Source: nova/api/openstack/compute/servers.py, Nova 29 to 34.
"""

from cloud_security.probe.catalog import operations
from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.operations import lists
from cloud_security.probe.catalog.operations import Operation

#: Name, query, and the oldest microversion with such a query.
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
