# SPDX-License-Identifier: Apache-2.0
"""The deterministic walk: every route of Glance's API.

The walk turns all routes into requests of a member and of a reader. They are
about hidden images, own ones, shared ones and unknown ones.
"""

import itertools
import re

from tests.two_worlds import request
from tests.two_worlds.image import declared
from tests.two_worlds.image import inputs
from tests.two_worlds.image import worlds

CALLERS = ('bob', 'reader')
HIDDEN = tuple(f'hidden.{kind}' for kind in worlds.KINDS)
OWN = tuple(f'own.{kind}' for kind in worlds.KINDS)
METHODS = ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')


class Walk:
    """Requests in an order in which lists come before changes."""

    def __init__(self, operations):
        self.operations = operations
        self.labels = set(map(declared.label, operations))

    def requests(self):
        """Yield every request but the last ones, each once."""
        for part in (
            self.lists,
            self.hidden,
            self.spelled,
            self.elsewhere,
            self.made,
            self.own,
        ):
            yield from dict.fromkeys(part())

    def lists(self):
        """Lists with their filters, pages and links."""
        for who in CALLERS:
            for query in inputs.QUERIES:
                names = HIDDEN if '{}' in query else HIDDEN[:1]
                for name in names:
                    path = f'/images?{query}'.replace('{}', f'<{name}>')
                    yield self._ask(who, 'GET /images', path)

    def hidden(self):
        """Operations on hidden images, and on others that are not own.

        What deletes comes last: without the filter, it does.
        """
        for method in METHODS:
            for who in CALLERS:
                for name in (*HIDDEN, 'unknown', 'foreign'):
                    for asked in self.on_image(who, f'<{name}>'):
                        if asked.method == method:
                            yield asked

    def spelled(self):
        """IDs of hidden and own images in odd spellings."""
        for spelled in request.SPELLINGS:
            for name in ('hidden.active', 'own.active'):
                for below in ('', '/file', '/members'):
                    label = f'GET /images/{{image_id}}{below}'
                    path = f'/images/<{name}|{spelled}>{below}'
                    yield self._ask('bob', label, path)
        for name in ('hidden.active', 'own.active'):
            for path in (
                f'/v2//images/<{name}>',
                f'/v2/images/<{name}>/',
                f'/v2/images/<{name}>?_method=DELETE&x=<unknown>',
                f'/v2.0/images/<{name}>',
                f'/v1/images/<{name}>',
            ):
                yield self._ask('bob', 'GET /images/{image_id}', path)
            yield self._ask(
                *('bob', 'GET /images/{image_id}/file'),
                f'/images/<{name}>/file',
                Range='bytes=1-2',
            )

    def elsewhere(self):
        """Operations whose path names no image."""
        for operation in self.operations:
            if '{image_id}' in operation[1] or operation[0] == 'PATCH':
                continue
            label = declared.label(operation)
            if label == 'POST /images':
                continue
            for path in self.paths(operation[1], '<unknown>'):
                body = None if operation[0] in ('GET', 'DELETE') else {}
                for who in CALLERS:
                    yield self._ask(who, label, path, body)

    def made(self):
        """New images."""
        for body in inputs.NEW:
            for who in CALLERS:
                if 'instance_uuid' in body:
                    # As Nova makes it.
                    body = {**body, 'user_id': ACTING[who]}
                yield self._ask(who, 'POST /images', '/images', body)
        for body in ('{', '', '[]', '"x"'):
            yield self._ask('bob', 'POST /images', '/images', body)

    def own(self):
        """Operations on own and shared images; what deletes comes last."""
        for who in reversed(CALLERS):
            for method in METHODS:
                for name in (*OWN, 'shared', 'snapshot', 'community'):
                    for asked in self.on_image(who, f'<{name}>'):
                        # MariaDB takes it for user_id in A alone, which shows
                        # in all that follows.
                        if asked.method == method and (
                            'USER_ID' not in asked.body
                        ):
                            yield asked

    def questions(self):
        """Yield requests that change nothing."""
        yield from itertools.islice(self.lists(), 90)
        for name in (
            *('hidden.active', 'own.active', 'shared', 'snapshot', 'foreign'),
        ):
            for asked in self.on_image('bob', f'<{name}>'):
                if asked.method == 'GET':
                    yield asked
        for task in inputs.WORDS['task_id']:
            path = f'/tasks/{task}'
            yield self._ask('bob', 'GET /tasks/{task_id}', path)

    def last(self):
        """Requests after which the worlds differ, as the promise says."""
        for body in ({}, {'instance_uuid': '<unknown>'}):
            yield self._ask(
                *('bob', 'POST /images', '/images'),
                {'name': 'x', 'user_id': 'alice', **body},
            )
        yield self._patch(
            '<given>', [{'op': 'add', 'path': '/USER_ID', 'value': 'bob'}]
        )
        yield self._patch(
            '<given>',
            [{'op': 'add', 'path': '/instance_uuid', 'value': '<unknown>'}],
        )
        for path in ('/user_id', '/ user_id', '//user_id'):
            yield self._patch(
                '<given>', [{'op': 'replace', 'path': path, 'value': 'bob'}]
            )
        body = [{'op': 'replace', 'path': '/visibility', 'value': 'private'}]
        yield self._patch('<given>', body)
        yield self._ask(
            *('bob', 'POST /images', '/images'),
            {'id': '<hidden.active>', 'user_id': 'bob'},
        )

    def _patch(self, image, body):
        return self._ask(
            *('bob', 'PATCH /images/{image_id}', f'/images/{image}', body),
            Content_Type=worlds.PATCH,
        )

    def on_image(self, who, image):
        """Yield all operations on an image, with their bodies."""
        for operation in self.operations:
            if '{image_id}' not in operation[1]:
                continue
            label = declared.label(operation)
            bodies = inputs.BODIES.get(label, [(None, 'application/json')])
            for path in self.paths(operation[1], image):
                for body, media_type in bodies:
                    yield self._ask(
                        who, label, path, body, Content_Type=media_type
                    )

    def _ask(self, who, label, path, body=None, **headers):
        method = label.partition(' ')[0]
        return worlds.ask(who, method, path, body, label, **headers)

    def paths(self, path, image):
        """Yield paths, with an image and what else may stand there."""
        path = path.replace('{image_id}', image)
        names = re.findall(r'\{(\w+)\}', path)
        for words in itertools.product(
            *(inputs.WORDS.get(name, ('sample',)) for name in names)
        ):
            found = path
            for name, word in zip(names, words):
                found = found.replace(f'{{{name}}}', word)
            yield found


#: The user behind each caller.
ACTING = {'bob': 'bob', 'reader': 'bob'}
