# SPDX-License-Identifier: Apache-2.0
"""Worlds of Glance, and the images with which they begin."""

import json
import re
from urllib import parse

from tests.two_worlds import pair
from tests.two_worlds import request
from tests.two_worlds.image import exceptions

DATA = 'application/octet-stream'
PATCH = 'application/openstack-images-v2.1-json-patch'
PATCH_OF_OLD = 'application/openstack-images-v2.0-json-patch'
FORMATS = {'container_format': 'bare', 'disk_format': 'raw'}
#: Images of each kind, and what is done with them.
KINDS = {
    'queued': (),
    'active': ('file',),
    'spare': ('file',),
    'staged': ('stage',),
    'deactivated': ('file', 'deactivate'),
    'deleted': ('file', 'delete'),
    'imported': ('stage', 'import'),
}


class Pair(pair.Pair):
    """Worlds A and B of Glance."""

    WORLD = 'tests.two_worlds.image.world'
    EXCEPTIONS = exceptions

    def operations(self):
        """Return the routes of stock Glance (see declared.py)."""
        return self.both('operations')[1]

    def settle(self):
        """Make images: of alice in A, of bob and shared ones in both."""
        for kind in KINDS:
            self.make('hidden', kind)
            self.make('own', kind)
        for name, who, visibility, *steps in (
            ('shared', 'alice', 'shared', 'stage', 'import'),
            ('community', 'alice', 'community', 'file'),
            ('foreign', 'eve', 'private', 'file'),
            ('given', 'alice', 'shared', 'file'),
            ('snapshot', 'alice', 'shared', 'file'),
        ):
            body = {**FORMATS, 'name': name, 'visibility': visibility}
            if name == 'snapshot':
                # As Nova makes it.
                body |= {'instance_uuid': UNKNOWN, 'user_id': who}
            _, made, _ = self.ask(self._create(who, body))
            self.show(name, _id_of(made))
            for step in _steps(who, f'<{name}>', steps):
                self.ask(step)
        self.names['unknown'] = (UNKNOWN, UNKNOWN)
        self._hide_tasks()

    def make(self, owner, kind):
        """Make an image; one that had the name before loses it.

        :param owner: hidden for alice, who has it in A alone, or own for bob
        """
        body = {
            **FORMATS,
            'name': f'image-{list(KINDS).index(kind)}',
            'visibility': 'private',
            'tags': ['tag'],
            'colour': 'red',
        }
        name = f'{owner}.{kind}'
        if owner == 'hidden':
            made = self.in_a(self._create('alice', body))
            self.hide(name, _id_of(made))
            for step in _steps('alice', f'<{name}>', KINDS[kind]):
                self.in_a(step)
            return
        _, made, _ = self.ask(self._create('bob', body))
        self.show(name, _id_of(made))
        for step in _steps('bob', f'<{name}>', KINDS[kind]):
            self.ask(step)

    def _as_sent(self, response, asked):
        """Replace oddly spelled IDs, which Glance repeats in plain text."""
        body = super()._as_sent(response, asked).body
        for name, spelled in re.findall(r'<([\w.]+)\|(\w+)>', asked.path):
            for image_id in self.names[name]:
                read = parse.unquote(request.SPELLINGS[spelled](image_id))
                for text in (read, read.encode().decode('latin-1')):
                    body = body.replace(text, f'<{name}|{spelled}>')
        return response._replace(
            body=body,
            headers=[
                header
                for header in response.headers
                if '|' not in asked.path or header[0] != 'Content-Length'
            ],
        )

    def _create(self, who, body):
        if self.are_alike:
            # Exempt callers see the owner that A's filter writes.
            body = {**body, 'user_id': who}
        return ask(who, 'POST', '/images', body)

    def _hide_tasks(self):
        path = '/images/<hidden.imported>/tasks'
        [task] = json.loads(self.in_a(ask('alice', 'GET', path)).body)['tasks']
        self.hide('hidden.task', task['id'])
        path = '/images/<own.imported>/tasks'
        _, found, _ = self.ask(ask('bob', 'GET', path))
        [task] = json.loads(found.body)['tasks']
        self.show('own.task', task['id'])


UNKNOWN = '00000000-0000-4000-8000-000000000000'


def _id_of(made):
    assert made.status == 201, made
    return json.loads(made.body)['id']


def _steps(who, image, names):
    """Yield the requests that make an image what it is to be."""
    path = f'/images/{image}'
    for name in names:
        if name in ('file', 'stage'):
            yield ask(who, 'PUT', f'{path}/{name}', 'DATA', Content_Type=DATA)
        elif name == 'import':
            body = {'method': {'name': 'glance-direct'}}
            yield ask(who, 'POST', f'{path}/import', body)
        elif name == 'delete':
            yield ask(who, 'DELETE', path)
        else:
            yield ask(who, 'POST', f'{path}/actions/{name}')


def ask(who, method, path, body=None, label='', **headers):
    """Build a request.

    :param path: below ``/v2``, or a whole path that begins with ``/v2``
    """
    return request.request(
        who, method, path, body, None, label, root='/v2', **headers
    )
