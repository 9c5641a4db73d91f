# SPDX-License-Identifier: Apache-2.0
"""Owned models of an invented service, and two databases to compare.

One database has rows of several owners. The other has only the rows that bob
may see; the tests read it without a scope.
"""

import os

import fixtures
import sqlalchemy as sa
from sqlalchemy import orm

from cloud_security.visibility import criteria
from tests.unit.visibility import context

#: A database that the tests may fill and empty, instead of SQLite in memory.
URL = os.environ.get('CLOUD_SECURITY_DATABASE', 'sqlite://')
Base = orm.declarative_base()
OWNERS = ('alice', 'bob', None, '', 'bob')
OWN = (2, 5)


class Thing(Base):
    __tablename__ = 'things'
    id = sa.Column(sa.Integer, primary_key=True)
    owner = sa.Column(sa.String(36))
    size = sa.Column(sa.Integer)
    parts = orm.relationship(
        'Part',
        primaryjoin='foreign(Part.thing_id) == Thing.id',
        back_populates='thing',
    )


class Part(Base):
    __tablename__ = 'parts'
    id = sa.Column(sa.Integer, primary_key=True)
    thing_id = sa.Column(sa.Integer)
    thing = orm.relationship(
        Thing,
        primaryjoin='foreign(Part.thing_id) == Thing.id',
        back_populates='parts',
    )


class Box(Base):
    __tablename__ = 'boxes'
    id = sa.Column(sa.Integer, primary_key=True)
    part_id = sa.Column(sa.ForeignKey('parts.id'))
    part = orm.relationship(Part)


class Label(Base):
    __tablename__ = 'labels'
    id = sa.Column(sa.Integer, primary_key=True)
    thing_id = sa.Column(sa.Integer)
    thing = orm.relationship(
        Thing,
        lazy='joined',
        primaryjoin='foreign(Label.thing_id) == Thing.id',
    )


class Other(Base):
    __tablename__ = 'others'
    id = sa.Column(sa.Integer, primary_key=True)
    owner = sa.Column(sa.String(36))
    size = sa.Column(sa.Integer)


class Deed(Base):
    """Belongs to whom its thing belongs."""

    __tablename__ = 'deeds'
    id = sa.Column(sa.Integer, primary_key=True)
    thing_id = sa.Column(sa.Integer)
    size = sa.Column(sa.Integer)


class Shelf(Base):
    """Belongs to its owner, and is needed by the deeds that name it."""

    __tablename__ = 'shelves'
    id = sa.Column(sa.Integer, primary_key=True)
    owner = sa.Column(sa.String(36))
    size = sa.Column(sa.Integer)


class Free(Base):
    __tablename__ = 'free'
    id = sa.Column(sa.Integer, primary_key=True)
    thing_id = sa.Column(sa.Integer)


class Shadow(Base):
    """Nobody's, though the name of an owned table ends its own."""

    __tablename__ = 'shadow_things'
    id = sa.Column(sa.Integer, primary_key=True)
    owner = sa.Column(sa.String(36))


MODELS = (Thing, Other, Part, Box, Label, Deed, Shelf, Free, Shadow)


def owned():
    """Return the models with owners, as Nova's are described."""
    own_things = criteria.own(
        sa.select(Thing.id).where(Thing.owner == criteria.OWNER_ID)
    )
    found = {
        Thing: Thing.owner == criteria.OWNER_ID,
        Other: Other.owner == criteria.OWNER_ID,
        Deed: Deed.thing_id.in_(own_things),
        Shelf: sa.or_(
            Shelf.owner == criteria.OWNER_ID,
            sa.and_(
                criteria.REACHES_NEEDED,
                Shelf.id.in_(
                    criteria.own(
                        sa.select(Deed.size).where(
                            Deed.thing_id.in_(own_things)
                        )
                    )
                ),
            ),
        ),
    }
    return {
        model: criteria.Owned(
            criterion, lambda row: row.id, lambda row: row.owner
        )
        for model, criterion in found.items()
    }


def rows():
    """Return a row of each model and owner."""
    for number, owner in enumerate(OWNERS, 1):
        yield Thing(id=number, owner=owner, size=number)
        yield Other(id=number, owner=owner, size=number)
        yield Shelf(id=number, owner=owner, size=number)
        yield Deed(id=number, thing_id=number, size=6 - number)
        yield Part(id=number, thing_id=number)
        yield Box(id=number, part_id=number)
        yield Label(id=number, thing_id=number)
        yield Free(id=number, thing_id=number)
        yield Shadow(id=number, owner=owner)


class Database(fixtures.Fixture):
    """A database with everybody's rows, or with those that bob may see."""

    def __init__(self, is_bobs=False):
        self.is_bobs = is_bobs

    def _setUp(self):
        self.engine = sa.create_engine(URL)
        self.addCleanup(self.engine.dispose)
        Base.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(sa.delete(table))
                if self.engine.dialect.name == 'postgresql':
                    connection.execute(
                        sa.select(sa.func.setval(f'{table.name}_id_seq', 99))
                    )
        self.session = orm.Session(self.engine)
        self.addCleanup(self.session.close)
        hidden = {Thing, Other, Shelf, Deed} if self.is_bobs else set()
        self.session.add_all(
            row for row in rows() if type(row) not in hidden or row.id in OWN
        )
        self.session.commit()
        self.session.expunge_all()


class Installed(fixtures.Fixture):
    """The criteria and their guard, for as long as a test runs."""

    def __init__(self):
        self.is_shared = False

    def _setUp(self):
        self.useFixture(context.NoContext())
        self.criteria = criteria.Criteria(owned(), lambda: self.is_shared)
        self.criteria.install()
        self.addCleanup(self.criteria.uninstall)
