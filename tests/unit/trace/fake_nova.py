# SPDX-License-Identifier: Apache-2.0
"""A Keystone and a Nova that speak HTTP, and know some servers."""

import http.server
import json
import threading
from urllib import parse

import fixtures

#: The variables of an admin.
ACCOUNT = {
    'OS_USERNAME': 'root',
    'OS_PASSWORD': 'secret',
    'OS_PROJECT_NAME': 'admin',
    'OS_USER_DOMAIN_NAME': 'Default',
    'OS_PROJECT_DOMAIN_NAME': 'Default',
}


class FakeNova(fixtures.Fixture):
    """Has ``servers``, dictionaries of which one with ``deleted`` is gone.

    ``status`` takes the place of Nova's responses, and ``requests`` has their
    paths and queries. A page has ``page`` servers at most.
    """

    def __init__(self):
        self.servers = {}
        self.users = {'alice': 'Alice', 'bob': 'Bob'}
        self.requests = []
        self.status = None
        self.keystone_status = None
        self.page = 1000

    def _setUp(self):
        nova = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                """Keep standard error empty."""

            def do_GET(self):
                size = int(self.headers.get('Content-Length') or 0)
                self.rfile.read(size)
                status, said = nova.respond(self.path)
                text = json.dumps(said).encode()
                self.send_response(status)
                self.send_header('X-Subject-Token', 'token')
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_POST = do_GET

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{server.server_port}'
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)

    def add(self, server_id, user_id='alice', **more):
        """Add a server that was created at noon."""
        self.servers[server_id] = {
            'id': server_id,
            'name': f'of-{user_id}',
            'user_id': user_id,
            'tenant_id': 'atlas',
            'created': '2026-01-01T12:00:00Z',
            'updated': '2026-01-01T12:00:00Z',
            **more,
        }

    def respond(self, path):
        """Return the status and the body of a response."""
        path, _, query = path.partition('?')
        found = dict(parse.parse_qsl(query))
        if path.rstrip('/') == '/v3':
            return 200, {'version': self._version('v3', self.url + '/v3/')}
        if path == '/v3/auth/tokens':
            return 201, self._token()
        if path.startswith('/v3/users/'):
            return self._user(path.rpartition('/')[2])
        if path.rstrip('/') == '/v2.1':
            return 200, {'version': self._version('v2.1', f'{self.url}/v2.1/')}
        self.requests.append((path.removeprefix('/v2.1'), found))
        if self.status:
            return self.status, {'error': {'message': 'no'}}
        if path == '/v2.1/servers/detail':
            return 200, self._list(found)
        server = self.servers.get(path.rpartition('/')[2])
        if server is None or server.get('deleted'):
            return 404, {'itemNotFound': {'message': 'none', 'code': 404}}
        return 200, {'server': server}

    def _version(self, version, url):
        return {
            'id': version,
            'status': 'CURRENT',
            'links': [{'rel': 'self', 'href': url}],
        }

    def _user(self, user_id):
        if self.keystone_status:
            return self.keystone_status, {'error': {'message': 'no'}}
        if user_id not in self.users:
            return 404, {'error': {'message': 'none', 'code': 404}}
        return 200, {'user': {'id': user_id, 'name': self.users[user_id]}}

    def _list(self, query):
        deleted = bool(query.get('deleted'))
        since = query.get('changes-since')
        found = [
            one
            for one in self.servers.values()
            if (deleted or since or not one.get('deleted'))
            and (not deleted or one.get('deleted'))
            and (not since or one['updated'] >= since)
            and query.get('uuid') in (None, one['id'])
        ]
        ids = [one['id'] for one in found]
        start = 1 + ids.index(query['marker']) if 'marker' in query else 0
        body = {'servers': found[start : start + self.page]}
        if start + self.page < len(found):
            body['servers_links'] = [{'rel': 'next', 'href': 'x'}]
        return body

    def _token(self):
        return {
            'token': {
                'user': {'id': 'root', 'name': 'root', 'domain': {}},
                'project': {'id': 'admin', 'name': 'admin', 'domain': {}},
                'roles': [{'id': 'a', 'name': 'admin'}],
                'expires_at': '2099-01-01T00:00:00.000000Z',
                'issued_at': '2020-01-01T00:00:00.000000Z',
                'methods': ['password'],
                'catalog': [
                    {
                        'type': kind,
                        'id': kind,
                        'name': kind,
                        'endpoints': [
                            {
                                'id': f'{kind}-{interface}',
                                'interface': interface,
                                'region': region,
                                'region_id': region,
                                'url': f'{url}/{path}',
                            }
                            for interface, region, url in (
                                ('public', 'one', self.url),
                                ('internal', 'two', self.url),
                            )
                        ],
                    }
                    for kind, path in (
                        ('identity', 'v3'),
                        ('compute', 'v2.1'),
                    )
                ],
            }
        }
