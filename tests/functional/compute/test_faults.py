# SPDX-License-Identifier: Apache-2.0
"""Faults: the filter stays closed, gives a reason, and recovers by itself."""

import os
import threading
import time

import fixtures
from nova import exception
from nova import objects
from nova.db.api import api as api_db
from nova.db.main import models
from oslo_context import context as oslo_context
from oslo_db import exception as db_exception
from oslo_utils.fixture import uuidsentinel
from sqlalchemy import event
from sqlalchemy import orm

from cloud_security.compute import ownership
from cloud_security.policy import rules
from cloud_security.visibility import scope as scopes
from tests.functional.compute import cloud
from tests.functional.compute import operations

REASON = 'the database is gone'
#: More than any request below makes.
STATEMENTS = 40


class Gone(fixtures.Fixture):
    """A database that answers no statement, or not the one of a number."""

    def __init__(self, engine, only=None):
        self.engine = engine
        self.only = only
        self.asked = 0

    def _setUp(self):
        listening = self.engine, 'before_cursor_execute', self.refuse
        event.listen(*listening)
        self.addCleanup(event.remove, *listening)

    def refuse(self, *_):
        self.asked += 1
        if self.only in (None, self.asked):
            raise db_exception.DBConnectionError(REASON)


class Faults(cloud.Cloud):
    def setUp(self):
        super().setUp()
        # Behind Nova's own fixture, which removes all others.
        self.log = self.useFixture(fixtures.FakeLogger(nuke_handlers=False))
        self.alices_server = self.boot(self.alice)
        self.bobs_server = self.boot(self.bob)
        self.api_database = api_db.context_manager.writer.get_engine()
        self.cell_database = self.cell_engine()

    def reads(self):
        """Return what a member may try without changing anything."""
        return [
            ('GET', path, version)
            for version in ('2.1', '2.69', cloud.LATEST)
            for path in (
                'servers',
                'servers/detail',
                'servers?user_id=alice',
                f'servers?marker={self.alices_server}',
                f'servers/{self.alices_server}',
                f'servers/{self.bobs_server}',
                f'servers/{self.alices_server}/os-instance-actions',
                'os-server-groups',
                f'os-simple-tenant-usage/{cloud.PROJECT}?detailed=1',
            )
        ]

    def ask(self, method, path, version):
        """Let a member ask, who must not be told of another's server.

        :returns: the status
        """
        answer = self.bob.call(method, path, version=version)
        self.assertNotIn('of-alice', answer.text, path)
        if self.alices_server not in path:
            self.assertNotIn(self.alices_server, answer.text, path)
        self.assertIsNone(scopes.current())
        self.assertEqual({}, scopes._by_request_id)
        return answer.status_code

    def statuses(self):
        """Return what everything that a member may try is answered with."""
        return {read: self.ask(*read) for read in self.reads()}

    def is_logged(self, reason):
        """Check that the log tells why."""
        self.assertIn(reason, self.log.output)

    def is_back(self):
        """Check that all is as it was before."""
        self.assertEqual([self.bobs_server], self.bob.ids())
        self.bob.get(f'servers/{self.bobs_server}')
        self.assertEqual(
            404,
            self.bob.call('GET', f'servers/{self.alices_server}').status_code,
        )
        self.assertEqual(2, len(self.carol.ids()))


class TestDatabases(Faults):
    def test_an_api_database_that_is_gone(self):
        for _ in range(2):
            with Gone(self.api_database):
                statuses = self.statuses()
            # Nova refuses before it asks, or cannot tell.
            self.assertEqual(
                {500},
                {status for status in statuses.values() if status != 400},
            )
            self.is_logged(REASON)
            self.is_back()

    def test_an_api_database_that_is_gone_for_one_statement(self):
        self.fail_at_each_statement(self.api_database)

    def test_a_cell_that_is_gone_for_one_statement(self):
        self.fail_at_each_statement(self.cell_database)

    def fail_at_each_statement(self, engine):
        usual = self.statuses()
        down = {400, 500, 503}
        failed = 0
        for read in self.reads():
            for number in range(1, STATEMENTS):
                with Gone(engine, only=number) as gone:
                    status = self.ask(*read)
                if gone.asked < number:
                    break
                failed += 1
                self.assertIn(status, {usual[read]} | down, read)
            else:
                self.fail(f'{read} makes many statements.')
        self.assertGreater(failed, len(usual))
        self.is_logged(REASON)
        self.is_back()

    def test_an_api_database_that_is_gone_when_an_answer_names_a_server(self):
        gone = Gone(self.api_database)

        def in_use(*args, **kwargs):
            gone.setUp()
            raise exception.InvalidVolume(
                reason=f'already attached to instances: {self.alices_server}'
            )

        with fixtures.MonkeyPatch(
            'nova.volume.cinder.API.check_availability_zone', in_use
        ):
            answer = self.bob.call(
                'POST',
                f'servers/{self.bobs_server}/os-volume_attachments',
                {'volumeAttachment': {'volumeId': operations.VOLUME}},
            )
        self.assertEqual(500, answer.status_code)
        self.assertNotIn(self.alices_server, answer.text)
        self.is_logged(REASON)
        gone.cleanUp()
        self.is_back()

    def test_an_api_database_that_is_gone_when_a_denial_is_recorded(self):
        usual = self.bob.call('GET', f'servers/{self.alices_server}')
        gone = Gone(self.api_database)
        rows = ownership._rows

        def unread(statement):
            with gone:
                return rows(statement)

        with fixtures.MonkeyPatch(
            'cloud_security.compute.ownership._rows', unread
        ):
            answer = self.bob.call('GET', f'servers/{self.alices_server}')
        self.assertEqual(
            (usual.status_code, usual.text), (answer.status_code, answer.text)
        )
        self.is_logged('could not be written')
        self.is_logged(REASON)
        self.is_back()

    def test_a_cell_that_is_gone(self):
        for _ in range(2):
            with Gone(self.cell_database):
                statuses = self.statuses()
                self.assertEqual(
                    [self.bobs_server], self.bob.ids(version=cloud.LATEST)
                )
                self.assertEqual(
                    self.as_unknown(self.alices_server),
                    self.as_unknown(uuidsentinel.unknown),
                )
            self.assertEqual(200, statuses['GET', 'servers', '2.69'])
            self.is_logged(REASON)
            self.is_back()

    def as_unknown(self, server_id):
        """Return the answers about a server, without its id."""
        return [
            (answer.status_code, answer.text.replace(server_id, 'ID'))
            for version in ('2.1', cloud.LATEST)
            for answer in [
                self.bob.call('GET', f'servers/{server_id}', version=version)
            ]
        ]


class TestDatabasesWithoutTheFilter(Faults):
    FILTERED = DROPPED_IN = False

    def test_a_cell_that_is_gone_tells_of_others(self):
        with Gone(self.cell_database):
            self.assertIn(self.alices_server, self.bob.ids(version='2.69'))


class TestThreads(Faults):
    """Nova asks its cells in threads, which may outlive a request."""

    def setUp(self):
        super().setUp()
        self.loaded = []
        event.listen(models.Instance, 'load', self.note)
        self.addCleanup(event.remove, models.Instance, 'load', self.note)

    def note(self, instance, _context):
        self.loaded.append(instance.uuid)

    def test_a_thread_that_lost_its_scope(self):
        with fixtures.MonkeyPatch(
            'cloud_security.visibility.scope._by_request_id', Forgetful()
        ):
            del self.loaded[:]
            statuses = self.statuses()
            # It is the thread of a cell that reads it.
            self.assertEqual(
                500, statuses['GET', f'servers/{self.bobs_server}', '2.1']
            )
        self.assertNotIn(self.alices_server, self.loaded)
        self.is_logged('not inside the isolation filter')
        self.is_back()

    def test_a_thread_that_guesses_its_scope_reads_everything(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.scope._by_request_id', Forgetful()
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.scope.is_lost', lambda: False
            )
        )
        self.read_in_the_cells_threads()
        self.assertIn(self.alices_server, self.bob.ids())

    def test_a_thread_that_outlives_its_request_before_a_statement(self):
        ended = self.outlive(is_within=False)
        if ended != 'GreenletExit':  # up to Nova 31, which kills it
            self.assertEqual('ScopeError', ended)
            self.is_logged('not inside the isolation filter')

    def test_a_thread_that_outlives_its_request_within_a_statement(self):
        self.outlive(is_within=True)

    def outlive(self, is_within):
        """Have a cell's thread go on when its request is over.

        :param is_within: whether it waits before a statement, or when that
            has been restricted and is about to be executed
        :returns: the name of the exception with which it ended
        """
        answered, over = threading.Event(), threading.Event()
        self.addCleanup(answered.set)
        here = threading.get_ident()
        late, ended = [], []
        get = objects.Instance.get_by_uuid

        def wait():
            if threading.get_ident() != here:
                late.append(oslo_context.get_current().user_id)
                answered.wait(20)

        def restricted(state):
            mapped = getattr(state.bind_mapper, 'class_', None)
            if is_within and mapped is models.Instance:
                wait()

        def get_late(*args, **kwargs):
            try:
                if not is_within:
                    wait()
                return get(*args, **kwargs)
            except BaseException as error:
                ended.append(type(error).__name__)
                raise
            finally:
                over.set()

        listening = orm.Session, 'do_orm_execute', restricted
        with (
            fixtures.MonkeyPatch(
                'nova.objects.Instance.get_by_uuid', staticmethod(get_late)
            ),
            fixtures.MonkeyPatch('nova.context.CELL_TIMEOUT', 0.5),
        ):
            event.listen(*listening)
            self.addCleanup(event.remove, *listening)
            self.assertEqual(
                500, self.ask('GET', f'servers/{self.bobs_server}', '2.1')
            )
        self.wait_for(lambda: late)
        self.assertEqual(['bob'], late)
        del self.loaded[:]
        answered.set()
        self.assertTrue(over.wait(20))
        self.assertEqual([], self.loaded)
        self.is_back()
        return ended[0]


class TestPolicy(Faults):
    """The operator lets not even managers see the others' servers."""

    RULES = {rules.SEE_PROJECT: '!'}
    BROKEN = '"cloud_security:isolated": [{'

    def seen(self, account):
        """Return the status of a list, and whether it names her server."""
        answer = account.call('GET', 'servers')
        return answer.status_code, self.alices_server in answer.text

    def is_back(self):
        self.assertEqual((200, False), self.seen(self.bob))
        self.assertEqual((200, False), self.seen(self.carol))
        self.assertEqual((200, True), self.seen(self.root))
        self.bob.get(f'servers/{self.bobs_server}')

    def test_a_broken_policy_file(self):
        # Before, in and after the operator's own file.
        for name in ('10-broken.yaml', '90-operator.yaml', '95-broken.yaml'):
            path = self.write_policy(name, self.BROKEN)
            # Whoever comes first, and those who come after.
            for account in (self.bob, self.carol, self.carol, self.root):
                self.assertEqual((500, False), self.seen(account), name)
            self.is_logged(self.BROKEN)
            os.remove(path)
            self.operator_writes(self.RULES)
            self.is_back()

    def test_a_broken_policy_file_that_is_taken_for_complete(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.policy.enforcer.RulesInForce._complete',
                lambda rules, enforcer: enforcer,
            )
        )
        self.write_policy('10-broken.yaml', self.BROKEN)
        self.assertEqual((500, False), self.seen(self.carol))
        self.assertEqual((200, True), self.seen(self.carol))

    def test_a_policy_file_that_is_replaced(self):
        self.is_back()
        self.operator_writes({})
        self.assertEqual((200, True), self.seen(self.carol))
        self.operator_writes(self.RULES)
        self.is_back()

    def test_a_policy_file_that_is_replaced_again_and_again(self):
        self.is_back()
        over = threading.Event()
        self.addCleanup(over.set)
        answers = set()

        def ask():
            while not over.is_set():
                answers.add(self.seen(self.carol))
                # Nothing else lets other greenthreads run.
                time.sleep(0)

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        for number in range(60):
            if number % 3:
                self.operator_writes(dict(self.RULES, unused=str(number)))
            else:
                self.write_policy('90-operator.yaml', self.BROKEN)
            time.sleep(0.05)
        self.operator_writes(self.RULES)
        over.set()
        for asker in askers:
            asker.join()
        # Nova's own rules may be missing for a moment: 403.
        self.assertNotIn(True, {is_seen for _, is_seen in answers}, answers)
        self.is_back()

    def test_a_rule_that_raises(self):
        # Nothing listens there.
        raises = 'http://127.0.0.1:9/decide'
        for rule in (rules.EXEMPT, rules.ISOLATED, rules.SEE_PROJECT):
            self.operator_writes(dict(self.RULES, **{rule: raises}))
            for account in (self.bob, self.carol):
                self.assertEqual((500, False), self.seen(account), rule)
            self.is_logged('127.0.0.1')
            self.operator_writes(self.RULES)
            self.is_back()

    def test_a_rule_about_changes_that_raises(self):
        self.operator_writes(
            {
                rules.SEE_PROJECT: 'user_id:bob',
                rules.CHANGE_PROJECT: 'http://127.0.0.1:9/decide',
            }
        )
        self.assertEqual((200, True), self.seen(self.bob))
        self.assertEqual(
            500, self.bob.act(self.alices_server, 'lock').status_code
        )
        self.assertFalse(
            self.root.get(f'servers/{self.alices_server}', version='2.9')[
                'server'
            ]['locked']
        )
        self.operator_writes(self.RULES)
        self.is_back()

    def test_a_rule_of_novas_that_raises(self):
        rule = 'os_compute_api:servers:index'
        self.operator_writes(
            dict(self.RULES, **{rule: 'http://127.0.0.1:9/decide'})
        )
        self.assertEqual(500, self.ask('GET', 'servers', '2.1'))
        self.operator_writes(self.RULES)
        self.is_back()


class Forgetful(dict):
    """A registry that forgets."""

    def get(self, key, default=None):
        return default
