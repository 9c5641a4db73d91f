# SPDX-License-Identifier: Apache-2.0
"""Requests to Nova's API by a member who owns 100 servers."""

from typing import Any
from typing import Dict
from typing import NamedTuple
from typing import Optional
from typing import Tuple

#: What stands in a path for an own server, another's and none.
OWN, OTHERS, NONE = '{own}', '{others}', '{none}'
LATEST = 'latest'

#: Each reads something that the one before does not. Source: nova/api/
#: openstack/compute/servers.py and views/servers.py, Nova 34.
DETAIL_VERSIONS = (
    '2.1',
    '2.16',  # the hosts' services
    '2.26',  # tags
    '2.47',  # the flavor itself
    '2.63',  # trusted certificates
    '2.69',  # cells that are down
    '2.73',  # why it is locked
    '2.96',  # requests to the scheduler
    LATEST,
)
INDEX_VERSIONS = ('2.1', '2.69', LATEST)


class Call(NamedTuple):
    """One request, or two that undo each other.

    ``stock_path`` is what stock Nova is asked instead: where the filter says
    that there is no server, a server that does not exist. ``status`` is what
    all must answer.
    """

    name: str
    path: str
    version: str = LATEST
    bodies: Tuple[Optional[Dict[str, Any]], ...] = (None,)
    stock_path: str = ''
    status: int = 200


#: Compared with stock Nova in the same project.
SINGLE = (
    Call('show', f'servers/{OWN}'),
    Call('show, 2.1', f'servers/{OWN}', '2.1'),
    Call(
        'lock, unlock',
        f'servers/{OWN}/action',
        bodies=({'lock': None}, {'unlock': None}),
        status=202,
    ),
    Call(
        "404, another's",
        f'servers/{OTHERS}',
        stock_path=f'servers/{NONE}',
        status=404,
    ),
)
#: Compared with stock Nova where the member's servers are the only ones.
LISTS = (
    tuple(
        Call(f'index, {version}', 'servers', version)
        for version in INDEX_VERSIONS
    )
    + tuple(
        Call(f'detail, {version}', 'servers/detail', version)
        for version in DETAIL_VERSIONS
    )
    + (
        Call('detail, a page of 20', f'servers/detail?limit=20&marker={OWN}'),
        Call('usage', 'os-simple-tenant-usage/{project}'),
        Call('server groups', 'os-server-groups'),
    )
)
#: What a client asks for the member's servers on stock Nova.
PAGE = 'servers/detail?limit=1000'
#: The same in one request, since 2.83: Nova filters, clients must know it.
BY_USER = Call(
    'detail?user_id=',
    'servers/detail',
    stock_path='servers/detail?user_id={user}',
)
#: Asked in projects of all sizes.
GROWING = ('index, latest', 'detail, latest')
