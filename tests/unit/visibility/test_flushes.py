# SPDX-License-Identifier: Apache-2.0
"""Flushes write the rows that the request has read, and no others."""

import sqlalchemy as sa
from sqlalchemy import orm
import testscenarios
import testtools

from cloud_security.visibility import scope as scopes
from tests.unit.visibility import things
from tests.unit.visibility.things import Deed
from tests.unit.visibility.things import Free
from tests.unit.visibility.things import Part
from tests.unit.visibility.things import Thing

BOB = scopes.Scope(owner_id='bob')
THINGS = Thing.__table__


def detached(**values):
    row = Thing(**values)
    orm.make_transient_to_detached(row)
    return row


def update_made_up(session, _hidden):
    row = detached(id=1)
    session.add(row)
    row.size = 9


def delete_made_up(session, _hidden):
    row = detached(id=1)
    session.add(row)
    session.delete(row)


def replace_made_up(session, _hidden):
    delete_made_up(session, None)
    session.add(Thing(id=1, owner='bob', size=9))


def merge_made_up(session, _hidden):
    session.merge(detached(id=1), load=False).size = 9


def update_hidden(_session, hidden):
    hidden.size = 9


def delete_hidden(session, hidden):
    session.delete(hidden)


def replace_hidden(session, hidden):
    session.delete(hidden)
    session.add(Thing(id=1, owner='bob', size=9))


def update_after_evaluation(session, hidden):
    session.execute(
        sa.update(Part).values(thing_id=1),
        execution_options={'synchronize_session': 'evaluate'},
    )
    hidden.size = 9


def rename_own(session, _hidden):
    """Give an own row the identity of a hidden one."""
    session.expunge(_hidden)
    own = session.get(Thing, 2)
    session.expunge(own)
    orm.make_transient(own)
    own.id = 1
    orm.make_transient_to_detached(own)
    session.add(own)
    own.size = 9


def rename_committed(session, _hidden):
    """Give an own row the primary key of a hidden one, as if loaded."""
    own = session.get(Thing, 2)
    orm.attributes.set_committed_value(own, 'id', 1)
    own.size = 9


def unloaded(session, _hidden):
    session.get(Thing, 2).size = 8
    update_hidden(session, _hidden)


ATTACKS = {
    one.__name__: one
    for one in (
        update_made_up,
        delete_made_up,
        replace_made_up,
        merge_made_up,
        update_hidden,
        delete_hidden,
        replace_hidden,
        update_after_evaluation,
        rename_own,
        rename_committed,
        unloaded,
    )
}
NEEDS_NO_HIDDEN = {
    'update_made_up',
    'delete_made_up',
    'replace_made_up',
    'merge_made_up',
}


class Flushes(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.installed = self.useFixture(things.Installed())
        self.database = self.useFixture(things.Database())
        self.session = self.database.session

    def sizes(self):
        with scopes.on_this_thread(scopes.EVERYBODY):
            with self.database.engine.connect() as connection:
                return [
                    tuple(row)
                    for row in connection.execute(
                        sa.select(THINGS.c.id, THINGS.c.size).order_by(
                            THINGS.c.id
                        )
                    )
                ]


class TestForeignRows(testscenarios.WithScenarios, Flushes):
    scenarios = [(name, {'attack': name}) for name in ATTACKS]

    def test_flush_of_a_row_that_was_not_read_is_refused(self):
        before = self.sizes()
        hidden = None
        if self.attack not in NEEDS_NO_HIDDEN:
            hidden = self.session.get(Thing, 1)
        with scopes.on_this_thread(BOB):
            ATTACKS[self.attack](self.session, hidden)
            self.assertRaises(scopes.ScopeError, self.session.flush)
            self.session.rollback()
        self.assertEqual(before, self.sizes())


class TestOwnRows(Flushes):
    def test_flush_of_a_row_that_a_query_refreshed_passes(self):
        own = self.session.get(Thing, 2)
        with scopes.on_this_thread(BOB):
            self.session.refresh(own)
            own.size = 9
            self.session.commit()
        self.assertEqual((2, 9), self.sizes()[1])

    def test_flush_of_an_inserted_row_passes(self):
        with scopes.on_this_thread(BOB):
            new = Thing(id=9, owner='bob', size=1)
            self.session.add(new)
            self.session.flush()
            new.size = 2
            self.session.commit()
            new.size = 3
            self.session.commit()
            self.session.delete(new)
            self.session.add(Thing(id=9, owner='bob', size=4))
            self.session.commit()
        self.assertEqual((9, 4), self.sizes()[-1])

    def test_flush_of_a_row_of_another_session_of_the_request_passes(self):
        with scopes.on_this_thread(BOB):
            with orm.Session(self.database.engine) as other:
                own = other.get(Thing, 2)
                other.expunge(own)
            own.size = 9
            self.session.add(own)
            self.session.commit()
            self.session.merge(own).size = 10
            self.session.commit()
        self.assertEqual((2, 10), self.sizes()[1])

    def test_flush_of_a_row_of_another_owners_request_is_refused(self):
        with scopes.on_this_thread(scopes.Scope(owner_id='alice')):
            alices = self.session.get(Thing, 1)
        with scopes.on_this_thread(BOB):
            alices.size = 9
            self.assertRaises(scopes.ScopeError, self.session.flush)

    def test_flush_outside_of_isolation_writes_all_rows(self):
        for scope in (None, scopes.EVERYBODY):
            with scopes.on_this_thread(scope):
                self.session.get(Thing, 1).size = 9
                self.session.add(detached(id=3))
                self.session.get(Thing, 3).size = 9
                self.session.commit()
                self.session.expunge_all()
        self.assertEqual([(1, 9), (2, 2), (3, 9)], self.sizes()[:3])

    def test_flush_of_rows_without_owners_passes(self):
        free = self.session.get(Free, 1)
        with scopes.on_this_thread(BOB):
            free.thing_id = 9
            self.session.commit()
            self.assertEqual(9, free.thing_id)

    def test_flush_of_a_key_of_two_models_is_told_apart(self):
        with scopes.on_this_thread(BOB):
            self.session.get(Thing, 2)
            deed = Deed(id=1)
            orm.make_transient_to_detached(deed)
            self.session.add(deed)
            deed.size = 9
            self.assertRaises(scopes.ScopeError, self.session.flush)


class TestConnections(Flushes):
    CHANGE = sa.update(THINGS).where(THINGS.c.id == 1).values(size=9)

    def setUp(self):
        super().setUp()
        if self.database.engine.dialect.name == 'sqlite':
            # Its connections have one database each.
            self.other = sa.create_engine('sqlite://')
            things.Base.metadata.create_all(self.other)
        else:
            self.other = sa.create_engine(self.database.engine.url)
        self.addCleanup(self.other.dispose)

    def own(self):
        own = self.session.get(Thing, 2)
        own.size = 9
        return own

    def assertRefused(self, connection):
        self.assertRaises(scopes.ScopeError, connection.execute, self.CHANGE)

    def test_another_connection_writes_no_row_within_a_flush(self):
        found = []

        def write(*_):
            with self.other.connect() as connection:
                try:
                    found.append(connection.execute(self.CHANGE))
                except scopes.ScopeError:
                    found.append('refused')

        sa.event.listen(Thing, 'before_update', write)
        self.addCleanup(sa.event.remove, Thing, 'before_update', write)
        with scopes.on_this_thread(BOB):
            self.own()
            self.session.commit()
        self.assertEqual(['refused'], found)

    def test_a_flush_that_a_listener_stops_opens_no_statement(self):
        def stop(*_):
            raise ValueError

        for event in ('before_flush', 'after_flush', 'after_soft_rollback'):
            session = orm.Session(self.database.engine)
            with scopes.on_this_thread(BOB):
                session.get(Thing, 2).size = 9
                if event == 'after_soft_rollback':
                    session.add(Thing(id=1))
                sa.event.listen(session, event, stop)
                self.assertRaises(
                    (ValueError, sa.exc.IntegrityError), session.flush
                )
                sa.event.remove(session, event, stop)
                session.close()
                for after in (session, orm.Session(self.database.engine)):
                    self.assertRefused(after.connection())
                    after.close()

    def test_an_empty_flush_opens_no_statement(self):
        with scopes.on_this_thread(BOB):
            self.own()
            part = self.session.get(Part, 1)
            self.session.autoflush = False
            try:
                self.session.flush([part])
            except sa.exc.SADeprecationWarning:
                pass
            self.assertRefused(self.session.connection())

    def test_a_flush_of_rows_without_owners_opens_no_statement(self):
        def write(_mapper, connection, _row):
            self.assertRefused(connection)

        sa.event.listen(Free, 'before_update', write)
        self.addCleanup(sa.event.remove, Free, 'before_update', write)
        with scopes.on_this_thread(BOB):
            self.session.get(Free, 1).thing_id = 9
            self.session.flush()
