# SPDX-License-Identifier: Apache-2.0
"""A small Neutron, as far as the probe uses it.

To others it responds as if there were no such resource, unless it leaks.
"""

import re
from urllib import parse
import uuid

#: Keys of one resource by collection.
KEYS = {
    'networks': 'network',
    'subnets': 'subnet',
    'ports': 'port',
    'security-groups': 'security_group',
    'security-group-rules': 'security_group_rule',
    'rbac-policies': 'rbac_policy',
    'address-groups': 'address_group',
    'trunks': 'trunk',
    'floatingips': 'floatingip',
    'port_forwardings': 'port_forwarding',
}
#: Collections that keys of a body point to.
REFERENCES = {
    'port_id': 'ports',
    'internal_port_id': 'ports',
    'security_group_id': 'security-groups',
    'remote_group_id': 'security-groups',
    'remote_address_group_id': 'address-groups',
}
#: What goes with a resource: (collection, key).
GOES_WITH = {
    'networks': [('subnets', 'network_id')],
    'security-groups': [
        ('security-group-rules', 'security_group_id'),
        ('rbac-policies', 'object_id'),
    ],
    'address-groups': [('rbac-policies', 'object_id')],
    'floatingips': [('port_forwardings', 'floatingip_id')],
}
#: Attributes that only admins change.
FORBIDDEN = {'mac_address', 'binding:host_id'}
#: Queries that filter nothing here.
IGNORED = {
    'fields',
    'limit',
    'marker',
    'network_id',
    'page_reverse',
    'project_id',
    'sort_dir',
    'sort_key',
    'status',
}
EXTENSIONS = {
    'address-group',
    'binding-extended',
    'floating-ip-port-forwarding',
    'rbac-security-groups',
    'router',
    'security-group',
    'standard-attr-tag',
    'trunk',
}
SHARED, EXTERNAL, ROUTER = 'shared-net', 'external-net', 'router-id'


class Refused(Exception):
    """A response that is no success."""

    def __init__(self, status, message):
        super().__init__(message)
        body = {'type': 'X', 'message': message, 'detail': ''}
        self.response = status, {'NeutronError': body}


class FakeNeutron:
    """Ports, and what belongs to a user beside them."""

    def __init__(self, project):
        self.project = project
        self.leaks = False
        #: Collections, or ways, that leak although the cloud does not.
        self.holes = set()
        self.extensions = set(EXTENSIONS)
        self.has_network = self.is_routed = True
        #: Resources in one response.
        self.page = 1000
        self.things = {name: {} for name in KEYS}

    @property
    def left(self):
        """Return what is there, by collection."""
        return {name: things for name, things in self.things.items() if things}

    def sees(self, user, collection, thing, way=''):
        """Return True if a user sees a resource."""
        return (
            self.leaks
            or collection in self.holes
            or way in self.holes
            or user in (thing['user_id'], 'root')
        )

    def find(self, user, collection, thing_id, way=''):
        """Return a resource, or refuse with 404."""
        # MariaDB compares IDs without regard to the case.
        thing = self.things[collection].get(thing_id.lower())
        if thing is None or not self.sees(user, collection, thing, way):
            raise Refused(404, f'{KEYS[collection]} {thing_id} is not found.')
        return thing

    def respond(self, user, method, path, body):
        """Return (status, body) of a request below the endpoint."""
        path, _, query = path.partition('?')
        query = parse.parse_qsl(query)
        if path == '/':
            return 200, {'versions': [{'id': 'v2.0', 'status': 'CURRENT'}]}
        if ('_method', 'DELETE') in query and path.startswith('/v2.0/trunks'):
            method, query = 'DELETE', []
        try:
            parts = path.partition('/v2.0/')[2].split('/')
            return self._respond(user, method, parts, query, body)
        except Refused as refused:
            return refused.response

    def _respond(self, user, method, parts, query, body):
        collection = parts[0].partition('.')[0]
        if collection == 'extensions':
            found = [{'alias': one} for one in sorted(self.extensions)]
            return 200, {'extensions': found}
        if collection == 'routers':
            gateway = {'network_id': EXTERNAL}
            router = {'id': ROUTER, 'external_gateway_info': gateway}
            return 200, {'routers': [router] if self.is_routed else []}
        if collection not in KEYS:
            raise Refused(404, 'The resource could not be found.')
        if len(parts) == 1:
            if method == 'POST':
                return self._create(user, collection, body)
            return self._list(user, collection, query)
        way = 'tags' if 'tags' in parts else method
        try:
            thing_id = parts[1].partition('.')[0]
            thing = self.find(user, collection, thing_id, way)
        except Refused:
            if self.leaks and 'tags' in parts:
                # Stock Neutron does so about the tags of an unknown ID.
                raise Refused(500, 'Request Failed') from None
            raise
        if len(parts) > 2:
            return self._below(user, method, thing, parts[2:], body)
        return self._one(user, method, collection, thing, body)

    def _networks(self):
        networks = [
            {
                'id': network_id,
                'name': network_id,
                'subnets': ['s'],
                'admin_state_up': True,
                'project_id': self.project,
                'router:external': network_id == EXTERNAL,
                'user_id': None,
            }
            for network_id in (SHARED, EXTERNAL)
        ]
        return networks if self.has_network else networks[1:]

    def _list(self, user, collection, query):
        known = [*self.things[collection].values()]
        seen = [
            one for one in known if self.sees(user, collection, one, 'list')
        ]
        asked = dict(query)
        if collection == 'networks':
            seen += self._networks()
        if asked.get('device_id') == ROUTER:
            owner = 'network:router_interface'
            port = {'device_owner': owner, 'network_id': SHARED}
            return 200, {'ports': [port]}
        key = f'{collection.replace("-", "_")}'
        seen = self._page(user, collection, asked, seen)
        for name, value in query:
            if name not in IGNORED:
                seen = [one for one in seen if self._fits(one, name, value)]
        size = min(self.page, int(asked.get('limit', self.page)))
        fields = {value for name, value in query if name == 'fields'}
        said = {key: [self._shown(one, fields) for one in seen[:size]]}
        if 'limit' in asked:
            rels = ['next'] if len(seen) > size else []
            said[f'{key}_links'] = [{'rel': one, 'href': ''} for one in rels]
        return 200, said

    def _page(self, user, collection, asked, seen):
        """Return what is behind a marker."""
        if asked.get('sort_key') == 'name':
            seen = sorted(seen, key=lambda one: one['name'])
        if 'marker' not in asked:
            return seen
        try:
            marker = self.find(user, collection, asked['marker'], 'page')
        except Refused:
            if collection == 'ports':
                raise
            return seen
        known = [*self.things[collection].values()]
        if asked.get('sort_key') == 'name':
            return [one for one in seen if one['name'] > marker['name']]
        behind = known[known.index(marker) + 1 :]
        return [one for one in seen if one in behind]

    @staticmethod
    def _fits(thing, name, value):
        if name == 'fixed_ips':
            value = value.partition('=')[2]
            return thing['fixed_ips'][0]['ip_address'] == value
        return thing.get(name) == value

    @staticmethod
    def _shown(thing, fields=()):
        return {
            name: thing[name]
            for name in thing
            if name != 'user_id' and (not fields or name in fields)
        }

    def _check(self, user, said):
        """Refuse what names something that a user does not see."""
        for name, value in said.items():
            if name in REFERENCES and value:
                self.find(user, REFERENCES[name], value, name)
        for group in said.get('security_groups', ()):
            self.find(user, 'security-groups', group, 'security_groups')
        for subport in said.get('sub_ports', ()):
            self.find(user, 'ports', subport['port_id'], 'sub_ports')
        if 'object_id' in said:
            collection = said['object_type'].replace('_', '-') + 's'
            self.find(user, collection, said['object_id'], 'object_id')

    def _is_taken(self, collection, said, but=None):
        """Return True if a port takes no more of them."""
        return said.get('port_id') and any(
            one['port_id'] == said['port_id'] and one is not but
            for one in self.things[collection].values()
        )

    def _create(self, user, collection, body, **more):
        (said,) = body.values()
        self._check(user, said)
        if collection in ('floatingips', 'trunks'):
            if self._is_taken(collection, said):
                raise Refused(409, 'The port has one.')
        number = uuid.uuid4().int
        made = {
            'id': str(uuid.uuid4()),
            'user_id': user,
            'project_id': self.project,
            'device_id': '',
            'tags': [],
            'security_groups': [],
            'sub_ports': [],
            'port_id': None,
            'mac_address': 'fa:16:3e:'
            + ':'.join(re.findall('..', f'{number:032x}')[:3]),
            'fixed_ips': [
                {'ip_address': f'10.0.{number % 250}.{number % 249}'}
            ],
            'floating_ip_address': f'203.0.{number % 250}.{number % 249}',
            **said,
            **more,
        }
        self.things[collection][made['id']] = made
        return 201, {KEYS[collection]: self._shown(made)}

    def _one(self, user, method, collection, thing, body):
        if method == 'DELETE':
            self._delete(collection, thing)
            return 204, None
        if method == 'PUT':
            (said,) = body.values()
            self._check(user, said)
            if FORBIDDEN & {*said}:
                raise Refused(403, f'No {[*said]} for you.')
            if collection == 'floatingips' and self._is_taken(
                collection, said, thing
            ):
                raise Refused(409, 'The port has one.')
            thing.update(said)
        return 200, {KEYS[collection]: self._shown(thing)}

    def _delete(self, collection, thing):
        uses = [
            one
            for port in self.things['ports'].values()
            for one in port['security_groups']
        ]
        trunks = [
            one['port_id']
            for trunk in self.things['trunks'].values()
            for one in (trunk, *trunk['sub_ports'])
        ]
        if thing['id'] in uses + trunks:
            raise Refused(409, f'{thing["id"]} is in use.')
        del self.things[collection][thing['id']]
        for other, key in GOES_WITH.get(collection, ()):
            for one in [*self.things[other].values()]:
                if one.get(key) == thing['id']:
                    del self.things[other][one['id']]

    def _below(self, user, method, thing, parts, body):
        what, *rest = parts
        if what == 'bindings':
            raise Refused(403, 'No bindings for you.')
        if what == 'tags':
            return self._tag(method, thing, rest, body)
        if what == 'port_forwardings':
            return self._forward(user, method, thing, rest, body)
        self._check(user, body or {})
        if what == 'add_subports':
            thing['sub_ports'] = thing['sub_ports'] + body['sub_ports']
        elif what == 'remove_subports':
            gone = [one['port_id'] for one in body['sub_ports']]
            thing['sub_ports'] = [
                one for one in thing['sub_ports'] if one['port_id'] not in gone
            ]
        return 200, {'sub_ports': thing['sub_ports']}

    @staticmethod
    def _tag(method, thing, rest, body):
        if method == 'GET':
            if rest and rest[0] not in thing['tags']:
                raise Refused(404, f'Tag {rest[0]} could not be found.')
        elif method == 'DELETE':
            thing['tags'] = []
        else:
            thing['tags'] = rest or body['tags']
        return 200, {'tags': thing['tags']}

    def _forward(self, user, method, thing, rest, body):
        known = self.things['port_forwardings']
        if rest:
            forwarding = known.get(rest[0])
            if forwarding is None:
                raise Refused(404, f'Forwarding {rest[0]} is not found.')
            return self._one(
                user, method, 'port_forwardings', forwarding, body
            )
        if method == 'POST':
            return self._create(
                user, 'port_forwardings', body, floatingip_id=thing['id']
            )
        mine = [
            self._shown(one)
            for one in known.values()
            if one['floatingip_id'] == thing['id']
        ]
        return 200, {'port_forwardings': mine}

    def boots(self, user, port_id):
        """Return Nova's refusal of a port, or of the volume beside it."""
        try:
            self.find(user, 'ports', port_id, 'compute')
        except Refused:
            message = f'Port {port_id} could not be found.'
        else:
            message = 'Block Device Mapping is Invalid: no such volume.'
        return 400, {'badRequest': {'code': 400, 'message': message}}

    def attaches(self, user, method, server_id, port_id):
        """Return (status, body) of a request about a server's port."""
        try:
            port = self.find(user, 'ports', port_id, 'compute')
        except Refused:
            port = None
        is_there = port and port['device_id'] == server_id
        if port is None or (method != 'POST' and not is_there):
            message = f'Port {port_id} could not be found.'
            return 404, {'itemNotFound': {'code': 404, 'message': message}}
        if method != 'GET':
            port['device_id'] = server_id if method == 'POST' else ''
        return 200, {'interfaceAttachment': {'port_id': port_id}}
