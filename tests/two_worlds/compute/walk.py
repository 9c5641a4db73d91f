# SPDX-License-Identifier: Apache-2.0
"""The deterministic walk: every route, action and edge of a microversion.

The walk turns all that Nova declares (declared.py) into requests of a member
and of a reader. They are about hidden servers, own ones and unknown ones,
valid and broken, in every spelling that Nova's router or database may accept.
"""

import itertools
import re

from tests.functional.compute import operations
from tests.two_worlds import request
from tests.two_worlds.compute import census
from tests.two_worlds.compute import fleet
from tests.two_worlds.compute import inputs

CALLERS = ('bob', 'reader')
#: The spellings for paths that Nova handles like others.
COMMON = ('upper', 'bare', 'space', 'accent', 'slash', 'json')
LISTS = ('/servers', '/servers/detail', '/os-volumes_boot')
#: One of so many broken bodies is sent.
DEEP = 4


def text(version):
    return f'2.{version}'


class Walk:
    """Requests in an order that leaves own servers alive to the end."""

    def __init__(self, operations_of_nova):
        self.operations = operations_of_nova
        #: Of what members may do, each must succeed at least once.
        self.labels = {label(operation) for operation in operations_of_nova}
        self.latest = max(
            edge
            for operation in operations_of_nova
            for edge in operation['versions']
        )

    def requests(self):
        """Yield every request; what changes own servers comes last."""
        for part in (
            self.lists,
            self.hidden,
            self.elsewhere,
            self.made,
            self.own,
        ):
            # Each once, in this order.
            yield from dict.fromkeys(part())

    def lists(self):
        """Lists of servers, their filters, pages and links."""
        for who in CALLERS:
            for operation in self._where(is_list, 'GET'):
                path, newest = operation['path'], operation['newest']
                for version in self._versions(who, operation):
                    yield self._ask(who, operation, path, version)
                # The reader reads as a member.
                is_asked = path == '/servers' or (
                    who == 'bob' and not is_old(path)
                )
                for name in operation['query'] if is_asked else ():
                    values = inputs.VALUES.get(name, ('1', 'x'))
                    for value in values if who == 'bob' else values[:1]:
                        query = f'{path}?{name}={value}'
                        yield self._ask(who, operation, query, newest)
                        if who == 'bob' and path == '/servers':
                            yield self._ask(who, operation, query, 1)
                for query in inputs.QUERIES:
                    for version in (1, 69, newest)[-self._depth(who) :]:
                        yield self._ask(
                            who, operation, f'{path}?{query}', version
                        )

    def hidden(self):
        """Operations on one hidden server."""
        for who in CALLERS:
            for operation in self._where(is_on_a_server):
                yield from self._on_hidden(who, operation)
        for operation in self._where(is_on_a_server):
            yield from self._oddly_spelled(operation)

    def _on_hidden(self, who, operation):
        for version in self._versions(who, operation):
            yield from self._written(
                who, operation, '<hidden.active>', version
            )
        if who != 'bob':
            return
        for name in inputs.HIDDEN[1:] + ['unknown']:
            path = next(self.paths(operation, f'<{name}>'))
            newest = operation['newest']
            body = next(self.bodies(operation, newest))
            yield self._ask(who, operation, path, newest, body)

    def _oddly_spelled(self, operation):
        if operation['action'] not in (None, 'os-stop', 'rebuild'):
            return
        # All of Nova's own look a server up in the same way.
        is_like_others = operation['path'].count('/') > 2
        for spelled in COMMON if is_like_others else request.SPELLINGS:
            for name in ('hidden.active', 'own.failing'):
                if name.startswith('own') and operation['method'] != 'GET':
                    continue
                path = next(self.paths(operation, f'<{name}|{spelled}>'))
                body = next(self.bodies(operation, operation['newest']))
                yield self._ask(
                    'bob', operation, path, operation['newest'], body
                )

    def elsewhere(self):
        """Operations that are not on one server of the path."""
        for operation in self.operations:
            if is_on_a_server(operation['path']) or (
                operation['method'] == 'GET' and is_list(operation['path'])
            ):
                continue
            yield from self._elsewhere(operation)
        for method in ('GET', 'PUT', 'DELETE', 'HEAD', 'PATCH'):
            for path in ('/servers/<hidden.active>', '/servers'):
                yield request.request(
                    'bob', 'POST', f'{path}?_method={method}', {}
                )
        for prefix in ('/v2', '/v2.1/' + fleet.PROJECT, '/v2.1/other'):
            for path in ('', '/<hidden.active>', '/<own.active>', '/detail'):
                yield request.request('bob', 'GET', f'{prefix}/servers{path}')

        for head in inputs.HEADS:
            for path in ('/servers', '/servers/detail', '/servers/<unknown>'):
                for server in ('<hidden.active>', '<own.active>'):
                    for method in ('GET', 'HEAD'):
                        yield request.request(
                            'bob',
                            method,
                            path.replace('<unknown>', server),
                            **head,
                        )
            yield request.request(
                'bob', 'DELETE', '/servers/<hidden.active>', **head
            )

    def _elsewhere(self, operation):
        newest = operation['newest']
        # There, one answers for all.
        few = 1 if operation['path'] in census.GONE else None
        for path in self.paths(operation, '<hidden.active>'):
            if operation['method'] == 'DELETE':
                # The one with servers in it is needed.
                path = path.replace('<own.group>', '<own.spare>')
            for version in operation['versions']:
                bodies = self.bodies(operation, version)
                for body in itertools.islice(bodies, few):
                    yield self._ask('bob', operation, path, version, body)
            body = next(self.bodies(operation, newest))
            yield self._ask('reader', operation, path, newest, body)
        path = next(self.paths(operation, '<unknown>'))
        for name in operation['query']:
            for value in inputs.VALUES.get(name, ('1', 'x')):
                query = f'{path}?{name}={value}'
                yield self._ask('bob', operation, query, newest)
        if (
            operation['method'] == 'GET'
            and operation['path'] in inputs.COUNTED
        ):
            for query, version in itertools.product(
                inputs.QUERIES + inputs.PERIODS, (1, newest)
            ):
                yield self._ask('bob', operation, f'{path}?{query}', version)

    def made(self):
        """Servers that are made."""
        for operation in self._where(lambda path: path == '/servers', 'POST'):
            for version in (37, self.latest):
                for more, hints in inputs.MADE:
                    body = {
                        'server': {
                            'name': 'made',
                            'flavorRef': '1',
                            'imageRef': fleet.IMAGE,
                            'networks': 'none',
                            **more,
                        },
                        'os:scheduler_hints': hints,
                    }
                    volumes = more.get('block_device_mapping_v2')
                    if volumes:
                        del body['server']['imageRef']
                        body['server']['block_device_mapping_v2'] = [
                            {
                                'uuid': volume,
                                'source_type': 'volume',
                                'destination_type': 'volume',
                                'boot_index': 0,
                            }
                            for volume in volumes
                        ]
                    yield self._ask(
                        'bob', operation, '/servers', version, body
                    )

    def own(self):
        """Operations on own servers."""
        for who in reversed(CALLERS):
            for operation in self._where(is_on_a_server):
                newest = operation['newest']
                if operation['method'] == 'GET':
                    # The reader reads as a member.
                    for name in inputs.OWN if who == 'bob' else inputs.OWN[:1]:
                        for path in self.paths(operation, f'<{name}>'):
                            yield self._ask(who, operation, path, newest)
                    continue
                yield from self._written(
                    who, operation, '<own.active>', newest
                )
                for path in self.paths(operation, '<own.active>'):
                    body = next(self.bodies(operation, 1))
                    yield self._ask(who, operation, path, 1, body)

    def _written(self, who, operation, server, version):
        """Yield an operation with its paths and bodies.

        All bodies are written to the first path, and by the member: a reader
        may write none, and Nova has one controller for both servers' paths.
        """
        few = 1 if who != 'bob' or is_old(operation['path']) else None
        for path in self.paths(operation, server):
            for body in itertools.islice(self.bodies(operation, version), few):
                yield self._ask(who, operation, path, version, body)
            few = 1

    def with_a_cell_down(self):
        """Yield what is asked while the cell of ``remote`` servers is down."""
        yield from dict.fromkeys(self._reads())

    def _reads(self):
        for operation in self.operations:
            if operation['method'] != 'GET':
                continue
            path = operation['path']
            for name in ('remote', 'active'):
                for kind in ('hidden', 'own'):
                    for version in (68, 69, operation['newest']):
                        for whole in self.paths(operation, f'<{kind}.{name}>'):
                            yield self._ask('bob', operation, whole, version)
            if is_list(path):
                for query in inputs.QUERIES:
                    whole = f'{path}?{query}'
                    yield self._ask(
                        'bob', operation, whole, operation['newest']
                    )

    def _ask(self, who, operation, path, version, body=None):
        return request.request(
            who,
            operation['method'],
            path,
            body,
            text(version),
            label(operation),
        )

    def _depth(self, who):
        """Return how many versions suffice: a reader reads as a member."""
        return 3 if who == 'bob' else 1

    def _versions(self, who, operation):
        """Return every edge for the member, both ends for the reader."""
        versions = operation['versions']
        return versions if who == 'bob' else [versions[0], versions[-1]]

    def _where(self, holds, method=None):
        return [
            operation
            for operation in self.operations
            if holds(operation['path'])
            and method in (None, operation['method'])
        ]

    def paths(self, operation, server):
        """Yield paths, with a server and what else may stand there."""
        path = re.sub(
            r'^(/servers|/os-volumes_boot)/\{[a-z_]+\}',
            lambda found: f'{found.group(1)}/{server}',
            operation['path'],
        )
        before = path.partition('/{')[0].rsplit('/', 1)[-1]
        for part in inputs.PARTS.get(before, (server, 'sample')):
            yield re.sub(r'\{[a-z_]+\}', part, path)
            if '{' not in path:
                return

    def bodies(self, operation, version):
        """Yield bodies; broken ones only at both ends of the versions."""
        if operation['method'] not in ('POST', 'PUT'):
            yield None
            return
        action = operation['action']
        if action in operations.ACTIONS:
            yield {action: operations.ACTIONS[action]}
        for arguments in inputs.ACTIONS.get(action, ()):
            yield {action: arguments}
        rest = re.sub(
            r'^/(servers|os-volumes_boot)/\{[a-z_]+\}', '', operation['path']
        )
        if rest == '/os-volume_attachments':
            yield {'volumeAttachment': {'volumeId': '<own.free>'}}
        known = operations.BODIES.get((operation['method'], rest))
        if known is not None:
            yield known
        is_at_end = version in (1, operation['newest'])
        for first, last, valid, broken in operation['bodies']:
            if first <= version <= last:
                yield from valid
                if is_at_end:
                    yield from broken[::DEEP]
        if is_at_end:
            yield from ({action: {'sample': 1}} if action else {}, '{', '')


def is_list(path):
    return path in LISTS or path == '/os-volumes_boot/detail'


def is_old(path):
    """Tell whether what answers there is what answers at /servers.

    Source: nova/api/openstack/compute/routes.py, up to Nova 32, and
    volumes_boot.py there, a subclass, Nova 33 and 34.
    """
    return path.startswith('/os-volumes_boot')


def is_on_a_server(path):
    return bool(re.match(r'/(servers|os-volumes_boot)/\{', path))


def label(operation):
    """Return such as ``POST /servers/{id}/action reboot``."""
    words = operation['method'], operation['path'], operation['action'] or ''
    return ' '.join(words).strip()


def is_about_own(asked):
    """Tell whether a member may change ``<own.active>`` with a request."""
    return (
        asked.who == 'bob'
        and asked.method != 'GET'
        and '<own.active>' in asked.path
    )


def action(asked):
    """Return the name of the action that a request calls, or None."""
    _, _, name = asked.label.partition('/action ')
    return name or None
