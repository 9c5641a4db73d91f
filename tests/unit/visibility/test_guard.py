# SPDX-License-Identifier: Apache-2.0
import threading

import fixtures
from oslo_context import context as oslo_context
import sqlalchemy as sa
from sqlalchemy import engine
from sqlalchemy import event
from sqlalchemy import orm
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite
import testtools
from testtools import matchers

from cloud_security.visibility import criteria
from cloud_security.visibility import guard
from cloud_security.visibility import proof
from cloud_security.visibility import scope as scopes
from tests.unit.visibility import things
from tests.unit.visibility.things import Free
from tests.unit.visibility.things import Thing

BOB = scopes.Scope(owner_id='bob')
THINGS = Thing.__table__
IDS = sa.select(THINGS.alias('t').c.id)
UNRESTRICTED = (
    'SQL reads things in a form that is not restricted to the rows of one '
    'owner: SELECT t.id FROM things AS t'
)
LOST = (
    'A thread reads owned rows for a request that is not inside the '
    'isolation filter.'
)


class Guard(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.installed = self.useFixture(things.Installed())
        self.database = self.useFixture(things.Database())
        self.session = self.database.session
        self.log = self.useFixture(fixtures.FakeLogger())

    def assertStartsWith(self, start, text):
        self.assertThat(text, matchers.StartsWith(start))

    def refused(self, statement, scope=BOB):
        """Execute a statement that must be refused.

        :returns: the reason, with single spaces
        """
        with scopes.on_this_thread(scope):
            error = self.assertRaises(
                scopes.ScopeError, self.session.execute, statement
            )
        reason = ' '.join(str(error).split())
        self.assertIn(reason, ' '.join(self.log.output.split()))
        return reason


class TestRefusals(Guard):
    def test_a_refusal_names_the_table_and_the_sql(self):
        self.assertEqual(UNRESTRICTED, self.refused(IDS))
        # Again, from the guard's memory.
        self.assertEqual(UNRESTRICTED, self.refused(IDS))

    def test_a_refusal_names_all_tables(self):
        others = things.Other.__table__.alias('o')
        self.assertStartsWith(
            'SQL reads others, things in a form',
            self.refused(sa.select(THINGS.alias('t').c.id, others.c.id)),
        )

    def test_a_refusal_tells_why_sql_is_not_understood(self):
        self.assertStartsWith(
            'SQL on owned tables is not understood, XOR stands in a '
            'condition: SELECT things.id',
            self.refused(sa.select(Thing.id).where(sa.text('1 XOR 1'))),
        )

    def test_text_is_refused(self):
        for statement in (
            sa.text('SELECT 1'),
            sa.text('SELECT id FROM free').columns(Free.id),
            sa.select(Free).from_statement(sa.text('SELECT * FROM free')),
        ):
            self.assertStartsWith(
                'A statement is text, in a form that cannot be restricted to '
                'the rows of one owner: SELECT',
                self.refused(statement),
            )

    def test_values_stay_out_of_the_reason(self):
        aliased = THINGS.alias('t')
        self.assertNotIn(
            'secret',
            self.refused(
                sa.select(aliased.c.id).where(aliased.c.owner == 'secret')
            ),
        )

    def test_a_session_goes_on_after_a_refusal(self):
        self.refused(IDS)
        with scopes.on_this_thread(BOB):
            self.assertEqual(
                [2, 5],
                sorted(self.session.execute(sa.select(Thing.id)).scalars()),
            )

    def test_a_new_engine_is_guarded(self):
        with sa.create_engine('sqlite://').connect() as connection:
            with scopes.on_this_thread(BOB):
                self.assertRaises(scopes.ScopeError, connection.execute, IDS)


class TestScopes(Guard):
    def ids(self):
        return sorted(self.session.execute(IDS).scalars())

    def test_everybody_and_no_request_pass(self):
        self.assertEqual([1, 2, 3, 4, 5], self.ids())
        with scopes.on_this_thread(scopes.EVERYBODY):
            self.assertEqual([1, 2, 3, 4, 5], self.ids())
        self.refused(IDS)
        self.refused(IDS, scopes.Scope())
        # A decision holds for the SQL, not for the caller.
        self.assertEqual([1, 2, 3, 4, 5], self.ids())

    def test_a_shared_process_passes(self):
        self.installed.is_shared = True
        with scopes.on_this_thread(BOB):
            self.assertEqual([1, 2, 3, 4, 5], self.ids())
            # What can be restricted still is.
            self.assertEqual(
                [2, 5],
                sorted(self.session.execute(sa.select(Thing.id)).scalars()),
            )
        self.assertEqual('', self.log.output)


class TestLostThreads(Guard):
    def in_thread(self, statement, **context):
        """Execute a statement in a thread that has a context.

        :returns: the reason for which the guard refused, or the rows
        """
        found = []

        def run():
            oslo_context.RequestContext(**context).update_store()
            with orm.Session(self.database.engine) as session:
                try:
                    found.append(session.execute(statement).all())
                except scopes.ScopeError as error:
                    found.append(str(error))

        self.addCleanup(oslo_context._request_store.__dict__.clear)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        return found[0]

    def setUp(self):
        super().setUp()
        if things.URL == 'sqlite://':
            # Each thread has a database of its own; refusals need none.
            self.database.engine = sa.create_engine(
                'sqlite://',
                poolclass=sa.pool.StaticPool,
                connect_args={'check_same_thread': False},
            )
            things.Base.metadata.create_all(self.database.engine)

    def test_a_lost_thread_reads_no_owned_table(self):
        lost = {'user_id': 'bob', 'request_id': 'req-1'}
        for statement in (
            sa.select(Thing),
            sa.select(sa.func.count(Thing.id)),
            IDS,
            sa.insert(Thing).values(id=9),
            sa.delete(Thing),
            sa.text('SELECT 1'),
            sa.text('SELECT id FROM things'),
        ):
            self.assertEqual(LOST, self.in_thread(statement, **lost))
        self.assertIn(LOST, self.log.output)

    def test_a_lost_thread_reads_other_tables(self):
        lost = {'user_id': 'bob', 'request_id': 'req-1'}
        for statement in (
            sa.select(Free.id).where(Free.id > 9),
            sa.select(things.Shadow.id).where(things.Shadow.id > 9),
        ):
            self.assertEqual([], self.in_thread(statement, **lost))

    def test_a_thread_without_a_user_is_not_lost(self):
        self.assertEqual(
            [], self.in_thread(sa.select(Thing.id).where(Thing.id > 9))
        )

    def test_a_lost_thread_of_a_shared_process_passes(self):
        self.installed.is_shared = True
        lost = {'user_id': 'bob', 'request_id': 'req-1'}
        self.assertEqual(
            [], self.in_thread(sa.select(Thing.id).where(Thing.id > 9), **lost)
        )

    def test_a_thread_of_a_request_is_restricted(self):
        with scopes.entered(BOB, 'req-1'):
            found = self.in_thread(IDS, user_id='bob', request_id='req-1')
        self.assertStartsWith('SQL reads things', found)


class TestMemory(Guard):
    def test_sql_is_read_once(self):
        found = guard.Guard({'things': frozenset({'id'})})
        read = found._reader.read
        texts = []

        def count(text):
            texts.append(text)
            return read(text)

        found._reader.read = count
        with scopes.on_this_thread(BOB):
            for _ in range(3):
                found.check(None, None, 'SELECT 1', (), None, False)
                found.check(None, None, 'SELECT 2', (), None, True)
        self.assertEqual(['SELECT 1', 'SELECT 2'], texts)

    def test_sql_without_a_context_is_guarded(self):
        # As of a sequence's default.
        found = guard.Guard({'things': frozenset({'id'})})
        with scopes.on_this_thread(BOB):
            self.assertRaises(
                scopes.ScopeError,
                found.check,
                *(None, None, 'SELECT a FROM things', (), None, False),
            )

    def test_another_problem_is_one_of_its_own(self):
        found = guard.Guard({'things': frozenset({'id'})})
        self.assertEqual(('', False, False), found.problem('SELECT 1'))
        self.assertEqual(
            (
                'SQL reads things in a form that is not restricted to the '
                'rows of one owner',
                True,
                False,
            ),
            found.problem('DELETE FROM things WHERE things.id = ?'),
        )
        self.assertEqual(
            (
                'SQL on owned tables is not understood, it begins with CALL',
                False,
                False,
            ),
            found.problem('CALL things'),
        )


class TestDialects(Guard):
    """Criteria as MariaDB and PostgreSQL get them, without such a database."""

    def sql(self, statement, dialect):
        """Return the SQL that a session would execute for bob."""
        captured = []

        class Captured(Exception):
            pass

        def capture(state):
            captured.append(state.statement)
            raise Captured

        with orm.Session(self.database.engine) as session:
            event.listen(session, 'do_orm_execute', capture)
            with scopes.on_this_thread(BOB):
                self.assertRaises(Captured, session.execute, statement)
        return str(captured[0].compile(dialect=dialect))

    def test_criteria_pass_in_each_dialect(self):
        problem = self.installed.criteria.guard.problem
        part = things.Part
        for dialect in (
            sqlite.dialect(),
            mysql.dialect(),
            postgresql.dialect(),
            mysql.dialect(paramstyle='named'),
            postgresql.dialect(paramstyle='numeric'),
        ):
            for statement in (
                *map(sa.select, things.owned()),
                sa.select(part).options(orm.joinedload(part.thing)),
                sa.select(Thing).with_for_update(),
                sa.select(Thing).order_by(Thing.id).limit(3).offset(1),
                sa.select(Thing).where(Thing.owner.is_distinct_from('x')),
                sa.update(Thing).values(size=Thing.size + 1),
                sa.delete(things.Deed),
                sa.update(THINGS).values(size=1),
            ):
                sql = self.sql(statement, dialect)
                self.assertEqual('', problem(sql).reason, sql)
                bare = sql.replace('/* own */', '')
                self.assertNotEqual('', problem(bare).reason, bare)

    def test_reserved_names_are_quoted_and_found(self):
        for dialect, quoted in (
            (mysql.dialect(), '`instances`'),
            (postgresql.dialect(), '"instances"'),
        ):
            table = sa.table(
                sa.sql.quoted_name('instances', True), sa.column('id')
            )
            sql = str(sa.select(table.c.id).compile(dialect=dialect))
            self.assertIn(quoted, sql)
            found = guard.Guard({'instances': frozenset({'id'})}).problem(sql)
            self.assertStartsWith('SQL reads instances', found[0])


class TestListening(Guard):
    def test_uninstall_removes_every_listener(self):
        found = self.installed.criteria.guard
        listeners = [
            (engine.Engine, 'before_cursor_execute', found.check),
            *found.flushes.listeners,
        ]
        # Five of sessions and pools, six of each owned model.
        self.assertEqual(1 + 5 + 6 * 4, len(listeners))
        self.assertTrue(all(event.contains(*one) for one in listeners))
        self.installed.criteria.uninstall()
        self.assertFalse(any(event.contains(*one) for one in listeners))


class _Deaf(orm.Session):
    """A session that executes no statement."""

    def execute(self, *args, **kwargs):
        pass


class TestProof(Guard):
    def unproven(self, of_session=orm.Session):
        return [
            model.__name__
            for model in proof.unproven(
                self.installed.criteria, of_session(self.database.engine)
            )
        ]

    def test_all_models_are_proven(self):
        self.assertEqual([], self.unproven())

    def test_without_the_criteria_no_model_is_proven(self):
        event.remove(
            orm.Session, 'do_orm_execute', self.installed.criteria.restrict
        )
        self.assertEqual(['Thing', 'Other', 'Deed', 'Shelf'], self.unproven())

    def test_without_the_guard_no_model_is_proven(self):
        self.installed.criteria.guard.uninstall()
        self.assertEqual(['Thing', 'Other', 'Deed', 'Shelf'], self.unproven())

    def test_with_a_guard_that_refuses_nothing_no_model_is_proven(self):
        self.installed.criteria.guard.problem = lambda sql: guard.Problem('')
        self.assertEqual(['Thing', 'Other', 'Deed', 'Shelf'], self.unproven())

    def test_with_a_guard_that_refuses_all_no_model_is_proven(self):
        self.installed.criteria.guard.problem = lambda sql: guard.Problem(
            'no' if 'SELECT' in sql else ''
        )
        self.assertEqual(['Thing', 'Other', 'Deed', 'Shelf'], self.unproven())

    def test_a_criterion_without_the_owner_is_unproven(self):
        self.installed.criteria.uninstall()
        self.installed.criteria = criteria.Criteria(
            {
                Thing: criteria.Owned(
                    Thing.owner == 'bob', lambda row: row.id, None
                )
            }
        )
        self.installed.criteria.install()
        self.addCleanup(self.installed.criteria.uninstall)
        self.assertEqual(['Thing'], self.unproven())

    def test_without_a_statement_no_model_is_proven(self):
        self.assertEqual(
            ['Thing', 'Other', 'Deed', 'Shelf'], self.unproven(_Deaf)
        )
