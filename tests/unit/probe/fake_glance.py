# SPDX-License-Identifier: Apache-2.0
"""A small Glance, as far as the probe uses it.

To others it responds as if there were no such image, unless it leaks.
"""

import hashlib
import json
import re
from urllib import parse
import uuid

#: Queries that filter nothing here.
IGNORED = {
    'created_at',
    'limit',
    'size_max',
    'size_min',
    'sort',
    'sort_dir',
    'sort_key',
    'status',
    'visibility',
}
#: Requests below an image that Glance refuses to members, with the status.
REFUSED = {
    ('GET', 'members'): 403,
    ('GET', 'locations'): 403,
    ('POST', 'locations'): 409,
    ('POST', 'members'): 403,
    ('PUT', 'members'): 403,
    ('DELETE', 'members'): 403,
    ('POST', 'import'): 409,
}
FORBIDDEN = ('/owner', '/locations/-')


def fault(status, message):
    """Return (status, body) as WebOb writes it."""
    title = {400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found'}.get(
        status, 'Conflict'
    )
    return status, {
        'message': f'{message}<br /><br />\n\n\n',
        'code': f'{status} {title}',
        'title': title,
    }


class FakeGlance:
    """Images, and what members do with them."""

    def __init__(self, project):
        self.project = project
        self.leaks = False
        #: Ways in which it leaks although the cloud does not.
        self.holes = set()
        self.newest = '2.17'
        self.images = {}

    def sees(self, user, image, way=''):
        """Return True if a user sees an image."""
        return (
            self.leaks
            or way in self.holes
            or user in (image['probe_user'], 'root')
        )

    def find(self, user, image_id, way=''):
        """Return an image, None if the user sees none."""
        # MariaDB compares IDs without regard to the case.
        image = self.images.get(image_id.lower())
        return image if image and self.sees(user, image, way) else None

    def respond(self, user, method, path, body):
        """Return (status, body) of a request below the endpoint."""
        path, _, query = path.partition('?')
        if path == '/versions':
            listed = [{'id': f'v{one}'} for one in (self.newest, '2.0')]
            return 200, {'versions': listed}
        match = re.fullmatch('/v2/images(?:/([^/]+)(?:/(.+))?)?', path)
        if not match:
            return fault(404, 'The resource could not be found.')
        image_id, more = match.groups(default='')
        if not image_id:
            if method == 'POST':
                return 201, self._create(body)
            return self._list(user, dict(parse.parse_qsl(query)), query)
        image = self.find(user, image_id, more.partition('/')[0] or method)
        if image is None:
            return fault(404, f'No image found with ID {image_id}')
        return self._one(method, image, more, body)

    def _create(self, body):
        made = {
            'id': str(uuid.uuid4()),
            'status': 'queued',
            'checksum': None,
            'owner': self.project,
            **body,
        }
        self.images[made['id']] = made
        return made

    def _list(self, user, asked, query):
        seen = [
            one for one in self.images.values() if self.sees(user, one, 'list')
        ]
        if 'marker' in asked and not self.find(user, asked['marker'], 'page'):
            return fault(400, f'No image found with ID {asked["marker"]}')
        for key, value in asked.items():
            if key == 'tag':
                seen = [one for one in seen if value in one['tags']]
            elif key not in {*IGNORED, 'marker'}:
                wanted = value.partition('in:')[2] or value
                seen = [
                    one
                    for one in seen
                    if str(one.get(key)) in wanted.split(',')
                ]
        # Glance repeats the query.
        return 200, {'images': seen, 'first': f'/v2/images?{query}'}

    def _one(self, method, image, more, body):
        what, _, rest = more.partition('/')
        if (method, what) in REFUSED:
            return fault(REFUSED[method, what], f'No {what} for you.')
        if what in ('file', 'stage') and method == 'PUT':
            if image['status'] != 'queued':
                return fault(409, f'An image that is {image["status"]}.')
            content = body.encode()
            image['status'] = 'active' if what == 'file' else 'uploading'
            image['checksum'] = hashlib.md5(content).hexdigest()
            image['os_hash_value'] = hashlib.sha512(content).hexdigest()
            return 204, None
        if what == 'actions':
            image['status'] = 'active' if rest[0] == 'r' else 'deactivated'
            return 204, None
        if what in ('tags', 'tasks', 'file'):
            return 200, {what: []}
        if method == 'DELETE':
            del self.images[image['id']]
            return 204, None
        if method == 'PATCH':
            return self._patch(image, body)
        return 200, json.loads(json.dumps(image))

    @staticmethod
    def _patch(image, steps):
        for step in steps:
            if step['path'] in FORBIDDEN:
                return fault(403, f'No {step["path"]} for you.')
            if step['op'] == 'remove':
                image.pop(step['path'][1:], None)
            else:
                image[step['path'][1:]] = step['value']
        return 200, image

    def seen_through_nova(self, user):
        """Return the images that a user sees, as Nova lists them."""
        return [
            {**one, 'status': 'ACTIVE', 'metadata': {}}
            for one in self.images.values()
            if self.sees(user, one, 'compute')
        ]

    def boots(self, user, image_id, where):
        """Return Nova's or Cinder's refusal of an image.

        :param where: compute or volume
        """
        if self.find(user, image_id, where) is None:
            message = f'Can not find requested image {image_id}'
        else:
            message = 'It is too small for the requested image.'
        return 400, {'badRequest': {'code': 400, 'message': message}}
