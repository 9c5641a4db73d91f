# SPDX-License-Identifier: Apache-2.0
"""A small Cinder, as far as the probe uses it.

To others it responds as if there were no such resource, unless it leaks.
"""

import json
import re
from urllib import parse
import uuid

#: Keys of one resource by collection; the plural has an s.
KEYS = {
    'volumes': 'volume',
    'snapshots': 'snapshot',
    'attachments': 'attachment',
    'transfers': 'transfer',
    'groups': 'group',
    'group_snapshots': 'group_snapshot',
    'backups': 'backup',
    'messages': 'message',
}
#: Paths of collections that have another name.
ALIASES = {'volume-transfers': 'transfers', 'os-volume-transfer': 'transfers'}
#: Collections that the keys of a body point to.
REFERENCES = {
    'volume_id': 'volumes',
    'volume_uuid': 'volumes',
    'source_volid': 'volumes',
    'add_volumes': 'volumes',
    'remove_volumes': 'volumes',
    'snapshot_id': 'snapshots',
    'group_id': 'groups',
    'source_group_id': 'groups',
    'group_snapshot_id': 'group_snapshots',
    'backup_id': 'backups',
}
#: The state of a volume after an action; after all others it stays.
BECOMES = {
    'os-reserve': 'attaching',
    'os-unreserve': 'available',
    'os-attach': 'in-use',
    'os-begin_detaching': 'detaching',
    'os-roll_detaching': 'in-use',
    'os-detach': 'available',
}
#: Actions of admins.
FORBIDDEN = {
    'os-force_delete',
    'os-force_detach',
    'os-migrate_volume',
    'os-migrate_volume_completion',
    'os-reset_status',
    'os-unmanage',
    'os-update_snapshot_status',
    'reset_status',
}
NO_ROUTE = (404, {'itemNotFound': {'message': 'No such route.'}})


class NotFound(Exception):
    """The caller sees no such resource."""


class FakeCinder:
    """Volumes and all that hangs on them."""

    def __init__(self, project, glance):
        self.project = project
        self.glance = glance
        self.leaks = False
        #: Collections that leak although the cloud does not.
        self.holes = set()
        #: A summary counts the whole project.
        self.counts_all = False
        self.newest = '3.71'
        self.group_types = [{'id': 'g', 'name': 'g'}]
        self.clear()

    def clear(self):
        """Forget everything."""
        self.things = {name: {} for name in KEYS}

    @property
    def left(self):
        """Return what is there, but for messages, by collection."""
        return {
            name: things
            for name, things in self.things.items()
            if things and name != 'messages'
        }

    def sees(self, user, collection, thing):
        """Return True if a user sees a resource."""
        return (
            self.leaks
            or collection in self.holes
            or user in (thing['user_id'], 'root')
        )

    def find(self, user, collection, resource_id):
        """Return a resource, or raise NotFound."""
        # MariaDB compares IDs without regard to the case.
        thing = self.things[collection].get(resource_id.lower())
        if thing is None or not self.sees(user, collection, thing):
            raise NotFound(f'{KEYS[collection]} {resource_id} is not found.')
        return thing

    def respond(self, user, method, path, body):
        """Return (status, body) of a request below /v3/."""
        try:
            return self._respond(user, method, path, body)
        except NotFound as error:
            return 404, {'itemNotFound': {'code': 404, 'message': str(error)}}

    def _respond(self, user, method, path, body):
        if path == '':
            version = {'id': 'v3.0', 'version': self.newest}
            return 200, {'versions': [version]}
        path = re.sub(rf'^({self.project}|{"f" * 32})/', '', path)
        path, _, query = path.partition('?')
        query = dict(parse.parse_qsl(query))
        if path == 'types/default':
            return 200, {'volume_type': {'id': 't', 'name': 't'}}
        if path == 'group_types':
            return 200, {'group_types': self.group_types}
        collection, _, rest = path.partition('/')
        collection = ALIASES.get(collection, collection)
        if collection not in KEYS:
            return NO_ROUTE
        if rest in ('', 'detail', 'summary') and method == 'GET':
            return self._list(user, collection, query, rest)
        if method == 'POST' and rest in ('', 'action'):
            (said,) = body.values()
            if rest == '' and said.get('imageRef'):
                return self.glance.boots(user, said['imageRef'], 'volume')
            return self._create(user, collection, said)
        resource_id, _, more = rest.partition('/')
        return self._one(
            user, method, collection, resource_id, more, body or {}
        )

    def _list(self, user, collection, query, form):
        known = self.things[collection]
        seen = [
            one for one in known.values() if self.sees(user, collection, one)
        ]
        if form == 'summary':
            counted = known.values() if self.counts_all else seen
            names = [one['metadata'].get('probe') for one in seen]
            summary = {
                'total_count': len(counted),
                'total_size': len(counted),
                'metadata': {'probe': names},
            }
            return 200, {'volume-summary': summary}
        if collection == 'transfers' and 'limit' in query:
            # Cinder takes it for a filter there.
            seen = []
        if 'marker' in query:
            self.find(user, collection, query['marker'])
        for key in ('name', 'volume_id', 'group_id', 'resource_uuid'):
            if key in query:
                seen = [one for one in seen if one.get(key) == query[key]]
        if 'list_volume' in query:
            seen = [dict(one, volumes=self._members(one)) for one in seen]
        said = {f'{KEYS[collection]}s': seen}
        if 'with_count' in query:
            said['count'] = len(seen)
        return 200, said

    def _members(self, group):
        volumes = self.things['volumes'].values()
        return [one['id'] for one in volumes if one['group_id'] == group['id']]

    def _create(self, user, collection, said):
        self._check_references(user, said)
        if collection == 'backups' and said.get('snapshot_id'):
            snapshot = self.things['snapshots'][said['snapshot_id']]
            if snapshot['volume_id'] != said['volume_id']:
                return 400, {'badRequest': {'message': 'They do not match.'}}
        made = {
            'id': str(uuid.uuid4()),
            'user_id': user,
            'status': 'available',
            'name': said.get('name'),
            'metadata': said.get('metadata', {}),
            'volume_id': said.get('volume_id') or said.get('volume_uuid'),
            'group_id': said.get('group_id'),
        }
        self.things[collection][made['id']] = made
        if collection == 'transfers':
            made['auth_key'] = 'sesame-open'
        if collection == 'groups' and 'group_type' not in said:
            copy = dict(made, id=str(uuid.uuid4()), group_id=made['id'])
            self.things['volumes'][copy['id']] = dict(copy, name=None)
        if collection == 'backups':
            # No host makes backups, and Cinder says so.
            made['status'] = 'error'
            message = {'id': str(uuid.uuid4()), 'resource_uuid': made['id']}
            self.things['messages'][message['id']] = dict(
                message, user_id=user
            )
        return 202, {KEYS[collection]: made}

    def _check_references(self, user, said):
        for key, value in said.items() if isinstance(said, dict) else ():
            if key in REFERENCES and value:
                self.find(user, REFERENCES[key], value)

    def _one(self, user, method, collection, resource_id, more, body):
        thing = self.find(user, collection, resource_id)
        for said in body.values():
            self._check_references(user, said)
        if method == 'DELETE' and not more:
            self._delete(collection, thing)
            return 202, None
        if more == 'accept':
            return 400, {'badRequest': {'message': 'Wrong key.'}}
        if more == 'action':
            return self._act(collection, thing, next(iter(body)))
        return 200, {KEYS[collection]: thing}

    def _act(self, collection, thing, action):
        if action in FORBIDDEN:
            return 403, {'forbidden': {'message': f'No {action} for you.'}}
        if action == 'delete':
            self._delete(collection, thing)
        if action == 'os-volume_upload_image':
            image = {'id': thing['id'], 'image_id': 'i', 'status': 'uploading'}
            return 202, {action: image}
        if collection == 'volumes':
            thing['status'] = BECOMES.get(action, thing['status'])
        return 202, json.loads(json.dumps({KEYS[collection]: thing}))

    def _delete(self, collection, thing):
        del self.things[collection][thing['id']]
        column = {'volumes': 'volume_id', 'groups': 'group_id'}.get(collection)
        for name, things in self.things.items() if column else ():
            if (collection, name) == ('volumes', 'backups'):
                continue
            for other in [*things.values()]:
                if other.get(column) == thing['id']:
                    del things[other['id']]
