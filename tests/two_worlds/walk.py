"""The deterministic walk: every route, action and edge of a microversion.

What Nova declares (declared.py) becomes requests of a member and of a reader,
about hidden servers, own ones and none, valid and broken, in every spelling
that Nova's router or database might accept.
"""

import re

from tests.functional import operations
from tests.two_worlds import population
from tests.two_worlds import worlds

CALLERS = ('bob', 'reader')
HIDDEN = [f'hidden.{state}' for state in population.STATES]
OWN = [f'own.{state}' for state in population.STATES]
#: What is put for the last {id} of a route.
PARTS = {
    'os-volume_attachments': ('<hidden.volume>', '<own.volume>', '<unknown>'),
    'os-interface': ('<hidden.port>', '<unknown>'),
    'os-server-groups': ('<hidden.group>', '<own.group>', '<unknown>'),
    'os-simple-tenant-usage': (population.PROJECT,),
    'os-quota-sets': (population.PROJECT,),
    'os-volumes': ('<hidden.volume>', '<own.volume>'),
    # Members may delete it.
    'images': ('a2459075-d96c-40d5-893e-577ff92e721c',),
    'flavors': ('1',),
    'metadata': ('of', 'key'),
    'tags': ('tag-of-alice', 'tag-of-bob', 'key'),
    'ips': ('private',),
    'os-keypairs': ('key',),
}
#: What is asked for in a query.
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
    'project_id': (population.PROJECT,),
    'tenant_id': (population.PROJECT,),
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
    'image': (population.IMAGE,),
    'reservation_id': ('r-sample',),
    'start': ('2025-01-01',),
    'end': ('2027-01-01',),
    'detailed': ('0', '1'),
    'hostname': ('active-of-alice',),
    'power_state': ('1',),
    'task_state': ('scheduling',),
    'instance_uuid': ('<hidden.active>', '<own.active>'),
}
#: More than one thing in a query.
QUERIES = (
    'limit=1&marker=<hidden.active>',
    'limit=1&marker=<own.stopped>',
    'limit=2&sort_key=uuid&sort_dir=asc',
    'limit=2&sort_key=user_id&sort_dir=desc',
    'limit=1&status=ERROR',
    'all_tenants=1&project_id=' + population.PROJECT,
    'all_tenants=1&user_id=alice',
    'name=of&limit=3&sort_key=display_name',
    'deleted=true&limit=1',
    'changes-since=2026-01-01T00:00:00&limit=2',
    'nonsense=1',
    'limit=1&limit=2',
    'tags=tag-of-alice&tags=tag-of-bob',
)
LISTS = ('/servers', '/servers/detail', '/os-volumes_boot')
DEEP = 4


def text(version):
    return f'2.{version}'


class Walk:
    """Requests in an order that leaves own servers alive to the end."""

    def __init__(self, operations_of_nova):
        self.operations = operations_of_nova
        self.latest = max(
            edge
            for operation in operations_of_nova
            for edge in operation['versions']
        )

    def requests(self):
        """Yield every request; what changes own servers comes last."""
        for part in (self.lists, self.hidden, self.elsewhere, self.own):
            # Each once, in this order.
            yield from dict.fromkeys(part())

    def lists(self):
        """Lists of servers, their filters, pages and links."""
        for who in CALLERS:
            for operation in self._where(lambda path: path in LISTS, 'GET'):
                path = operation['path']
                for version in self._versions(who, operation):
                    yield self._ask(who, 'GET', path, version)
                for name in operation['query']:
                    for value in VALUES.get(name, ('1', 'x')):
                        query = f'{path}?{name}={value}'
                        yield self._ask(who, 'GET', query, self.latest)
                        if who == 'bob' and path == '/servers':
                            yield self._ask(who, 'GET', query, 1)
                for query in QUERIES:
                    for version in (1, 69, self.latest):
                        yield self._ask(who, 'GET', f'{path}?{query}', version)

    def hidden(self):
        """Operations on one hidden server."""
        for who in CALLERS:
            for operation in self._where(is_on_a_server):
                yield from self._on_hidden(who, operation)
        for operation in self._where(is_on_a_server):
            if operation['action'] in (None, 'os-stop', 'rebuild'):
                yield from self._oddly_spelled(operation)

    def _on_hidden(self, who, operation):
        for version in self._versions(who, operation):
            for path in self.paths(operation, '<hidden.active>'):
                for body in self.bodies(operation, version):
                    yield self._ask(
                        who, operation['method'], path, version, body
                    )
        if who != 'bob':
            return
        for name in HIDDEN[1:]:
            path = next(self.paths(operation, f'<{name}>'))
            body = next(self.bodies(operation, self.latest))
            yield self._ask(who, operation['method'], path, self.latest, body)

    def _oddly_spelled(self, operation):
        for spelled in worlds.SPELLINGS:
            for name in ('hidden.active', 'own.failing'):
                if name.startswith('own') and operation['method'] != 'GET':
                    continue
                path = next(self.paths(operation, f'<{name}|{spelled}>'))
                body = next(self.bodies(operation, self.latest))
                yield self._ask(
                    'bob', operation['method'], path, self.latest, body
                )

    def elsewhere(self):
        """Operations that are not on one server of the path."""
        for operation in self.operations:
            if is_on_a_server(operation['path']) or (
                operation['method'] == 'GET' and operation['path'] in LISTS
            ):
                continue
            for who in CALLERS:
                for version in self._versions(who, operation):
                    for path in self.paths(operation, '<hidden.active>'):
                        for body in self.bodies(operation, version):
                            yield self._ask(
                                who, operation['method'], path, version, body
                            )
                for name in operation['query']:
                    for value in VALUES.get(name, ('1', 'x')):
                        path = next(self.paths(operation, '<unknown>'))
                        yield self._ask(
                            who,
                            'GET',
                            f'{path}?{name}={value}',
                            self.latest,
                        )
        for method in ('GET', 'PUT', 'DELETE', 'HEAD', 'PATCH'):
            for path in ('/servers/<hidden.active>', '/servers'):
                yield self._ask(
                    'bob', 'POST', f'{path}?_method={method}', 1, {}
                )
        for prefix in ('/v2', '/v2.1/' + population.PROJECT, '/v2.1/other'):
            for path in ('', '/<hidden.active>', '/<own.active>', '/detail'):
                yield worlds.request('bob', 'GET', f'{prefix}/servers{path}')

    def own(self):
        """Operations on own servers."""
        for who in reversed(CALLERS):
            for operation in self._where(is_on_a_server):
                method = operation['method']
                if method == 'GET':
                    for name in OWN:
                        for path in self.paths(operation, f'<{name}>'):
                            yield self._ask(who, 'GET', path, self.latest)
                    continue
                for path in self.paths(operation, '<own.active>'):
                    for body in self.bodies(operation, self.latest):
                        yield self._ask(who, method, path, self.latest, body)

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
                    for version in (68, 69, self.latest):
                        for whole in self.paths(operation, f'<{kind}.{name}>'):
                            yield self._ask('bob', 'GET', whole, version)
            if path in LISTS:
                for query in QUERIES:
                    whole = f'{path}?{query}'
                    yield self._ask('bob', 'GET', whole, self.latest)

    def _ask(self, who, method, path, version, body=None):
        return worlds.request(who, method, path, body, text(version))

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
        for part in PARTS.get(before, (server, 'sample')):
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
        rest = re.sub(
            r'^/(servers|os-volumes_boot)/\{[a-z_]+\}', '', operation['path']
        )
        known = operations.BODIES.get((operation['method'], rest))
        if known is not None:
            yield known
        is_at_end = version in (1, self.latest)
        for first, last, valid, broken in operation['bodies']:
            if first <= version <= last:
                yield from valid
                if is_at_end:
                    yield from broken[::DEEP]
        if is_at_end:
            yield from ({action: {'sample': 1}} if action else {}, '{', '')


def is_on_a_server(path):
    return bool(re.match(r'/(servers|os-volumes_boot)/\{', path))


def needs_a_living_server(asked):
    """Tell whether a request may change ``<own.active>``."""
    return asked.method != 'GET' and '<own.active>' in asked.path
