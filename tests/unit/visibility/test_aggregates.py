# SPDX-License-Identifier: Apache-2.0
"""Aggregates see everybody's rows, and return nothing else of them."""

import sqlalchemy as sa
import testscenarios
import testtools

from cloud_security.visibility import aggregates
from cloud_security.visibility import guard
from cloud_security.visibility import scope as scopes
from cloud_security.visibility import tokens
from tests.unit.visibility import things
from tests.unit.visibility.things import Free
from tests.unit.visibility.things import Other
from tests.unit.visibility.things import Thing

BOB = scopes.Scope(owner_id='bob')
THINGS = Thing.__table__
COUNT, SUM = sa.func.count, sa.func.sum
HIDDEN = sa.select(Thing.size).where(Thing.id == 4).scalar_subquery()

#: Counts of all rows, in the forms that services use.
OPEN = {
    'count': (lambda: sa.select(COUNT(Thing.id)), 5),
    'count of all': (lambda: sa.select(COUNT()).select_from(Thing), 5),
    'count of text': (
        lambda: sa.select(COUNT(sa.text('*'))).select_from(Thing),
        5,
    ),
    'count of a table': (lambda: sa.select(COUNT()).select_from(THINGS), 5),
    'count of owners': (lambda: sa.select(COUNT(sa.distinct(Thing.owner))), 3),
    'DISTINCT count': (lambda: sa.select(COUNT(Thing.id)).distinct(), 5),
    'count of a query': (
        lambda: sa.select(COUNT()).select_from(
            sa.select(Thing).where(Thing.size > 1).limit(3).subquery()
        ),
        3,
    ),
    'sum of a query': (
        lambda: sa.select(SUM(sa.select(Thing).subquery().c.size)),
        15,
    ),
    'count where a query says so': (
        lambda: sa.select(COUNT(Thing.id)).where(
            Thing.id.in_(sa.select(Other.id).where(Other.size < 3))
        ),
        2,
    ),
    'EXISTS': (lambda: sa.select(sa.exists().where(Thing.id == 1)), True),
}
#: Each returns what it returns of bob's rows alone, or is refused.
CLOSED = {
    'sum by key': lambda: sa.select(SUM(Thing.id)).group_by(Thing.id),
    'count by owner': lambda: (
        sa.select(COUNT()).select_from(Thing).group_by(Thing.owner)
    ),
    'HAVING': lambda: sa.select(SUM(Thing.id)).having(SUM(Thing.id) > 8),
    'sum of a query': lambda: sa.select(SUM(HIDDEN)),
    'sum of a query in an expression': lambda: sa.select(SUM(HIDDEN + 0)),
    'sum of an expression': lambda: sa.select(
        SUM(sa.func.length(Thing.owner))
    ).where(Thing.id == 1),
    'sum of a query as text': lambda: sa.select(
        SUM(sa.literal_column('(SELECT size FROM things WHERE id = 4)'))
    ),
    'sum beside a query': lambda: sa.select(SUM(Free.id), HIDDEN),
    'EXISTS by key': lambda: sa.select(
        sa.exists().where(Thing.id == 1)
    ).group_by(sa.literal_column('1')),
    'count of groups as text': lambda: sa.select(COUNT(Thing.id)).where(
        sa.text('1=1 GROUP BY things.id')
    ),
    'count and more as text': lambda: sa.select(COUNT(Thing.id)).where(
        sa.text('1=1 UNION SELECT size FROM things')
    ),
    'count with a CTE': lambda: sa.select(COUNT()).select_from(
        sa.select(Thing.id).cte()
    ),
    'sum over rows': lambda: sa.select(SUM(Thing.id).over()),
}
CHANGES = {
    'UPDATE': lambda: sa.update(THINGS).values(size=0),
    'DELETE': lambda: sa.delete(THINGS).where(THINGS.c.id == 1),
}
SQL = {
    'SELECT count(*) AS n FROM things': True,
    'SELECT count(things.id) AS n, sum(things.size) AS m FROM things': True,
    'SELECT count(DISTINCT things.id) FROM things': True,
    'SELECT DISTINCT count(*) FROM things': True,
    'SELECT EXISTS (SELECT 1 FROM things) AS found': True,
    'SELECT count(*) FROM (SELECT a FROM things GROUP BY a) AS t': True,
    'SELECT max(id) FROM things': False,
    'SELECT id FROM things': False,
    'SELECT count(*), id FROM things': False,
    'SELECT count(*) + id FROM things': False,
    'SELECT count(*) OVER () FROM things': False,
    'SELECT sum(id + 1) FROM things': False,
    'SELECT sum((SELECT 1)) FROM things': False,
    'SELECT sum(id) FROM things GROUP BY id': False,
    'SELECT sum(id) FROM things HAVING sum(id) > 1': False,
    'SELECT sum(id) FROM things UNION SELECT id FROM things': False,
    'SELECT sum(id) FROM things FOR UPDATE': False,
    'SELECT count(*) INTO t FROM things': False,
    'WITH c AS (DELETE FROM things) SELECT count(*) FROM c': False,
    'SELECT count(*) FROM (WITH c AS (DELETE FROM t) SELECT 1) AS d': False,
    'UPDATE things SET size = 1': False,
    'COUNT(*)': False,
    '': False,
}


class Aggregates(testscenarios.WithScenarios, testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(things.Installed())

    def returned(self, statement, is_bobs=False):
        database = things.Database(is_bobs)
        database.setUp()
        try:
            scope = scopes.EVERYBODY if is_bobs else BOB
            with scopes.on_this_thread(scope):
                return sorted(
                    map(tuple, database.session.execute(statement)), key=str
                )
        except scopes.ScopeError:
            return 'refused'
        finally:
            database.cleanUp()


class TestOpen(Aggregates):
    scenarios = [
        (name, {'select': select, 'expected': expected})
        for name, (select, expected) in OPEN.items()
    ]

    def test_aggregate_sees_everybodys_rows(self):
        self.assertEqual([(self.expected,)], self.returned(self.select()))


class TestClosed(Aggregates):
    scenarios = [(name, {'select': select}) for name, select in CLOSED.items()]

    def test_values_of_single_rows_are_restricted(self):
        found = self.returned(self.select())
        if found != 'refused':
            self.assertEqual(self.returned(self.select(), True), found)


class TestChanges(Aggregates):
    scenarios = [
        (name, {'change': change}) for name, change in CHANGES.items()
    ]

    def test_count_of_a_change_is_refused(self):
        """SQLAlchemy 1.4 compiles no RETURNING for SQLite."""
        changed = self.change().returning(THINGS.c.id).cte()
        database = self.useFixture(things.Database())
        statements = [
            sa.select(COUNT()).select_from(changed),
            sa.select(sa.exists(sa.select(changed.c.id))),
        ]
        if sa.__version__ > '2':
            # SQLAlchemy 1.4 forgets this CTE.
            statements.append(sa.select(COUNT(Thing.id)).add_cte(changed))
        for statement in statements:
            with scopes.on_this_thread(BOB):
                self.assertRaises(
                    (scopes.ScopeError, sa.exc.CompileError),
                    database.session.execute,
                    statement,
                )
            database.session.rollback()


class TestSql(testscenarios.WithScenarios, testtools.TestCase):
    scenarios = [
        (sql, {'sql': sql, 'expected': expected})
        for sql, expected in SQL.items()
    ]

    def test_aggregate_is_recognized_by_its_sql(self):
        self.assertEqual(
            self.expected, aggregates.is_aggregate(tokens.read(self.sql))
        )


class TestOption(Aggregates):
    scenarios = [('option', {})]

    def test_option_opens_no_other_sql(self):
        for statement in (
            sa.select(THINGS.alias('t').c.id),
            sa.update(THINGS.alias('t')).values(size=0),
        ):
            self.assertEqual(
                'refused',
                self.returned(
                    statement.execution_options(**{guard.UNRESTRICTED: True})
                ),
            )
