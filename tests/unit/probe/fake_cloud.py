# SPDX-License-Identifier: Apache-2.0
"""A small Keystone, and the services that the probe looks at.

The cloud listens on a local port. To unknown requests it responds with 200 if
the caller may see the server. To others it responds as if there were no
server, unless it leaks.
"""

import http.server
import json
import os
import re
import socket
import sys
import threading
import time
import uuid

import fixtures
from keystoneauth1 import adapter
from keystoneauth1 import session
from keystoneauth1.identity import v3

from cloud_security.probe import catalog
from cloud_security.probe import runner
from cloud_security.probe.client import accounts
from tests.unit.probe import fake_cinder
from tests.unit.probe import fake_glance
from tests.unit.probe import fake_neutron

PASSWORD = 'secret'
PROJECT = '0' * 32
ROLES = {
    'alice': ['member'],
    'bob': ['member'],
    'dan': ['reader'],
    'root': ['admin'],
}
#: The state of a server after an action; after all others it is ACTIVE.
BECOMES = {
    'os-stop': 'SHUTOFF',
    'pause': 'PAUSED',
    'rescue': 'RESCUE',
    'resize': 'VERIFY_RESIZE',
    'shelve': 'SHELVED_OFFLOADED',
    'suspend': 'SUSPENDED',
}
#: A hook returns it to close the connection without a response.
DROPPED = 'dropped'
NONE = {'itemNotFound': {'code': 404, 'message': 'Instance {} not found.'}}


class FakeCloud(fixtures.Fixture):
    """The cloud, and a clouds.yaml with its accounts."""

    def _setUp(self):
        self.glance = fake_glance.FakeGlance(PROJECT)
        self.cinder = fake_cinder.FakeCinder(PROJECT, self.glance)
        self.neutron = fake_neutron.FakeNeutron(PROJECT)
        self.leaks = False
        #: Types of services in Keystone's catalog, and their paths.
        self.catalog = {
            'compute': f'/compute/v2.1/{PROJECT}',
            'volumev3': f'/volume/v3/{PROJECT}',
            'image': '/image',
            'network': '/network',
        }
        self.quota = 10
        self.delay = 0
        self.flavors = [
            {'id': str(n), 'name': f'f{n}', 'ram': n, 'disk': n, 'vcpus': 1}
            for n in (2, 1)
        ]
        self.images = [
            {
                'id': 'i',
                'name': 'i',
                'status': 'ACTIVE',
                'minRam': 0,
                'minDisk': 0,
                'metadata': {},
            }
        ]
        self.servers = {}
        self.groups = {}
        self.projects = {'eve': 'f' * 32}
        self.requests = []
        #: The cloud calls it first, with user, method, path and body. It
        #: returns None, DROPPED, or (status, body, headers).
        self.hook = lambda *request: None
        self.lock = threading.Lock()
        server = _Server(('127.0.0.1', 0), lambda *args: _Handler(self, *args))
        self.url = f'http://127.0.0.1:{server.server_port}'
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.configure()

    def configure(self, **changes):
        """Write a clouds.yaml.

        :param changes: keys of each account's auth
        """
        clouds = {
            name: {
                'auth': {
                    'auth_url': f'{self.url}/v3',
                    'username': name,
                    'password': PASSWORD,
                    'project_id': PROJECT,
                    'user_domain_name': 'Default',
                    **changes,
                }
            }
            for name in ('alice', 'bob', 'dan', 'root', 'eve')
        }
        path = os.path.join(self.directory, 'clouds.yaml')
        with open(path, 'w') as stream:
            json.dump({'clouds': clouds}, stream)
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith('OS_')
        }
        self.environment['OS_CLIENT_CONFIG_FILE'] = path

    def account(self, name, user):
        """Return a user's account, in a role such as peer."""
        auth = v3.Password(
            f'{self.url}/v3',
            username=user,
            password=PASSWORD,
            project_id=PROJECT,
            user_domain_name='Default',
        )
        return accounts.Account(
            name,
            adapter.Adapter(
                session.Session(auth=auth), service_type='compute'
            ),
            user,
            PROJECT,
            ROLES[user],
            user.capitalize(),
            'demo',
        )

    def probe(self, *names, others=(), **kwargs):
        """Let alice and bob try operations in this process."""
        table = [
            one for one in catalog.of(catalog.TABLES) if one.name in names
        ]
        return runner.Probe(
            self.account('owner', 'alice'),
            self.account('peer', 'bob'),
            [self.account(name, user) for name, user in others],
            table=table,
            **kwargs,
        ).run()

    def of(self, user):
        """Return the IDs of a user's servers."""
        return [
            server_id
            for server_id, server in self.servers.items()
            if server['user_id'] == user
        ]

    def respond(self, user, method, path, body):
        """Return (status, body)."""
        if path.startswith('/v3'):
            link = {'rel': 'self', 'href': f'{self.url}/v3'}
            return 200, {
                'version': {
                    'id': 'v3.14',
                    'status': 'stable',
                    'links': [link],
                }
            }
        if path.startswith('/volume/v3/'):
            path = path.partition('/v3/')[2]
            return self.cinder.respond(user, method, path, body)
        if path.startswith('/image/'):
            path = path.partition('/image')[2]
            return self.glance.respond(user, method, path, body)
        if path.startswith('/network/'):
            path = path.partition('/network')[2]
            return self.neutron.respond(user, method, path, body)
        path = re.sub(r'^/compute/v2(\.1)?/?', '', path)
        path = re.sub(rf'^{PROJECT}/', '', path)
        path, _, query = path.partition('?')
        what, _, rest = path.partition('/')
        if path == '':
            return 200, {'version': {'version': '2.96'}}
        if path == 'flavors/detail':
            return 200, {'flavors': self.flavors}
        if path == 'images/detail':
            seen = self.glance.seen_through_nova(user)
            return 200, {'images': self.images + seen}
        if what == 'images':
            image = self.glance.find(user, rest, 'compute')
            if image is None:
                return 404, json.loads(json.dumps(NONE).replace('{}', rest))
            return 200, {'image': image}
        if path == 'flavors':
            return 200, {'flavors': self.flavors}
        if what == 'os-simple-tenant-usage':
            return 200, {'usage': self.seen(user, self.servers)}
        if what == 'servers':
            return self.server(user, method, rest, query, body)
        if what == 'os-server-groups':
            return self.group(user, method, rest, body)
        return 404, {'itemNotFound': {'message': 'No such route.'}}

    @property
    def leaks(self):
        """Return True if everybody sees everything."""
        return self.cinder.leaks

    @leaks.setter
    def leaks(self, leaks):
        self.cinder.leaks = self.glance.leaks = leaks
        self.neutron.leaks = leaks

    def seen(self, user, things):
        """Return the resources that a user sees."""
        return [
            thing
            for thing in things.values()
            if self.leaks or user in (thing['user_id'], 'root')
        ]

    def server(self, user, method, rest, query, body):
        """Respond to requests below /servers."""
        server_id, _, more = rest.partition('/')
        if method == 'POST' and not rest:
            if body['server'].get('imageRef', 'i') not in ('', 'i'):
                image_id = body['server']['imageRef']
                return self.glance.boots(user, image_id, 'compute')
            (network, *_) = body['server'].get('networks') or ['']
            if 'port' in network:
                return self.neutron.boots(user, network['port'])
            if len(self.servers) >= self.quota:
                return 403, {
                    'forbidden': {'message': 'Quota exceeded for instances'}
                }
            made = {
                'id': str(uuid.uuid4()),
                'name': body['server']['name'],
                'status': 'ACTIVE',
                'user_id': user,
                'metadata': body['server'].get('metadata', {}),
            }
            self.servers[made['id']] = made
            return 202, {'server': made}
        seen = self.seen(user, self.servers)
        if server_id in ('', 'detail'):
            name = re.search(r'\bname=([^&]*)', query)
            marker = re.search(r'\bmarker=([^&]*)', query)
            if marker and marker.group(1) not in [one['id'] for one in seen]:
                return 400, {'badRequest': {'message': 'marker not found'}}
            return 200, {
                'servers': [
                    one
                    for one in seen
                    if not name or name.group(1) in one['name']
                ]
            }
        if server_id not in [one['id'] for one in seen]:
            if more.startswith('os-volume_attachments/') and method == 'GET':
                return 403, {'forbidden': {'message': 'No.'}}
            return 404, json.loads(json.dumps(NONE).replace('{}', server_id))
        if more.startswith('os-volume_attachments/'):
            return 404, {'itemNotFound': {'message': 'It is not attached.'}}
        if more.startswith('os-interface'):
            return self.interface(user, method, server_id, more, body)
        if more == 'ips':
            return 200, {'addresses': {}}
        if more == 'action':
            action = next(iter(body))
            status = BECOMES.get(action, 'ACTIVE')
            self.servers[server_id]['status'] = status
        if method == 'DELETE' and not more:
            del self.servers[server_id]
            return 204, None
        if more == 'os-instance-actions':
            action = {
                'action': 'create',
                'request_id': 'r',
                'user_id': self.servers[server_id]['user_id'],
            }
            return 200, {'instanceActions': [action]}
        return 200, {'server': self.servers[server_id]}

    def interface(self, user, method, server_id, more, body):
        """Respond to requests about the ports of a server."""
        port_id = more.partition('/')[2]
        if method == 'POST':
            port_id = body['interfaceAttachment'].get('port_id')
        if not port_id:
            return 200, {'interfaceAttachments': []}
        return self.neutron.attaches(user, method, server_id, port_id)

    def group(self, user, method, rest, body):
        """Respond to requests below /os-server-groups."""
        seen = self.seen(user, self.groups)
        if method == 'POST':
            made = {
                'id': str(uuid.uuid4()),
                'name': body['server_group']['name'],
                'user_id': user,
            }
            self.groups[made['id']] = made
            return 200, {'server_group': made}
        if not rest:
            return 200, {'server_groups': seen}
        if rest not in [one['id'] for one in seen]:
            return 404, json.loads(json.dumps(NONE).replace('{}', rest))
        if method == 'DELETE':
            del self.groups[rest]
            return 204, None
        return 200, {'server_group': self.groups[rest]}

    def token(self, body):
        """Return (status, body) of a request for a token."""
        user = body['auth']['identity']['password']['user']
        if user['password'] != PASSWORD:
            return 401, {
                'error': {
                    'code': 401,
                    'message': 'The request you have made requires '
                    'authentication.',
                }
            }
        name = user['name']
        return 201, {
            'token': {
                'methods': ['password'],
                'user': {
                    'id': name,
                    'name': name.capitalize(),
                    'domain': {'id': 'd'},
                },
                'project': {
                    'id': self.projects.get(name, PROJECT),
                    'name': 'demo',
                    'domain': {'id': 'd'},
                },
                'roles': [
                    {'id': role, 'name': role}
                    for role in ROLES.get(name, ['member'])
                ],
                'issued_at': '2026-01-01T00:00:00.000000Z',
                'expires_at': '2036-01-01T00:00:00.000000Z',
                'catalog': [
                    {
                        'type': service_type,
                        'name': service_type,
                        'id': service_type,
                        'endpoints': [
                            {
                                'interface': 'public',
                                'region_id': 'r',
                                'region': 'r',
                                'id': service_type,
                                'url': f'{self.url}{path}',
                            }
                        ],
                    }
                    for service_type, path in self.catalog.items()
                ],
            }
        }


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Keep standard error empty when a client has gone."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    # A large buffer sends head and body in one packet.
    wbufsize = -1

    def __init__(self, cloud, *args):
        self.cloud = cloud
        super().__init__(*args)

    def log_message(self, *args):
        """Keep standard error empty."""

    def _respond(self):
        size = int(self.headers.get('Content-Length') or 0)
        body = self.rfile.read(size).decode() if size else None
        if body and 'json' in self.headers.get('Content-Type', ''):
            body = json.loads(body)
        user = self.headers.get('X-Auth-Token')
        headers = {}
        time.sleep(self.cloud.delay)
        hooked = self.cloud.hook(user, self.command, self.path, body)
        with self.cloud.lock:
            self.cloud.requests.append((user, self.command, self.path))
            if hooked == DROPPED:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if hooked:
                status, said, *more = hooked
                headers.update(*more)
            elif self.path == '/v3/auth/tokens':
                status, said = self.cloud.token(body)
                if status == 201:
                    headers['X-Subject-Token'] = said['token']['user']['id']
            else:
                status, said = self.cloud.respond(
                    user, self.command, self.path, body
                )
        kind = 'text/html' if isinstance(said, bytes) else 'application/json'
        text = b'' if said is None else said
        if not isinstance(text, bytes):
            text = json.dumps(said).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond
