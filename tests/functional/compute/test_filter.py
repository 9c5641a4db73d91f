# SPDX-License-Identifier: Apache-2.0
"""The filter itself: modes, records, statements, threads, start."""

import json
import re
import threading

import fixtures
from nova import exception
from nova.api.openstack import compute as nova_compute
from nova.compute import api as compute_api
from nova.conf import CONF
from oslo_config import cfg
from oslo_utils.fixture import uuidsentinel
import sqlalchemy as sa
from sqlalchemy import event

from cloud_security.audit import events
from cloud_security.compute import middleware
from cloud_security.compute import models
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import startup
from tests.functional.compute import cloud


class Filter(cloud.Cloud):
    def setUp(self):
        self.log = self.useFixture(
            fixtures.FakeLogger('cloud_security', nuke_handlers=False)
        )
        super().setUp()
        self.alices_server = self.boot(self.alice)
        self.bobs_server = self.boot(self.bob)

    def records(self, name):
        """Return the structured records of a kind."""
        return [
            json.loads(found)
            for found in re.findall(
                rf'(?m){re.escape(name)} (.*)$', self.log.output
            )
        ]


class TestRecords(Filter):
    def test_request_for_a_hidden_server_writes_one_record(self):
        answer = self.bob.act(self.alices_server, 'os-stop')
        self.assertEqual(404, answer.status_code)
        found = self.records(events.DENIED)
        self.assertEqual(1, len(found))
        [record] = found
        self.assertEqual('+00:00', record.pop('time')[-6:])
        self.assertEqual(
            [
                {
                    'count': 1,
                    'operation': 'POST /servers/{id}/action os-stop',
                    'project_id': cloud.PROJECT,
                    'request_id': answer.headers['x-compute-request-id'],
                    'servers': [
                        {'owner_id': 'alice', 'server_id': self.alices_server}
                    ],
                    'status': 404,
                    'user_id': 'bob',
                }
            ],
            [record],
        )

    def test_paths_to_a_hidden_server_write_one_record_each(self):
        for path in (
            'servers/{}',
            'servers/{}/tags',
            'os-volumes_boot/{}',
            'servers/{}/os-volume_attachments/' + self.bobs_server,
            f'/v2.1/{cloud.PROJECT}/servers/{{}}',
        ):
            before = len(self.records(events.DENIED))
            self.bob.call(
                'GET', path.format(self.alices_server), version=cloud.LATEST
            )
            self.assertEqual(
                before + 1, len(self.records(events.DENIED)), path
            )

    def test_requests_without_a_hidden_server_write_no_record(self):
        for account, server_id in (
            (self.bob, uuidsentinel.unknown),
            (self.bob, self.bobs_server),
            (self.carol, self.alices_server),
            (self.root, self.alices_server),
        ):
            account.call('GET', f'servers/{server_id}')
            account.call('GET', f'servers/{server_id}/os-interface/unknown')
        self.bob.ids()
        self.assertEqual([], self.records(events.DENIED))

    def test_record_that_cannot_be_written_changes_no_response(self):
        expected = self.bob.call('GET', f'servers/{self.alices_server}')
        self.useFixture(
            fixtures.MockPatch(
                'cloud_security.compute.ownership._rows',
                side_effect=RuntimeError,
            )
        )
        answer = self.bob.call('GET', f'servers/{self.alices_server}')
        self.assertEqual(expected.status_code, answer.status_code)
        self.assertEqual(expected.text, answer.text)
        self.assertIn('could not be written', self.log.output)

    def test_owner_is_looked_up_after_the_response(self):
        application = self.api_fixture.app()
        asked = self.useFixture(
            fixtures.MockPatch(
                'cloud_security.compute.ownership._rows', return_value=[]
            )
        ).mock
        started = []
        answer = application(
            {
                'REQUEST_METHOD': 'GET',
                'SERVER_NAME': 'x',
                'SERVER_PORT': '80',
                'SCRIPT_NAME': '',
                'PATH_INFO': f'/v2.1/servers/{self.alices_server}',
                'QUERY_STRING': '',
                'wsgi.url_scheme': 'http',
                'HTTP_X_USER_ID': 'bob',
                'HTTP_X_PROJECT_ID': cloud.PROJECT,
                'HTTP_X_ROLES': 'member,reader',
                # As keystonemiddleware writes it for a project's token.
                'HTTP_X_DOMAIN_ID': None,
            },
            lambda *args: started.append(args),
        )
        self.assertIn('404', started[0][0])
        self.assertIn('Content-Length', dict(started[0][1]))
        self.assertIn(b'could not be found', b''.join(answer))
        asked.assert_not_called()
        answer.close()
        asked.assert_called_once()


class TestMonitor(Filter):
    MODE = 'monitor'

    def test_responses_in_monitor_mode_are_stock(self):
        self.assertEqual(2, len(self.bob.ids()))
        self.bob.get(f'servers/{self.alices_server}')
        self.assertEqual(
            202, self.bob.act(self.alices_server, 'os-stop').status_code
        )

    def test_lists_and_single_servers_write_records(self):
        for call, operation in (
            (lambda: self.bob.ids('servers/detail'), 'GET /servers/detail'),
            (
                lambda: self.dan.get(f'servers/{self.alices_server}'),
                'GET /servers/{id}',
            ),
            (
                lambda: self.bob.act(self.alices_server, 'lock'),
                'POST /servers/{id}/action lock',
            ),
        ):
            call()
            record = self.records(events.WOULD_HIDE)[-1]
            self.assertEqual(operation, record['operation'])
            self.assertIn(
                {'owner_id': 'alice', 'server_id': self.alices_server},
                record['servers'],
            )

    def test_record_has_the_status_of_the_response(self):
        for call, status in (
            (
                lambda: self.bob.call('GET', f'servers/{self.alices_server}'),
                200,
            ),
            (lambda: self.bob.act(self.alices_server, 'lock'), 202),
            (lambda: self.dan.act(self.alices_server, 'lock'), 403),
        ):
            self.assertEqual(status, call().status_code)
            record = self.records(events.WOULD_HIDE)[-1]
            self.assertEqual(status, record['status'])

    def test_servers_that_enforce_shows_write_no_record(self):
        self.bob.get(f'servers/{self.bobs_server}')
        self.carol.ids()
        self.root.ids()
        self.assertEqual([], self.records(events.WOULD_HIDE))

    def test_builds_write_records(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.conductor.api.ComputeTaskAPI.schedule_and_build_instances',
                lambda *args, **kwargs: None,
            )
        )
        building = self.boot(self.alice, state=None)
        self.bob.ids()
        self.assertIn(
            {'owner_id': 'alice', 'server_id': building},
            self.records(events.WOULD_HIDE)[-1]['servers'],
        )

    def test_errors_in_monitor_mode_change_no_response(self):
        for broken in (
            'policy.decision.decide',
            'compute.ownership.hidden',
            'compute.ownership._rows',
        ):
            with fixtures.MockPatch(
                f'cloud_security.{broken}', side_effect=RuntimeError
            ):
                self.assertEqual(2, len(self.bob.ids()))
                self.assertEqual(
                    400,
                    self.bob.call(
                        'POST',
                        'servers',
                        {
                            'os:scheduler_hints': {
                                'same_host': self.alices_server
                            }
                        },
                    ).status_code,
                )
        self.assertIn('cloud_security.would_fail', self.log.output)


class TestOff(Filter):
    MODE = 'off'
    COPIES = False

    def test_mode_off_is_stock_nova_and_logs_a_warning(self):
        self.assertEqual(2, len(self.bob.ids()))
        self.assertIn('mode is off', self.log.output)


class TestStatements(Filter):
    """A successful request costs no extra SQL statement."""

    REQUESTS = (
        ('GET', 'servers/{}', None),
        ('GET', 'servers/detail', None),
        ('GET', 'servers', None),
        ('GET', 'servers/{}/os-instance-actions', None),
        ('GET', 'os-server-groups', None),
        ('GET', 'limits', None),
        ('POST', 'servers/{}/action', {'lock': None}),
        ('POST', 'servers/{}/action', {'unlock': None}),
        ('PUT', 'servers/{}', {'server': {'name': 'new'}}),
    )

    def count(self):
        counts = []
        statements = []

        def note(connection, cursor, statement, *args):
            # Compute and conductor have threads of their own in this process.
            if threading.current_thread() is threading.main_thread():
                statements.append(statement)

        event.listen(sa.engine.Engine, 'before_cursor_execute', note)
        self.addCleanup(
            event.remove, sa.engine.Engine, 'before_cursor_execute', note
        )
        for method, path, body in self.REQUESTS * 2:
            del statements[:]
            answer = self.alice.call(
                method, path.format(self.alices_server), body
            )
            self.assertLess(answer.status_code, 300, answer.text)
            counts.append(len(statements))
        # The first round fills the caches.
        return counts[len(self.REQUESTS) :]

    def test_successful_requests_add_no_statement(self):
        isolated = self.count()
        self.useFixture(
            fixtures.MockPatch(
                'cloud_security.wsgi.plan.Planner.plan', return_value=None
            )
        )
        self.assertEqual(self.count(), isolated)


class TestThreads(Filter):
    """Nova queries its cells in threads of its own."""

    def setUp(self):
        super().setUp()
        self.threads = set()
        self.read_in_the_cells_threads(
            lambda: self.threads.add(
                (threading.current_thread(), scopes._here.get())
            )
        )

    def test_a_cells_thread_keeps_the_scope(self):
        self.assertEqual([self.bobs_server], self.bob.ids())
        self.assertNotIn(threading.current_thread(), dict(self.threads))
        self.assertEqual({None}, set(dict(self.threads).values()))
        self.assertEqual(2, len(self.carol.ids()))

    def test_a_lost_scope_shows_nothing(self):
        # A cell's thread finds its scope in the registry alone.
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.scope._by_request_id', Forgetful()
            )
        )
        self.assertNotIn(
            self.alices_server, self.bob.call('GET', 'servers').text
        )
        self.assertIn('not inside the isolation filter', self.log.output)

    def test_no_scope_survives_its_request(self):
        self.useFixture(
            fixtures.MockPatchObject(
                compute_api.API, 'get_all', side_effect=exception.NovaException
            )
        )
        self.assertEqual(500, self.bob.call('GET', 'servers').status_code)
        self.assertIsNone(scopes.current())
        self.assertEqual({}, scopes._by_request_id)


class Forgetful(dict):
    def get(self, key, default=None):
        return default


class TestStart(cloud.Cloud):
    """The filter starts safe or not at all."""

    def router(self):
        return nova_compute.APIRouterV21()

    def refused(self, application=None, mode='enforce', **local_conf):
        CONF.set_override('mode', mode, group='cloud_security')
        refusal = self.assertRaises(
            startup.UnsafeStart,
            lambda: middleware.factory({}, **local_conf)(
                application or self.router()
            ),
        )
        return str(refusal)

    def test_filter_that_is_not_before_the_router_is_refused(self):
        self.assertIn(
            'directly before osapi_compute_app_v21',
            self.refused(lambda environ, start_response: []),
        )

    def test_options_in_the_wrong_file_are_refused(self):
        self.assertIn(
            'move them to [cloud_security]',
            self.refused(mode='enforce', option='x'),
        )

    def test_an_unknown_mode_is_refused(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.wsgi.safe_start.opts.register', self.misread
            )
        )
        self.assertIn('Mend [cloud_security]', self.refused())

    def misread(self, conf):
        raise cfg.ConfigFileValueError('mode: x')

    def test_a_model_that_is_gone_is_refused(self):
        self.forget_criteria()
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.db.api.models.InstanceGroup.user_id', None
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch('nova.db.main.models.Instance', object)
        )
        self.assertIn('has not the models', self.refused())

    def test_a_listener_without_effect_is_refused(self):
        cloud.remove_listeners()
        self.forget_criteria()
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.criteria.Criteria.restrict',
                lambda criteria, state: None,
            )
        )
        self.assertIn('are not filtered', self.refused())

    def forget_criteria(self):
        for cached in (startup._criteria, models.owned):
            cached.cache_clear()
            self.addCleanup(cached.cache_clear)

    def test_an_untested_nova_is_a_warning_with_the_range(self):
        log = self.useFixture(fixtures.FakeLogger('cloud_security'))
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.version.version_string', lambda: '99.0.0'
            )
        )
        middleware.factory({})(self.router())
        self.assertIn('tested with Nova', log.output)
        self.assertIn('99.0.0', log.output)

    def test_a_start_is_one_line_in_the_log(self):
        for mode, words in (
            ('enforce', 'isolation is on (mode enforce, Nova '),
            ('monitor', 'nothing is hidden (mode monitor, Nova '),
        ):
            startup._announce.cache_clear()
            log = self.useFixture(
                fixtures.FakeLogger('cloud_security.wsgi.startup')
            )
            CONF.set_override('mode', mode, group='cloud_security')
            start = middleware.factory({})
            for _ in range(2):
                start(self.router())
            [line] = log.output.splitlines()
            self.assertRegex(line, r'^cloud_security \d+\.\d+')
            self.assertIn(words, line)

    def test_request_without_a_context_is_an_error(self):
        isolation = middleware.factory({})(self.router())
        self.assertRaises(
            scopes.ScopeError,
            isolation,
            {'REQUEST_METHOD': 'GET', 'PATH_INFO': '/servers'},
            lambda *args: None,
        )
