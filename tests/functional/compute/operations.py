# SPDX-License-Identifier: Apache-2.0
"""Requests for every operation on one server, from Nova's own routes."""

import collections

from nova.api.openstack.compute import routes

from cloud_security.probe import catalog
from cloud_security.probe.catalog import operations
from tests.functional.compute import cloud

Request = collections.namedtuple('Request', 'method path body')

VOLUME = 'a26887c6-c47b-4654-abb5-dfadf7d3f803'
IMAGE = cloud.IMAGE


def volume(*servers):
    """Return Cinder's representation of a volume that servers hold."""
    return {
        'id': VOLUME,
        'status': 'in-use',
        'size': 1,
        'availability_zone': 'nova',
        'created_at': '2026-01-01T00:00:00.0',
        'attach_status': 'attached',
        'display_name': 'v',
        'display_description': '',
        'snapshot_id': None,
        'volume_type_id': None,
        'volume_metadata': {},
        'attachments': {
            server_id: {'mountpoint': '/dev/vdb'} for server_id in servers
        },
    }


_VALUES = {
    'address': '10.10.10.10',
    'bigger': '2',
    'image': IMAGE,
    'nothing': VOLUME,
    'password': 'secret',
    'snapshot_name': 'image',
}
#: Arguments of each server action, which Nova's schemas accept: those of the
#: probe's catalog, and of actions that the catalog lacks.
ACTIONS = {
    name: arguments
    for operation in catalog.TABLE
    if operation.path.endswith('/action')
    and 'migrations' not in operation.path
    for name, arguments in operations.filled(operation.body, _VALUES).items()
}
ACTIONS.update(
    {
        'os-getRDPConsole': {'type': 'rdp-html5'},
        'removeFloatingIp': {'address': '10.10.10.10'},
        'resetNetwork': None,
    }
)

#: Bodies of routes, by method and the path below the server.
BODIES = {
    ('PUT', ''): {'server': {'name': 'renamed'}},
    ('POST', '/consoles'): {},
    ('POST', '/metadata'): {'metadata': {'key': 'value'}},
    ('PUT', '/metadata'): {'metadata': {'key': 'value'}},
    ('PUT', '/metadata/{id}'): {'meta': {'key': 'value'}},
    ('POST', '/migrations/{id}/action'): {'force_complete': None},
    ('POST', '/os-interface'): {'interfaceAttachment': {'net_id': VOLUME}},
    ('POST', '/os-volume_attachments'): {
        'volumeAttachment': {'volumeId': VOLUME}
    },
    ('PUT', '/os-volume_attachments/{id}'): {
        'volumeAttachment': {'volumeId': VOLUME}
    },
    ('POST', '/remote-consoles'): {
        'remote_console': {'protocol': 'vnc', 'type': 'novnc'}
    },
    ('POST', '/shares'): {'share': {'share_id': VOLUME}},
    ('PUT', '/tags'): {'tags': ['one', 'two']},
    ('PUT', '/tags/{id}'): None,
}

BROKEN = ({}, {'nonsense': {}}, {'a': 1, 'b': 2}, [], b'{', b'')


def action_names():
    """Return the names of Nova's server actions."""
    return sorted(routes.server_controller().wsgi_actions)


def server_routes():
    """Yield (method, prefix, rest) of each route below one server."""
    for path, methods in routes.ROUTE_LIST:
        head, _, tail = path[1:].partition('/')
        if head in ('servers', 'os-volumes_boot') and (
            tail.startswith('{server_id}') or tail.startswith('{id}')
        ):
            rest = tail.partition('}')[2]
            for method in methods:
                yield method, head, rest


def requests(server_id, is_destructive=False):
    """Yield each operation on a server, with valid and broken bodies.

    :param is_destructive: yield those that delete the server, or the others
    """
    for method, head, rest in server_routes():
        path = f'{head}/{server_id}' + rest.replace('{id}', 'key')
        if '/os-volume_attachments/' in rest:
            path = path.replace('/key', f'/{VOLUME}')
        if rest == '/action':
            for name in action_names():
                removes = name in ('forceDelete', 'shelveOffload')
                if is_destructive == removes:
                    yield Request('POST', path, {name: ACTIONS[name]})
                    if not removes:
                        yield Request('POST', path, {name: {'bad': 1}})
        elif is_destructive == (method == 'DELETE' and not rest):
            yield Request(method, path, BODIES.get((method, rest)))
        if method in ('POST', 'PUT') and not is_destructive:
            for body in BROKEN:
                yield Request(method, path, body)
