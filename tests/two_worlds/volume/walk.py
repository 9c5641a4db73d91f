# SPDX-License-Identifier: Apache-2.0
"""The deterministic walk: every route, action and edge of a microversion.

The walk turns all that Cinder declares (declared.py) into requests of a member
and of a reader. They are about hidden things, own ones and unknown ones, valid
and broken, in every spelling that Cinder's router or database may accept.
"""

import itertools
import re

from tests.two_worlds import request
from tests.two_worlds.volume import inputs
from tests.two_worlds.volume import worlds

CALLERS = ('bob', 'reader')
#: One of so many broken bodies is sent.
DEEP = 4
#: Actions and verbs that are sent in every spelling of an ID.
SPELLED = (None, 'os-extend', 'os-retype')


class Walk:
    """Requests in an order in which lists come before changes."""

    def __init__(self, operations):
        self.operations = operations
        self.labels = {label(operation) for operation in operations}
        self.latest = max(
            edge for operation in operations for edge in operation['versions']
        )

    def requests(self):
        """Yield every request; what changes own things comes last."""
        for part in (
            self.lists,
            self.hidden,
            self.spelled,
            self.elsewhere,
            self.heads,
            self.own,
            self.made,
            self.accepted,
        ):
            # Each once, in this order.
            yield from dict.fromkeys(part())

    def lists(self):
        """Lists: all versions, their filters, pages, counts and links."""
        for operation in self._where(is_list):
            path = operation['path']
            for version in range(self.latest + 1):
                yield self._ask('bob', operation, path, version)
            for version in (operation['versions'][0], self.latest):
                yield self._ask('reader', operation, path, version)
        for operation in self._where(is_list):
            path = operation['path']
            for name, values in inputs.VALUES.items():
                for value in values:
                    query = f'{path}?{name}={value}'
                    for version in self._filter_versions(path, name):
                        yield self._ask('bob', operation, query, version)
                yield self._ask('reader', operation, query, self.latest)
            for query in inputs.QUERIES:
                for version in (*inputs.FILTER_VERSIONS, self.latest):
                    yield self._ask(
                        'bob', operation, f'{path}?{query}', version
                    )

    def _filter_versions(self, path, name):
        """Yield versions at which a filter is worth a request.

        Below 3.31 Cinder takes filters from its code, then from a file, with
        ``~`` from 3.34 on. One version suffices where another path lists the
        same.
        """
        if not path.startswith(inputs.AGAIN) and not path.endswith('/detail'):
            yield from (0, 31)
            if name in inputs.PAGES:
                yield from (30, 34)
        yield self.latest

    def questions(self):
        """Yield one request of each list, and of each thing's show."""
        for operation in self._where(is_list):
            yield self._ask('bob', operation, operation['path'], self.latest)
        for operation in self._where(is_on_a_thing):
            if operation['method'] == 'GET' and '{id}' in operation['path']:
                for name in things(operation):
                    for kind in ('hidden', 'own'):
                        path = next(self.paths(operation, f'<{kind}.{name}>'))
                        yield self._ask('bob', operation, path, self.latest)

    def hidden(self):
        """Operations on one hidden thing, and on an unknown one."""
        for operation in self._where(is_on_a_thing):
            for who in CALLERS:
                yield from self._on_hidden(who, operation)

    def _on_hidden(self, who, operation):
        first, *others = things(operation)
        versions = operation['versions']
        if who != 'bob':
            versions = versions[0], versions[-1]
        elif operation['method'] == 'GET':
            versions = range(self.latest + 1)
        for version in versions:
            yield from self._written(
                who, operation, f'<hidden.{first}>', version
            )
        if who != 'bob':
            return
        names = [f'hidden.{name}' for name in others] + ['unknown']
        for name in names:
            yield from itertools.islice(
                self._written(who, operation, f'<{name}>', self.latest), 2
            )

    def spelled(self):
        """IDs of hidden and own things in odd spellings."""
        for operation in self._where(is_on_a_thing):
            if operation['action'] not in SPELLED:
                continue
            first = things(operation)[0]
            for spelled in request.SPELLINGS:
                for kind in ('hidden', 'own'):
                    if kind == 'own' and operation['method'] != 'GET':
                        continue
                    path = next(
                        self.paths(operation, f'<{kind}.{first}|{spelled}>')
                    )
                    body = next(self.bodies(operation, self.latest))
                    yield self._ask('bob', operation, path, self.latest, body)

    def elsewhere(self):
        """Operations that are neither on a thing nor lists of things."""
        for operation in self.operations:
            if is_on_a_thing(operation) or is_list(operation):
                continue
            few = None if operation['exists'] else 1
            for path in self.paths(operation, '<unknown>'):
                for version in operation['versions']:
                    bodies = self.bodies(operation, version)
                    for body in itertools.islice(bodies, few):
                        yield self._ask('bob', operation, path, version, body)
                body = next(self.bodies(operation, self.latest))
                yield self._ask('reader', operation, path, self.latest, body)
            if operation['method'] == 'GET' and operation['exists']:
                for query in ('usage=true', 'project_id=' + inputs.PROJECT):
                    yield self._ask(
                        'bob', operation, f'{path}?{query}', self.latest
                    )

    def heads(self):
        """Headers, methods in queries, and other forms of paths."""
        for head in inputs.HEADS:
            for path in (
                '/volumes',
                '/volumes/<hidden.free>',
                '/volumes/<own.free>',
                '/volumes/<own.free>/metadata',
                '/attachments/<hidden.attachment>',
            ):
                for method in ('GET', 'HEAD'):
                    yield worlds.ask(
                        'bob', method, path, version=self.latest, **head
                    )
        head = {'X_Service_Roles': 'service'}
        for method in ('GET', 'DELETE'):
            yield worlds.ask(
                'bob', method, '/volumes/<hidden.spare>', None, 0, **head
            )
        for method in ('GET', 'PUT', 'DELETE', 'HEAD', 'PATCH'):
            for path in ('/volumes/<hidden.free>', '/volumes'):
                yield worlds.ask('bob', 'POST', f'{path}?_method={method}', {})
        for prefix in ('/v2', '/v3/' + inputs.PROJECT, '/v3/' + 'f' * 32):
            for path in ('', '/<hidden.free>', '/<own.free>', '/detail'):
                yield worlds.ask('bob', 'GET', f'{prefix}/volumes{path}')
        prefix = '/v3/' + inputs.PROJECT
        for word, names in inputs.THINGS.items():
            for kind in ('hidden', 'own'):
                path = f'{prefix}/{word}/<{kind}.{names[0]}>'
                yield worlds.ask('bob', 'GET', path, None, self.latest)

    def own(self):
        """Operations on own things."""
        for operation in self._where(is_on_a_thing):
            for who in reversed(CALLERS):
                names = things(operation)
                # The reader reads as a member.
                for name in names if who == 'bob' else names[:1]:
                    few = None if name == names[0] and who == 'bob' else 3
                    for version in (operation['versions'][0], self.latest):
                        yield from itertools.islice(
                            self._written(
                                who, operation, f'<own.{name}>', version
                            ),
                            few,
                        )

    def made(self):
        """Requests that name other things in their bodies."""
        for kind, body, names in inputs.REFERENCES:
            yield from self._referring(
                'POST', inputs.CREATE[kind], {kind: body}, names
            )
        for method, path, body, names in inputs.USES:
            yield from self._referring(method, path, body, names)
        for hints in inputs.HINTS:
            for size in (1, 0):
                body = {
                    'volume': {'size': size, 'volume_type': '<type.plain>'},
                    'OS-SCH-HNT:scheduler_hints': hints,
                }
                yield worlds.ask(
                    *('bob', 'POST', '/volumes', body, self.latest),
                    label='POST /volumes',
                )

    def _referring(self, method, path, body, names):
        named = [f'hidden.{name}' for name in names]
        named += ['unknown'] + [f'own.{name}' for name in names]
        for name in named:
            if name in ('own.deleted',) and method == 'PUT':
                continue
            yield worlds.ask(
                'bob',
                method,
                path,
                filled(body, f'<{name}>'),
                self.latest,
                label_of(method, path, body),
            )
        yield worlds.ask(
            *('reader', method, path, filled(body, f'<{named[0]}>')),
            self.latest,
        )

    def accepted(self):
        """Transfers that are accepted, with keys that fit and do not."""
        for operation in self.operations:
            if not operation['path'].endswith('/accept'):
                continue
            for transfer, key in inputs.ACCEPTS:
                path = operation['path'].replace('{id}', transfer)
                body = {'accept': {'auth_key': key}}
                yield self._ask('bob', operation, path, self.latest, body)

    def handed_over(self):
        """Yield the colleague's way to take a volume over, the last request.

        It succeeds in A, so that the worlds differ from then on.
        """
        [operation] = [
            operation
            for operation in self.operations
            if operation['path'] == '/volume-transfers/{id}/accept'
        ]
        yield self._ask(
            *('bob', operation),
            operation['path'].replace('{id}', '<hidden.transfer>'),
            self.latest,
            {'accept': {'auth_key': '<hidden.key>'}},
        )

    def _written(self, who, operation, thing, version):
        """Yield an operation with its paths and bodies.

        All bodies are written to the first path, and by the member.
        """
        few = 1 if who != 'bob' else None
        for path in self.paths(operation, thing):
            for body in itertools.islice(self.bodies(operation, version), few):
                yield self._ask(who, operation, path, version, body)
            few = 1

    def _ask(self, who, operation, path, version, body=None):
        return worlds.ask(
            who, operation['method'], path, body, version, label(operation)
        )

    def _where(self, holds):
        return [
            operation
            for operation in self.operations
            if holds(operation) and operation['exists']
        ]

    def paths(self, operation, thing):
        """Yield paths, with a thing and what else may stand there."""
        path = operation['path']
        if is_on_a_thing(operation):
            path = re.sub(r'\{\w+\}', thing, path, count=1)
        if '{' not in path:
            yield path
            return
        before = path.partition('/{')[0].rsplit('/', 1)[-1]
        for part in inputs.PARTS.get(before, ('<unknown>', 'sample')):
            whole = re.sub(r'\{\w+\}', part, path, count=1)
            yield re.sub(r'\{\w+\}', 'key', whole)

    def bodies(self, operation, version):
        """Yield bodies; broken ones only at both ends of the versions."""
        if operation['method'] not in ('POST', 'PUT'):
            yield None
            return
        if operation['path'].endswith('/metadata/{id}'):
            # The key of the path, which is not in the schema.
            yield {'meta': {'key': 'value'}}
        action = operation['action']
        for arguments in inputs.ACTIONS.get(action, ()):
            yield {action: arguments}
        is_at_end = version in (operation['versions'][0], self.latest)
        for first, last, valid, broken in operation['bodies']:
            if first <= version <= last:
                yield from valid
                if is_at_end:
                    yield from broken[::DEEP]
        if not operation['bodies']:
            yield {}
            if operation['path'].endswith('/metadata'):
                # Cinder 24 has no schema for a snapshot's.
                yield {'metadata': {'key': 'value'}}
        if is_at_end:
            yield from ({action: {'sample': 1}} if action else {}, '{', '')


def filled(body, name):
    """Return a body with a name for each ``{}``."""
    if isinstance(body, dict):
        return {key: filled(value, name) for key, value in body.items()}
    return body.replace('{}', name) if isinstance(body, str) else body


def is_list(operation):
    """Tell whether an operation lists things that have owners."""
    return operation['method'] == 'GET' and operation['path'] in inputs.LISTS


def lists_things(asked):
    """Tell whether a request lists things that have owners."""
    method, _, path = asked.label.partition(' ')
    return method == 'GET' and path in inputs.LISTS


def is_on_a_thing(operation):
    """Tell whether the path names something that has an owner."""
    return bool(things(operation))


def things(operation):
    """Return the names of things that can stand in the path."""
    found = re.match(r'/([\w-]+)/\{', operation['path'])
    return inputs.THINGS.get(found.group(1), ()) if found else ()


def label_of(method, path, body):
    """Return the label of the operation of a request."""
    path = re.sub(r'<[\w.]+>', '{id}', path)
    [action] = body if path.endswith('/action') else ('',)
    return label({'method': method, 'path': path, 'action': action})


def label(operation):
    """Return such as ``POST /volumes/{id}/action os-extend``."""
    words = operation['method'], operation['path'], operation['action'] or ''
    return ' '.join(words).strip()
