# SPDX-License-Identifier: Apache-2.0
"""Statements that change rows: own ones, and no others."""

import sqlalchemy as sa
from sqlalchemy import orm
import testscenarios
import testtools

from cloud_security.visibility import scope as scopes
from tests.unit.visibility import things
from tests.unit.visibility.things import Deed
from tests.unit.visibility.things import Free
from tests.unit.visibility.things import Other
from tests.unit.visibility.things import Part
from tests.unit.visibility.things import Thing

BOB = scopes.Scope(owner_id='bob')
THINGS, OTHERS, FREE = Thing.__table__, Other.__table__, Free.__table__
EVALUATE = {'synchronize_session': 'evaluate'}
FETCH = {'synchronize_session': 'fetch'}
NOTHING = {'synchronize_session': False}


def update(model, **values):
    return sa.update(model).values(**(values or {'size': 9}))


#: Each answers as in a database of bob's own, or is refused.
CHANGES = {
    'UPDATE': lambda: update(Thing),
    'UPDATE of a hidden row': lambda: update(Thing).where(Thing.id == 1),
    'UPDATE by a value': lambda: update(Thing).where(Thing.size < 4),
    'UPDATE with an expression': lambda: update(Thing, size=Thing.size + 1),
    'UPDATE OR as text': lambda: update(Thing).where(sa.text('1=1 OR 1=1')),
    'UPDATE of a table': lambda: update(THINGS).where(THINGS.c.size < 4),
    'UPDATE of a table by key': lambda: update(THINGS).where(THINGS.c.id == 1),
    'UPDATE of a table by an attribute': lambda: update(THINGS).where(
        Thing.size == 1
    ),
    'UPDATE of a table with text': lambda: update(THINGS).where(
        sa.text('1=1')
    ),
    'UPDATE of a table with OR as text': lambda: update(THINGS).where(
        sa.text('1=1 OR 1=1')
    ),
    'UPDATE of a table by others of it': lambda: update(THINGS).where(
        THINGS.c.id.in_(sa.select(THINGS.alias('t').c.id))
    ),
    'UPDATE of a table to a value of others': lambda: update(
        THINGS,
        size=sa.select(
            sa.func.max(THINGS.alias('t').c.size)
        ).scalar_subquery(),
    ),
    'UPDATE FROM': lambda: update(Free, thing_id=9).where(
        Free.thing_id == Thing.id
    ),
    'UPDATE FROM tables': lambda: update(FREE, thing_id=9).where(
        FREE.c.thing_id == THINGS.c.id
    ),
    'UPDATE of an owned FROM another': lambda: update(THINGS).where(
        THINGS.c.id == OTHERS.c.id
    ),
    'UPDATE by hidden rows': lambda: update(Free, thing_id=9).where(
        Free.thing_id.in_(sa.select(Thing.id).where(Thing.owner == 'alice'))
    ),
    'UPDATE to a value of hidden rows': lambda: update(
        Free, thing_id=sa.select(sa.func.min(Thing.size)).scalar_subquery()
    ),
    'UPDATE to a value of a table': lambda: update(
        Free, thing_id=sa.select(sa.func.min(THINGS.c.size)).scalar_subquery()
    ),
    'UPDATE through another': lambda: update(Deed),
    'DELETE': lambda: sa.delete(Thing),
    'DELETE of a hidden row': lambda: sa.delete(Thing).where(Thing.id == 1),
    'DELETE of a table': lambda: sa.delete(THINGS),
    'DELETE of a table by key': lambda: sa.delete(THINGS).where(
        THINGS.c.id == 1
    ),
    'DELETE by hidden rows': lambda: sa.delete(Free).where(
        Free.thing_id.in_(sa.select(Thing.id).where(Thing.owner == 'alice'))
    ),
    'DELETE by rows of a table': lambda: sa.delete(FREE).where(
        FREE.c.thing_id.in_(sa.select(THINGS.c.id))
    ),
    'DELETE USING': lambda: sa.delete(Free).where(Free.thing_id == Thing.id),
    'DELETE of an owned USING another': lambda: sa.delete(Thing).where(
        Thing.size == Other.size
    ),
    'DELETE through another': lambda: sa.delete(Deed),
    'INSERT': lambda: sa.insert(Thing).values(id=9, owner='bob', size=9),
    'INSERT from SELECT': lambda: sa.insert(Free).from_select(
        ['id', 'thing_id'], sa.select(Thing.id + 10, Thing.size)
    ),
    'INSERT from SELECT of a table': lambda: sa.insert(Free).from_select(
        ['id', 'thing_id'], sa.select(THINGS.c.id + 10, THINGS.c.size)
    ),
    'INSERT of a value of others': lambda: sa.insert(Free).values(
        id=9, thing_id=sa.select(sa.func.min(Thing.size)).scalar_subquery()
    ),
    'INSERT of values of others': lambda: sa.insert(Free).values(
        [
            {'id': 9, 'thing_id': 1},
            {
                'id': 10,
                'thing_id': sa.select(
                    sa.func.min(Thing.size)
                ).scalar_subquery(),
            },
        ]
    ),
    'text': lambda: sa.text('DELETE FROM things WHERE things.id = 1'),
    'text of another table': lambda: sa.text('DELETE FROM free'),
}


class TestChanges(testscenarios.WithScenarios, testtools.TestCase):
    scenarios = testscenarios.multiply_scenarios(
        [(name, {'change': change}) for name, change in CHANGES.items()],
        [
            ('evaluate', {'options': EVALUATE}),
            ('fetch', {'options': FETCH}),
            ('none', {'options': NOTHING}),
        ],
    )

    def setUp(self):
        super().setUp()
        self.useFixture(things.Installed())

    def after(self, is_bobs):
        """Return own and hidden rows after a change, or 'refused'."""
        database = things.Database(is_bobs)
        database.setUp()
        session = database.session
        scope = scopes.EVERYBODY if is_bobs else BOB
        try:
            # One in the session, as the change may have to update it.
            with scopes.on_this_thread(scope):
                own = session.get(Thing, 2)
                session.execute(self.change(), execution_options=self.options)
                session.flush()
                size = None if sa.inspect(own).deleted else own.size
                session.commit()
        except scopes.ScopeError:
            session.rollback()
            return 'refused', self.hidden(session)
        except (sa.exc.SQLAlchemyError, NotImplementedError) as error:
            session.rollback()
            return type(error).__name__, self.hidden(session)
        finally:
            found = self.rows(session), self.hidden(session)
            database.cleanUp()
        return found + (size,)

    def rows(self, session):
        return {
            model.__name__: session.execute(
                sa.select(model.__table__)
                .order_by(model.id)
                .where(
                    model.id.in_(things.OWN)
                    if model in (Thing, Other, Deed)
                    else model.id > 0
                )
            ).all()
            for model in (Thing, Other, Deed, Free, Part)
        }

    def hidden(self, session):
        return {
            model.__name__: session.execute(
                sa.select(model.__table__)
                .order_by(model.id)
                .where(model.id.in_([1, 3, 4]))
            ).all()
            for model in (Thing, Other, Deed)
        }

    def test_a_change_is_as_without_hidden_rows_or_refused(self):
        expected = self.after(True)
        found = self.after(False)
        self.assertEqual(
            {
                'Thing': [(1, 'alice', 1), (3, None, 3), (4, '', 4)],
                'Other': [(1, 'alice', 1), (3, None, 3), (4, '', 4)],
                'Deed': [(1, 1, 5), (3, 3, 3), (4, 4, 2)],
            },
            found[1],
        )
        if found[0] != 'refused':
            self.assertEqual(
                (expected[0],) + expected[2:], (found[0],) + found[2:]
            )


class Session(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.installed = self.useFixture(things.Installed())
        self.database = self.useFixture(things.Database())
        self.session = self.database.session

    def sizes(self):
        return self.session.execute(
            sa.select(THINGS.c.id, THINGS.c.size).order_by(THINGS.c.id)
        ).all()


class TestChangesInFull(Session):
    """These are restricted, not refused, whatever the release."""

    def test_update_of_an_entity_changes_own_rows(self):
        for change in (update(Thing), update(THINGS), sa.delete(Thing)):
            for options in (EVALUATE, FETCH, NOTHING):
                with scopes.on_this_thread(BOB):
                    self.assertEqual(
                        2,
                        self.session.execute(
                            change, execution_options=options
                        ).rowcount,
                    )
                self.session.rollback()

    def test_queries_change_own_rows(self):
        with scopes.on_this_thread(BOB):
            query = self.session.query(Thing)
            self.assertEqual(2, query.update({'size': 9}))
            self.assertEqual(0, query.filter_by(id=1).delete())
            self.assertEqual(2, self.session.query(Deed).delete())
            self.assertEqual(2, query.delete())

    def test_evaluate_asks_the_database_once(self):
        # Python compares the owner where the criterion is a comparison.
        sql = []
        sa.event.listen(
            self.database.engine,
            'before_cursor_execute',
            lambda *args: sql.append(args[2]),
        )
        with scopes.on_this_thread(BOB):
            own = self.session.get(Thing, 2)
            del sql[:]
            self.session.execute(update(Thing), execution_options=EVALUATE)
        self.assertEqual(['UPDATE'], [one.split()[0] for one in sql])
        self.assertEqual(9, own.size)

    def test_a_match_on_one_row_is_as_oslo_db_makes_it(self):
        for size, expected in ((1, 0), (2, 1)):
            for wanted in (THINGS.c.size == size, Thing.size == size):
                with scopes.on_this_thread(BOB):
                    updated = self.session.execute(
                        sa.update(THINGS)
                        .where(sa.and_(wanted, THINGS.c.id < 9))
                        .values(owner='bob')
                    )
                self.assertEqual(expected, updated.rowcount)


class TestUnitOfWork(Session):
    def test_flush_writes_what_the_session_has_read(self):
        with scopes.on_this_thread(BOB):
            own = self.session.get(Thing, 2)
            own.size = 9
            gone = self.session.get(Thing, 5)
            self.session.delete(gone)
            self.session.flush()
        self.assertEqual([(1, 1), (2, 9), (3, 3), (4, 4)], self.sizes())

    def test_flush_writes_many_rows_at_once(self):
        with scopes.on_this_thread(BOB):
            for own in self.session.execute(sa.select(Thing)).scalars():
                own.size += 10
            self.session.add_all(
                [Thing(id=10 + i, owner='bob', size=i) for i in range(3)]
            )
            self.session.add_all([Part(thing_id=i) for i in range(3)])
            self.session.commit()
        self.assertEqual(
            [(1, 1), (2, 12), (3, 3), (4, 4), (5, 15)], self.sizes()[:5]
        )

    def test_flush_writes_relationships(self):
        with scopes.on_this_thread(BOB):
            own = self.session.get(Thing, 2)
            part = self.session.get(Part, 1)
            own.parts.append(part)
            self.session.commit()
            self.assertEqual(2, part.thing_id)

    def test_flush_with_an_expression_writes_an_own_row(self):
        with scopes.on_this_thread(BOB):
            own = self.session.get(Thing, 2)
            own.size = Thing.size + 1
            self.session.flush()
            self.assertEqual(3, own.size)

    def test_flush_with_a_query_is_refused(self):
        with scopes.on_this_thread(BOB):
            own = self.session.get(Thing, 2)
            own.size = sa.select(
                sa.func.max(THINGS.alias('t').c.size)
            ).scalar_subquery()
            self.assertRaises(scopes.ScopeError, self.session.flush)
        self.session.rollback()
        self.assertEqual((2, 2), self.sizes()[1])

    def test_insert_of_a_taken_key_changes_no_row(self):
        with scopes.on_this_thread(BOB):
            self.session.merge(Thing(id=1, owner='bob', size=9))
            self.assertRaises(sa.exc.IntegrityError, self.session.flush)
        self.session.rollback()
        self.assertEqual((1, 1), self.sizes()[0])

    def test_updates_outside_of_a_flush_are_refused(self):
        change = update(THINGS).where(THINGS.c.id == 1)
        with scopes.on_this_thread(BOB):
            own = self.session.get(Thing, 2)
            own.size = 9
            self.session.flush()
            # Also when a flush has ended, well or not.
            for _ in range(2):
                self.assertRaises(
                    scopes.ScopeError,
                    self.session.connection().execute,
                    change,
                )
                self.session.add(Thing(id=1))
                self.assertRaises(sa.exc.IntegrityError, self.session.flush)
                self.session.rollback()

    def test_statements_within_a_flush_are_looked_at(self):
        found = []

        def read(_mapper, connection, _row):
            for statement in (
                sa.select(THINGS.c.id).where(THINGS.c.id == 1),
                update(THINGS).where(THINGS.c.owner == 'alice'),
                update(THINGS).where(THINGS.c.id != 1),
                update(THINGS).where(
                    sa.or_(THINGS.c.id == 1, THINGS.c.id == 3)
                ),
                sa.delete(THINGS),
            ):
                try:
                    found.append(connection.execute(statement))
                except scopes.ScopeError:
                    found.append('refused')

        sa.event.listen(Thing, 'before_update', read)
        self.addCleanup(sa.event.remove, Thing, 'before_update', read)
        with scopes.on_this_thread(BOB):
            self.session.get(Thing, 2).size = 9
            self.session.flush()
        self.assertEqual(['refused'] * 5, found)

    def test_a_flush_within_a_flush_ends_only_itself(self):
        def write(_mapper, connection, _row):
            with orm.Session(connection) as other:
                other.add(Free(id=50))
                other.flush()

        sa.event.listen(Thing, 'before_update', write)
        self.addCleanup(sa.event.remove, Thing, 'before_update', write)
        with scopes.on_this_thread(BOB):
            self.session.get(Thing, 2).size = 9
            self.session.flush()
        self.assertEqual((2, 9), self.sizes()[1])


class TestInserts(Session):
    def test_inserts_pass(self):
        with scopes.on_this_thread(BOB):
            self.session.add(Thing(id=9, owner='alice'))
            self.session.flush()
            self.session.execute(
                sa.insert(Thing),
                [{'id': 10, 'owner': 'bob'}, {'id': 11, 'owner': 'bob'}],
            )
            self.session.execute(sa.insert(THINGS).values(id=12))
            self.session.execute(
                sa.insert(THINGS).values([{'id': 13}, {'id': 14}])
            )
        self.assertEqual(11, len(self.sizes()))

    def test_inserts_that_find_rows_are_refused(self):
        name = self.database.engine.dialect.name
        if name == 'sqlite':
            from sqlalchemy.dialects import sqlite as dialect
        elif name == 'postgresql':
            from sqlalchemy.dialects import postgresql as dialect
        else:
            self.skipTest('test_reader has those of MariaDB.')
        insert = dialect.insert(THINGS).values(id=1, owner='bob', size=9)
        for statement in (
            insert.on_conflict_do_update(
                index_elements=['id'], set_={'owner': 'bob'}
            ),
            insert.on_conflict_do_nothing(),
            sa.insert(THINGS).values(id=1).prefix_with('OR REPLACE'),
        ):
            with scopes.on_this_thread(BOB):
                self.assertRaises(
                    scopes.ScopeError, self.session.execute, statement
                )
        self.assertEqual((1, 1), self.sizes()[0])

    def test_a_key_of_a_new_row_is_read(self):
        with scopes.on_this_thread(BOB):
            new = Thing(owner='bob')
            self.session.add(new)
            self.session.flush()
            self.session.refresh(new)
        self.assertEqual([new.id], [thing[0] for thing in self.sizes()[5:]])


class TestPastSessions(Session):
    def test_sql_past_sessions_is_refused(self):
        statements = (
            sa.select(THINGS.c.id),
            sa.text('SELECT id FROM things'),
            sa.select(sa.func.count()).select_from(THINGS),
            update(THINGS),
            sa.delete(THINGS),
        )
        for statement in statements:
            with self.database.engine.connect() as connection:
                with scopes.on_this_thread(BOB):
                    self.assertRaises(
                        scopes.ScopeError, connection.execute, statement
                    )
        with self.database.engine.connect() as connection:
            with scopes.on_this_thread(BOB):
                self.assertRaises(
                    scopes.ScopeError,
                    connection.exec_driver_sql,
                    'SELECT id FROM things',
                )
                self.assertRaises(
                    scopes.ScopeError,
                    connection.execution_options(stream_results=True).execute,
                    sa.select(THINGS.c.id),
                )
        self.assertEqual(5, len(self.sizes()))

    def test_other_sql_past_sessions_passes(self):
        with self.database.engine.connect() as connection:
            with scopes.on_this_thread(BOB):
                connection.execute(sa.select(FREE.c.id))
                connection.exec_driver_sql('SELECT 1')
                connection.begin_nested().rollback()

    def test_bulk_operations_write_what_they_are_given(self):
        with scopes.on_this_thread(BOB):
            self.session.bulk_insert_mappings(
                Thing, [{'id': 20, 'owner': 'bob'}]
            )
            self.assertRaises(
                scopes.ScopeError,
                self.session.bulk_update_mappings,
                Thing,
                [{'id': 1, 'size': 9}],
            )
        self.session.rollback()
        self.assertEqual((1, 1), self.sizes()[0])


class TestEvaluation(Session):
    def test_evaluate_leaves_hidden_rows_of_the_session(self):
        if sa.__version__ < '2':
            self.skipTest('SQLAlchemy 1.4 evaluates without loader criteria.')
        hidden = self.session.get(Thing, 1)
        with scopes.on_this_thread(BOB):
            self.session.execute(update(Thing), execution_options=EVALUATE)
            self.assertEqual(1, hidden.size)
            self.session.execute(sa.delete(Thing), execution_options=EVALUATE)
        self.assertIs(self.session, orm.object_session(hidden))
