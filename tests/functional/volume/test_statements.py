# SPDX-License-Identifier: Apache-2.0
"""A successful request costs no SQL statement that stock Cinder does not send.

Both applications run in this process: Cinder's pipelines with the filter, and
those that came with Cinder.
"""

import io
import threading

from cinder import service
import fixtures
from oslo_serialization import jsonutils
from oslo_service import wsgi
import sqlalchemy as sa
from sqlalchemy import event

from cloud_security.visibility import scope as scopes
from tests.functional.volume import cloud
from tests.functional.volume import things


class TestStatements(cloud.Cloud):
    # These rules refuse members outside of the filter.
    DROPPED_IN = False

    def setUp(self):
        super().setUp()
        self.mine = things.volume('alice', self.vt['id'])
        self.other = things.volume('alice', self.vt['id'])
        self.snapshot_id = things.snapshot('alice', self.mine)
        self.backup_id = things.backup('alice', self.mine)
        for _ in range(3):
            things.snapshot('bob', things.volume('bob', self.vt['id']))
        self.statements = None
        event.listen(sa.engine.Engine, 'before_cursor_execute', self.note)
        self.addCleanup(
            event.remove,
            sa.engine.Engine,
            'before_cursor_execute',
            self.note,
        )

    def note(self, _connection, _cursor, statement, *_):
        # The volume service works in other threads.
        if self.statements and self.statements[0] == threading.get_ident():
            self.statements.append(statement)

    def stock(self):
        """Return Cinder's API as it came, for those who see everything."""
        path = f'{self.useFixture(fixtures.TempDir()).path}/stock.ini'
        with open(path, 'w') as stream:
            stream.write(cloud.without_keystone(cloud.api_paste()))
        self.flags(api_paste_config=path)
        application = wsgi.Loader(service.CONF).load_app('osapi_volume')

        def unscoped(environ, start_response):
            with scopes.on_this_thread(scopes.EVERYBODY):
                return application(environ, start_response)

        return unscoped

    def sent(self, application, method, path, body=None):
        """Return the statements of a request of alice's, which succeeds."""
        path, _, query = path.partition('?')
        content = jsonutils.dump_as_bytes(body) if body else b''
        headers = {
            f'HTTP_{name.upper().replace("-", "_")}': value
            for name, value in self.alice.headers().items()
        }
        statuses = []
        self.statements = [threading.get_ident()]
        chunks = application(
            {
                **headers,
                'REQUEST_METHOD': method,
                'SERVER_NAME': 'api',
                'SERVER_PORT': '80',
                'SERVER_PROTOCOL': 'HTTP/1.1',
                'SCRIPT_NAME': '',
                'PATH_INFO': f'/v3/{cloud.PROJECT}/{path}',
                'QUERY_STRING': query,
                'CONTENT_TYPE': 'application/json',
                'CONTENT_LENGTH': str(len(content)),
                'wsgi.input': io.BytesIO(content),
                'wsgi.url_scheme': 'http',
            },
            lambda status, *_: statuses.append(status),
        )
        text = b''.join(chunks)
        found, self.statements = self.statements[1:], None
        self.assertEqual('2', statuses[0][0], f'{path}: {text}')
        return found

    def sent_again(self, *request):
        """Return the statements of a request's second time.

        The first fills caches, and makes the rows of quotas.
        """
        self.sent(*request)
        return self.sent(*request)

    def test_success_costs_no_further_statement(self):
        stock = self.stock()
        volume = f'volumes/{self.mine}'
        for method, path, body in (
            ('GET', 'volumes', None),
            ('GET', 'volumes/detail?with_count=True&limit=1', None),
            ('GET', f'volumes?limit=1&marker={self.mine}', None),
            ('GET', 'volumes/summary', None),
            ('GET', volume, None),
            ('GET', volume + '/metadata', None),
            ('PUT', volume, {'volume': {'name': 'same'}}),
            ('POST', volume + '/metadata', {'metadata': {'key': 'value'}}),
            (
                'POST',
                volume + '/action',
                {'os-set_bootable': {'bootable': True}},
            ),
            ('GET', 'snapshots/detail', None),
            ('GET', f'snapshots/{self.snapshot_id}', None),
            ('GET', 'backups/detail', None),
            ('GET', f'backups/{self.backup_id}', None),
            ('GET', 'attachments', None),
            ('GET', 'groups/detail', None),
            ('GET', 'group_snapshots/detail', None),
            ('GET', 'volume-transfers/detail', None),
            ('GET', 'messages', None),
        ):
            as_it_came, isolated = (
                self.sent_again(application, method, path, body)
                for application in (stock, self.osapi.app)
            )
            self.assertEqual(
                len(as_it_came), len(isolated), f'{method} {path}: {isolated}'
            )
            self.assertNotEqual([], as_it_came)

    def test_create_costs_no_further_statement(self):
        stock = self.stock()
        for kind, body in (
            ('volume', {'size': 1}),
            ('snapshot', {'volume_id': self.other}),
        ):
            as_it_came, isolated = (
                self.sent_again(application, 'POST', f'{kind}s', {kind: body})
                for application in (stock, self.osapi.app)
            )
            self.assertEqual(
                len(as_it_came), len(isolated), f'{kind}: {isolated}'
            )
