# SPDX-License-Identifier: Apache-2.0
import fixtures
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import orm
import testtools

from cloud_security.visibility import criteria
from cloud_security.visibility import forms
from cloud_security.visibility import scope as scopes
from tests.unit.visibility import things
from tests.unit.visibility.things import Deed
from tests.unit.visibility.things import Free
from tests.unit.visibility.things import Part
from tests.unit.visibility.things import Shelf
from tests.unit.visibility.things import Thing

BOB = scopes.Scope(owner_id='bob')


class Criteria(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.installed = self.useFixture(things.Installed())
        self.database = self.useFixture(things.Database())
        self.session = self.database.session
        self.sql = []
        event.listen(
            self.database.engine,
            'before_cursor_execute',
            lambda *args: self.sql.append(' '.join(args[2].split())),
        )

    def seen(self, statement, scope=BOB, **options):
        with scopes.on_this_thread(scope):
            return sorted(
                self.session.execute(statement, **options).scalars().all()
            )


class TestCost(Criteria):
    """SQLAlchemy compiles a statement to compute its FROM clause."""

    def listed(self):
        """Return a page as Nova's lists select it: one entity, of a query."""
        inner = sa.select(Thing).where(Thing.size > 0).subquery()
        page = orm.aliased(Thing, inner)
        return (
            sa.select(page)
            .where(sa.or_(page.size > 0, page.id.in_([1, 2])))
            .order_by(page.id)
        )

    def test_list_of_one_entity_is_not_compiled_twice(self):
        with fixtures.MockPatchObject(
            sa.sql.Select, 'get_final_froms', side_effect=AssertionError
        ):
            self.assertEqual(
                [2, 5], [thing.id for thing in self.things(self.listed())]
            )

    def test_owned_table_in_a_condition_is_restricted_still(self):
        found = self.seen(sa.select(Part.id).where(Part.thing_id == Thing.id))
        self.assertEqual(
            self.seen(sa.select(Part.id).where(Part.thing_id.in_([2, 5]))),
            found,
        )

    def things(self, statement):
        with scopes.on_this_thread(BOB):
            return self.session.execute(statement).scalars().all()


class TestText(Criteria):
    def test_text_in_from_is_refused(self):
        """Text can name a view of an owned table."""
        for name in ('things_of_all', 'free'):
            for statement in (
                sa.select(sa.literal_column('1')).select_from(sa.text(name)),
                sa.select(Free.id).where(
                    sa.exists(
                        sa.select(sa.text('1')).select_from(sa.text(name))
                    )
                ),
            ):
                with scopes.on_this_thread(BOB):
                    self.assertRaises(
                        scopes.ScopeError, self.session.execute, statement
                    )


class TestScopes(Criteria):
    def test_a_scope_of_an_owner_shows_the_owners_rows(self):
        for owner, expected in (('alice', [1]), ('bob', [2, 5]), ('eve', [])):
            self.assertEqual(
                expected,
                self.seen(sa.select(Thing.id), scopes.Scope(owner_id=owner)),
            )
        # One SQL string serves all owners.
        self.assertEqual(1, len(set(self.sql)))

    def test_a_scope_without_an_owner_shows_no_row(self):
        for owner in ('', None):
            self.assertEqual(
                [], self.seen(sa.select(Thing.id), scopes.Scope(owner))
            )

    def test_everybodys_scope_shows_all_rows(self):
        self.assertEqual(
            [1, 2, 3, 4, 5], self.seen(sa.select(Thing.id), scopes.EVERYBODY)
        )

    def test_no_scope_shows_all_rows(self):
        self.assertEqual([1, 2, 3, 4, 5], self.seen(sa.select(Thing.id), None))

    def test_a_scope_that_ends_before_execution_shows_no_row(self):
        def end(_state):
            self.held.__exit__(None, None, None)

        event.listen(self.session, 'do_orm_execute', end)
        self.held = scopes.on_this_thread(BOB)
        self.held.__enter__()
        self.assertEqual([], self.session.execute(sa.select(Thing.id)).all())

    def test_a_scope_that_reaches_needed_rows_shows_them(self):
        # bob's deeds name the shelves 4 and 1.
        self.assertEqual([2, 5], self.seen(sa.select(Shelf.id)))
        self.assertEqual(
            [1, 2, 4, 5],
            self.seen(
                sa.select(Shelf.id), scopes.Scope('bob', reaches_needed=True)
            ),
        )

    def test_the_mark_stands_in_the_sql(self):
        self.seen(sa.select(Thing.id))
        self.assertEqual(1, self.sql[0].count('.owner = /* own */ '))
        self.assertEqual(1, self.sql[0].count('/* own */'))
        self.seen(sa.select(Deed.id))
        self.assertIn('.thing_id IN (SELECT /* own */ things.id', self.sql[1])


class TestLoading(Criteria):
    def test_get_finds_own_rows_only(self):
        with scopes.on_this_thread(BOB):
            self.assertIsNone(self.session.get(Thing, 1))
            self.assertEqual('bob', self.session.get(Thing, 2).owner)

    def test_refresh_of_a_hidden_row_fails(self):
        hidden = self.session.get(Thing, 1)
        own = self.session.get(Thing, 2)
        with scopes.on_this_thread(BOB):
            self.assertRaises(
                sa.exc.InvalidRequestError, self.session.refresh, hidden
            )
            self.session.refresh(own)
        self.assertEqual(2, own.size)

    def test_an_expired_hidden_row_is_gone(self):
        hidden = self.session.get(Thing, 1)
        self.session.expire(hidden)
        with scopes.on_this_thread(BOB):
            self.assertRaises(
                orm.exc.ObjectDeletedError, getattr, hidden, 'size'
            )

    def test_deferred_columns_of_a_hidden_row_stay_unloaded(self):
        hidden = self.session.get(Thing, 1, options=[orm.defer(Thing.size)])
        with scopes.on_this_thread(BOB):
            self.assertRaises(
                orm.exc.ObjectDeletedError, getattr, hidden, 'size'
            )

    def test_lazy_loading_from_a_row_of_the_scope_is_restricted(self):
        with scopes.on_this_thread(BOB):
            self.assertIsNone(self.session.get(Part, 1).thing)
            self.assertEqual(2, self.session.get(Part, 2).thing.id)

    def test_lazy_loading_from_a_row_of_no_scope_is_restricted(self):
        parts = [self.session.get(Part, number) for number in (1, 2)]
        with scopes.on_this_thread(BOB):
            self.assertIsNone(parts[0].thing)
            self.assertEqual(2, parts[1].thing.id)

    def test_lazy_loading_adds_the_criterion_once(self):
        with scopes.on_this_thread(BOB):
            part = self.session.get(
                Part, 2, options=[orm.defer(Part.thing_id)]
            )
            del self.sql[:]
            self.assertEqual(2, part.thing.id)
        self.assertEqual(
            [1], [sql.count('/* own */') for sql in self.sql if 'own' in sql]
        )

    def test_dynamic_pages_load_own_rows_only(self):
        with scopes.on_this_thread(BOB):
            found = list(
                self.session.execute(
                    sa.select(Thing.id).execution_options(yield_per=1)
                ).scalars()
            )
        self.assertEqual([2, 5], sorted(found))

    def test_legacy_queries_are_restricted(self):
        with scopes.on_this_thread(BOB):
            query = self.session.query(Thing)
            self.assertEqual({2, 5}, {thing.id for thing in query})
            self.assertIsNone(query.filter_by(id=1).first())
            self.assertEqual([], query.filter_by(owner='alice').all())
            self.assertEqual(
                [2, 5],
                sorted(
                    thing.id
                    for thing in query.union(self.session.query(Thing))
                ),
            )

    def test_relationships_load_alike_each_time(self):
        for _ in range(3):
            for load in (orm.selectinload, orm.subqueryload, orm.joinedload):
                self.session.expunge_all()
                with scopes.on_this_thread(BOB):
                    parts = self.session.execute(
                        sa.select(Part)
                        .options(load(Part.thing))
                        .order_by(Part.id)
                    ).scalars()
                    self.assertEqual(
                        [None, 'bob', None, None, 'bob'],
                        [part.thing and part.thing.owner for part in parts],
                    )

    def test_statements_without_private_attributes_are_restricted(self):
        # As if a release of SQLAlchemy had none that the listener tries.
        simple = forms.is_simple
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.forms.is_simple',
                lambda statement: simple(object()),
            )
        )
        self.assertEqual([2, 5], self.seen(sa.select(Thing.id)))
        self.assertEqual([1, 2, 3, 4, 5], self.seen(sa.select(Free.id)))
        with scopes.on_this_thread(BOB):
            parts = self.session.execute(
                sa.select(Part)
                .options(orm.joinedload(Part.thing))
                .order_by(Part.id)
            ).scalars()
            self.assertEqual(
                [None, 2, None, None, 5],
                [part.thing and part.thing.id for part in parts],
            )


class TestAggregates(Criteria):
    def test_counts_and_sums_see_everybodys_rows(self):
        self.assertEqual([5], self.seen(sa.select(sa.func.count(Thing.id))))
        self.assertEqual([15], self.seen(sa.select(sa.func.sum(Thing.size))))
        with scopes.on_this_thread(BOB):
            self.assertEqual(5, self.session.query(Thing).count())
            self.assertEqual(
                [(5, 15)],
                self.session.execute(
                    sa.select(sa.func.count(Thing.id), sa.func.sum(Thing.size))
                ).all(),
            )

    def test_existence_is_a_question_about_everybodys_rows(self):
        # As Nova asks before it counts. Source: nova/quota.py.
        with scopes.on_this_thread(BOB):
            alices = self.session.query(Thing).filter_by(owner='alice')
            self.assertTrue(self.session.query(alices.exists()).scalar())

    def test_the_least_and_the_greatest_are_restricted(self):
        for function, expected in ((sa.func.min, 2), (sa.func.max, 5)):
            self.assertEqual(
                [expected], self.seen(sa.select(function(Thing.size)))
            )

    def test_a_count_beside_a_column_is_restricted(self):
        with scopes.on_this_thread(BOB):
            self.assertEqual(
                [('bob', 2)],
                self.session.execute(
                    sa.select(Thing.owner, sa.func.count(Thing.id)).group_by(
                        Thing.owner
                    )
                ).all(),
            )

    def test_an_aggregate_opens_no_later_statement(self):
        self.seen(sa.select(sa.func.count(Thing.id)))
        self.assertEqual([2, 5], self.seen(sa.select(Thing.id)))
        self.assertRaises(
            scopes.ScopeError,
            self.seen,
            sa.select(Free.id).where(sa.text('1 IN (SELECT 1 FROM things)')),
        )


class TestListening(Criteria):
    def test_a_second_install_adds_no_criterion(self):
        self.installed.criteria.install()
        self.seen(sa.select(Thing.id))
        self.assertEqual(1, self.sql[0].count('owner ='))

    def test_without_install_all_rows_are_read(self):
        self.installed.criteria.uninstall()
        self.assertEqual([1, 2, 3, 4, 5], self.seen(sa.select(Thing.id)))
        # As often as it likes.
        self.installed.criteria.uninstall()

    def test_without_the_criteria_the_guard_refuses(self):
        event.remove(
            orm.Session, 'do_orm_execute', self.installed.criteria.restrict
        )
        self.assertRaises(scopes.ScopeError, self.seen, sa.select(Thing.id))

    def test_sqlalchemy_caches_statements_with_the_criterion(self):
        for entry in things.owned().values():
            key = sa.select(Thing.id).where(entry.criterion)
            self.assertIsNotNone(key._generate_cache_key())

    def test_a_watcher_gets_each_row(self):
        self.installed.criteria.watch([Thing])
        self.installed.criteria.watch([Thing])
        self.addCleanup(event.remove, Thing, 'load', criteria._show_to_watcher)
        rows = []
        with scopes.on_this_thread(
            scopes.Scope(is_everybody=True, watch=rows.append)
        ):
            self.session.execute(sa.select(Thing)).all()
        self.assertEqual([1, 2, 3, 4, 5], sorted(row.id for row in rows))
        self.session.expunge_all()
        # Neither scopes without a watcher nor no scope have one.
        for scope in (BOB, scopes.EVERYBODY, None):
            with scopes.on_this_thread(scope):
                self.session.execute(sa.select(Thing)).all()
            self.session.expunge_all()
        self.assertEqual(5, len(rows))
