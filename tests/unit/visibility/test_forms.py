# SPDX-License-Identifier: Apache-2.0
"""Forms of statements: each answers as if hidden rows did not exist.

A form that the criteria do not reach is refused. SQLAlchemy's releases differ
in which that are; none may return a row of another owner.
"""

import sqlalchemy as sa
from sqlalchemy import orm
import testscenarios
import testtools

from cloud_security.visibility import scope as scopes
from tests.unit.visibility import things
from tests.unit.visibility.things import Box
from tests.unit.visibility.things import Deed
from tests.unit.visibility.things import Free
from tests.unit.visibility.things import Label
from tests.unit.visibility.things import Other
from tests.unit.visibility.things import Part
from tests.unit.visibility.things import Shadow
from tests.unit.visibility.things import Shelf
from tests.unit.visibility.things import Thing

BOB = scopes.Scope(owner_id='bob')
THINGS = Thing.__table__
OTHERS = Other.__table__
ON = Thing.id == Free.thing_id
ALICES = sa.select(Thing.id).where(Thing.owner == 'alice')


def alias():
    return orm.aliased(Thing, name='t')


def nested(*conditions):
    """Correlate the innermost EXISTS past one level."""
    return sa.select(Thing.id).where(
        sa.exists(
            sa.select(Other.id).where(
                Other.size == Thing.size,
                sa.exists(sa.select(Free.id).where(*conditions)),
            )
        )
    )


#: These are restricted, whatever the release of SQLAlchemy.
RESTRICTED = {
    'an entity': lambda: sa.select(Thing),
    'a column': lambda: sa.select(Thing.id),
    'an own row': lambda: sa.select(Thing.id).where(Thing.id == 2),
    'a hidden row': lambda: sa.select(Thing.id).where(Thing.id == 1),
    'the owner': lambda: sa.select(Thing.id).where(Thing.owner == 'alice'),
    'no owner': lambda: sa.select(Thing.id).where(Thing.owner.is_(None)),
    'IN': lambda: sa.select(Thing.id).where(Thing.id.in_([1, 2])),
    'IN of nothing': lambda: sa.select(Thing.id).where(Thing.id.in_([])),
    'OR': lambda: sa.select(Thing.id).where(
        sa.or_(Thing.id == 1, Thing.id == 2)
    ),
    'NOT': lambda: sa.select(Thing.id).where(sa.not_(Thing.id == 2)),
    'true': lambda: sa.select(Thing.id).where(sa.true()),
    'BETWEEN': lambda: sa.select(Thing.id).where(Thing.id.between(1, 4)),
    'CASE': lambda: sa.select(Thing.id).where(
        sa.case((Thing.id > 1, 1), else_=0) == 1
    ),
    'IS DISTINCT FROM': lambda: sa.select(Thing.id).where(
        Thing.size.is_distinct_from(2)
    ),
    'a comment that is no mark': lambda: sa.select(Thing.id).prefix_with(
        '/* tracing=1 */'
    ),
    'DISTINCT': lambda: sa.select(Thing.owner).distinct(),
    'a page': lambda: sa.select(Thing.id).order_by(Thing.id).limit(3),
    'the next page': lambda: (
        sa.select(Thing.id).order_by(Thing.id).limit(3).offset(1)
    ),
    'FOR UPDATE': lambda: sa.select(Thing.id).with_for_update(),
    'GROUP BY': lambda: sa.select(
        Thing.owner, sa.func.count(Thing.id)
    ).group_by(Thing.owner),
    'HAVING': lambda: (
        sa.select(Thing.owner)
        .group_by(Thing.owner)
        .having(sa.func.count(Thing.id) > 0)
    ),
    'the least': lambda: sa.select(sa.func.min(Thing.size)),
    'the greatest': lambda: sa.select(sa.func.max(Thing.owner)),
    'a window': lambda: sa.select(
        Thing.id, sa.func.row_number().over(order_by=Thing.id)
    ),
    'an alias': lambda: sa.select(alias().id),
    'a subquery in IN': lambda: sa.select(Free.id).where(
        Free.thing_id.in_(sa.select(Thing.id))
    ),
    'hidden rows in IN': lambda: sa.select(Free.id).where(
        Free.thing_id.in_(ALICES)
    ),
    'hidden rows in NOT IN': lambda: sa.select(Free.id).where(
        Free.thing_id.not_in(ALICES)
    ),
    'EXISTS': lambda: sa.select(Free.id).where(
        sa.exists(sa.select(Thing.id).where(ON))
    ),
    'NOT EXISTS': lambda: sa.select(Free.id).where(
        ~sa.exists(sa.select(Thing.id).where(ON))
    ),
    'a scalar subquery': lambda: sa.select(
        Free.id, sa.select(sa.func.max(Thing.size)).scalar_subquery()
    ),
    'a count in a subquery': lambda: sa.select(
        Free.id, sa.select(sa.func.count(Thing.id)).scalar_subquery()
    ),
    'a subquery in FROM': lambda: sa.select(
        sa.select(Thing.id).subquery().c.id
    ),
    'a CTE': lambda: sa.select(sa.select(Thing.id).cte('c').c.id),
    'a subquery of another owned model': lambda: sa.select(Thing.id).where(
        Thing.size.in_(sa.select(Other.size))
    ),
    'any': lambda: sa.select(Thing.id).where(Thing.parts.any()),
    'a join by a relationship': lambda: sa.select(Part.id).join(Part.thing),
    'the other way round': lambda: (
        sa.select(Part.id).select_from(Thing).join(Thing.parts)
    ),
    'a join by ON': lambda: sa.select(Free.id).join(Thing, ON),
    'a join with columns': lambda: sa.select(Free.id, Thing.owner).join(
        Thing, ON
    ),
    'a Join in FROM': lambda: sa.select(Free.id).select_from(
        sa.join(Free, Thing, ON)
    ),
    'an ORM Join in FROM': lambda: sa.select(Free.id, Thing.owner).select_from(
        orm.join(Free, Thing, ON)
    ),
    'two tables in FROM': lambda: sa.select(Free.id).where(ON),
    'two owned tables in FROM': lambda: sa.select(Thing.id).where(
        Thing.size == Other.size
    ),
    'a table and its alias': lambda: (
        lambda other: sa.select(other.id).where(Thing.id == other.id)
    )(alias()),
    'FROM without a column': lambda: (
        sa.select(Free.id).select_from(Thing).where(ON)
    ),
    'two entities': lambda: sa.select(Thing, Other).where(
        Thing.size == Other.size
    ),
    'joined loading': lambda: sa.select(Part).options(
        orm.joinedload(Part.thing)
    ),
    'selectin loading': lambda: sa.select(Part).options(
        orm.selectinload(Part.thing)
    ),
    'subquery loading': lambda: sa.select(Part).options(
        orm.subqueryload(Part.thing)
    ),
    'loading of owned rows': lambda: sa.select(Thing).options(
        orm.selectinload(Thing.parts)
    ),
    'joined loading with a limit': lambda: (
        sa.select(Thing)
        .options(orm.joinedload(Thing.parts))
        .order_by(Thing.id)
        .limit(3)
    ),
    'joined loading over two relationships': lambda: sa.select(Box).options(
        orm.joinedload(Box.part).joinedload(Part.thing)
    ),
    'joined loading by default': lambda: sa.select(Label),
    'a model that belongs through another': lambda: sa.select(Deed),
    'a model with an alternative': lambda: sa.select(Shelf.id),
    'all that is owned': lambda: sa.select(Deed.id, Shelf.id, Other.id).where(
        Deed.size == Shelf.id, Shelf.id == Other.id
    ),
    'plain columns of an entity': lambda: sa.select(
        *sa.inspect(Thing).primary_key
    ).where(sa.inspect(Thing).attrs['size'].expression > 0),
    'text that restricts further': lambda: sa.select(Thing.id).where(
        sa.text('size > 2')
    ),
    'a name that ends like an owned one': lambda: sa.select(Shadow.owner),
    'a table that is not owned': lambda: sa.select(Free.__table__.c.id),
    'VALUES': lambda: sa.select(
        sa.values(sa.column('a', sa.Integer), name='v').data([(1,)]).c.a
    ),
}

#: Each is restricted or refused, as SQLAlchemy's release can.
RESTRICTED_OR_REFUSED = {
    # SQLAlchemy before 2.1 correlates with the enclosing SELECT only.
    'EXISTS past one level': lambda: nested(Free.thing_id == Thing.id),
    'EXISTS past one level of alice': lambda: nested(Thing.owner == 'alice'),
    'EXISTS past one level of bob': lambda: nested(Thing.owner == 'bob'),
    'has': lambda: sa.select(Part.id).where(Part.thing.has()),
    'not has': lambda: sa.select(Part.id).where(~Part.thing.has()),
    'an EXISTS of everything': lambda: sa.select(Free.id).where(
        sa.exists().where(ON)
    ),
    'an alias in FROM': lambda: sa.select(Free.id).where(
        alias().id == Free.thing_id
    ),
    'an outer join by ON': lambda: sa.select(Free.id, Thing.id).outerjoin(
        Thing, ON
    ),
    'an outer join from the owned': lambda: sa.select(
        Thing.id, Free.id
    ).outerjoin(Free, ON),
    'an outer join that keeps all': lambda: (
        sa.select(Free.id)
        .select_from(orm.outerjoin(Thing, Free, ON))
        .where(Thing.id > 0)
    ),
    'a join of an alias': lambda: sa.select(Free.id).join(
        alias(), sa.literal(1) == 1
    ),
    'a column of the table': lambda: sa.select(THINGS.c.id),
    'the table': lambda: sa.select(THINGS),
    'a union': lambda: sa.select(Thing.id).union(sa.select(Thing.id)),
    'a union in FROM': lambda: sa.select(
        sa.union_all(sa.select(Thing.id), sa.select(Other.id)).subquery().c.id
    ),
    'a union in IN': lambda: sa.select(Free.id).where(
        Free.thing_id.in_(
            sa.union(sa.select(Thing.id), ALICES).scalar_subquery()
        )
    ),
    'an entity of a union': lambda: sa.select(
        orm.aliased(
            Thing, sa.union(sa.select(Thing), sa.select(Thing)).subquery()
        )
    ),
    'an entity of a subquery': lambda: sa.select(
        orm.aliased(Thing, sa.select(Thing).subquery())
    ),
    'an entity of a table': lambda: sa.select(
        orm.aliased(Thing, THINGS.alias('raw'))
    ),
    'from a SELECT': lambda: sa.select(Thing).from_statement(sa.select(Thing)),
    'LATERAL': lambda: sa.select(Free.id).join(
        sa.select(Thing.id).where(ON).lateral('l'), sa.true()
    ),
    'a recursive CTE': lambda: sa.select(
        sa.select(Thing.id)
        .cte('r', recursive=True)
        .union(sa.select(Thing.id))
        .c.id
    ),
    'a CTE that has the name of the table': lambda: sa.select(
        sa.select(Thing.id).cte('things').c.id
    ),
    'a subquery in ORDER BY': lambda: sa.select(Free.id).order_by(
        sa.select(sa.func.count(Thing.id)).where(ON).scalar_subquery(),
        Free.id,
    ),
    'a subquery in LIMIT': lambda: (
        sa.select(Free.id)
        .order_by(Free.id)
        .limit(sa.select(sa.func.count(Thing.id)).scalar_subquery())
    ),
    'a subquery in CASE': lambda: sa.select(
        sa.case((sa.exists(sa.select(Thing.id).where(ON)), Free.id), else_=0)
    ),
    'a subquery in HAVING': lambda: (
        sa.select(Free.id)
        .group_by(Free.id)
        .having(Free.id.in_(sa.select(Thing.id)))
    ),
    'a subquery in a function': lambda: sa.select(
        sa.func.coalesce(sa.select(sa.func.min(Thing.id)).scalar_subquery(), 0)
    ),
    'a sum of a subquery beside a column': lambda: sa.select(
        Free.id, sa.func.sum(Free.id + ALICES.scalar_subquery())
    ).group_by(Free.id),
    'three floors down': lambda: sa.select(Free.id).where(
        Free.id.in_(
            sa.select(Part.id).where(
                Part.id.in_(
                    sa.select(Box.id).where(Box.id.in_(sa.select(Thing.id)))
                )
            )
        )
    ),
    'OR as text': lambda: sa.select(Thing.id).where(sa.text('1=1 OR 1=1')),
    'OR as text in a join': lambda: sa.select(Free.id, Thing.id).join(
        Thing, sa.text('1=1 OR 1=1')
    ),
    'OR as text in a subquery': lambda: sa.select(Free.id).where(
        Free.id.in_(sa.select(Thing.id).where(sa.text('1=1 OR 1=1')))
    ),
    'XOR as text': lambda: sa.select(Thing.id).where(
        sa.literal_column('1=0 OR (1=1)')
    ),
    'CASE as text': lambda: sa.select(Thing.id).where(
        sa.text('CASE WHEN 1=1 THEN 1 ELSE 1=1 END')
    ),
}

#: Nobody can restrict these.
REFUSED = {
    'an alias of the table': lambda: sa.select(THINGS.alias('t').c.id),
    'an alias of the table beside': lambda: sa.select(
        Free.id, THINGS.alias('t').c.id
    ),
    'the table in a subquery': lambda: sa.select(Free.id).where(
        Free.thing_id.in_(sa.select(THINGS.alias('t').c.id))
    ),
    'another alias of an entity': lambda: sa.select(Thing.id).where(
        Thing.id == THINGS.alias('t').c.id
    ),
    'a table of that name': lambda: sa.select(sa.column('id')).select_from(
        sa.table('things')
    ),
    'a table of that name in capitals': lambda: sa.select(
        sa.column('id')
    ).select_from(sa.table('THINGS')),
    'a table of that name in a schema': lambda: sa.select(
        sa.column('id')
    ).select_from(sa.table('things', schema='main')),
    'a table of that name in IN': lambda: sa.select(Free.id).where(
        Free.thing_id.in_(
            sa.select(sa.column('id')).select_from(sa.table('things'))
        )
    ),
    'text': lambda: sa.text('SELECT id FROM things'),
    'text with columns': lambda: sa.text('SELECT id FROM things').columns(
        sa.column('id')
    ),
    'text of a view': lambda: sa.text('SELECT id FROM free'),
    'text for an entity': lambda: sa.select(Thing).from_statement(
        sa.text('SELECT * FROM things')
    ),
    'text for another entity': lambda: sa.select(Free).from_statement(
        sa.text('SELECT id, id AS thing_id FROM things')
    ),
    'text in FROM': lambda: sa.select(sa.text('id')).select_from(
        sa.text('things')
    ),
    'text in FROM, quoted': lambda: sa.select(sa.text('id')).select_from(
        sa.text('"things"')
    ),
    'text in FROM, as a string': lambda: sa.select(sa.text('id')).select_from(
        sa.text("'things'")
    ),
    'text in FROM, in brackets': lambda: sa.select(sa.text('id')).select_from(
        sa.text('[things]')
    ),
    'text in FROM, after a comment': lambda: sa.select(
        sa.text('id')
    ).select_from(sa.text('/**/things/**/')),
    'text in FROM, with a line comment': lambda: sa.select(
        sa.text('id')
    ).select_from(sa.text('free -- \n, things')),
    'a literal column': lambda: sa.select(
        sa.literal_column('(SELECT min(owner) FROM things)')
    ),
    'text in WHERE': lambda: sa.select(Free.id).where(
        sa.text('1 IN (SELECT id FROM THINGS)')
    ),
    'a line comment in WHERE': lambda: sa.select(Thing.id).where(
        sa.text('1=1 -- ')
    ),
    'a line comment of MariaDB in WHERE': lambda: sa.select(Thing.id).where(
        sa.text('1=1 # ')
    ),
    'a comment that opens in WHERE': lambda: sa.select(Thing.id).where(
        sa.text('1=1 /* ')
    ),
    'a string that opens in WHERE': lambda: sa.select(Thing.id).where(
        sa.text("1=1 OR '")
    ),
    'SQL that MariaDB executes': lambda: sa.select(Thing.id).where(
        sa.text('1=1 /*! OR 1=1 */')
    ),
    'an escaped quote': lambda: sa.select(Thing.id).where(
        sa.text(r"'\' = '' OR 1=1 OR '' = '"),
    ),
    'two statements': lambda: sa.select(Thing.id).where(
        sa.text('1=1; SELECT id FROM things')
    ),
    'a subquery before the criterion': lambda: sa.select(Free.id).where(
        sa.text('EXISTS (SELECT 1 FROM things WHERE things.owner = 1)')
    ),
    'a hint': lambda: sa.select(Thing.id).where(
        sa.text('1=1 UNION SELECT id FROM things WHERE 1=1')
    ),
}


def shown(value):
    """Return a value of a row so that two databases' can be compared."""
    state = sa.inspect(value, raiseerr=False)
    if not isinstance(state, orm.state.InstanceState):
        return value
    loaded = {
        relation.key: shown_all(state.dict[relation.key])
        for relation in state.mapper.relationships
        if relation.key in state.dict and relation.key != 'part'
    }
    if isinstance(value, Box):
        loaded['part'] = shown(value.part)
    return type(value).__name__, value.id, sorted(loaded.items())


def shown_all(value):
    """Return the rows behind a relationship."""
    if value is None or not isinstance(value, list):
        return getattr(value, 'id', None)
    return sorted(one.id for one in value)


class Forms(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.installed = self.useFixture(things.Installed())

    def rows(self, statement, is_bobs):
        """Return the rows that bob gets, or all rows of bob's own database."""
        database = things.Database(is_bobs)
        database.setUp()
        try:
            scope = scopes.EVERYBODY if is_bobs else BOB
            with scopes.on_this_thread(scope):
                found = [
                    tuple(map(shown, row))
                    for row in database.session.execute(statement)
                    .unique()
                    .all()
                ]
            return sorted(found, key=repr)
        finally:
            database.cleanUp()

    def expected(self, statement):
        """Return what bob's own database answers."""
        try:
            return self.rows(statement, True)
        except sa.exc.DBAPIError as error:
            self.skipTest(f'This database does not know the form: {error}')


class TestRestricted(testscenarios.WithScenarios, Forms):
    scenarios = [(name, {'form': form}) for name, form in RESTRICTED.items()]

    def test_a_form_of_statement_is_restricted(self):
        expected = self.expected(self.form())
        self.assertEqual(expected, self.rows(self.form(), False))


class TestRestrictedOrRefused(testscenarios.WithScenarios, Forms):
    scenarios = [
        (name, {'form': form}) for name, form in RESTRICTED_OR_REFUSED.items()
    ]

    def test_a_form_of_statement_is_restricted_or_refused(self):
        expected = self.expected(self.form())
        try:
            found = self.rows(self.form(), False)
        except scopes.ScopeError:
            return
        self.assertEqual(expected, found)


class TestRefused(testscenarios.WithScenarios, Forms):
    scenarios = [(name, {'form': form}) for name, form in REFUSED.items()]

    def test_a_form_of_statement_is_refused(self):
        self.assertRaises(scopes.ScopeError, self.rows, self.form(), False)
