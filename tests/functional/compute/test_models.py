# SPDX-License-Identifier: Apache-2.0
"""Nova's owned models, in the SQL of each database that Nova runs on."""

import tests.functional.compute  # noqa: F401  decides about threads

# isort: split
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite
import testtools

from cloud_security.compute import models
from cloud_security.visibility import criteria

DIALECTS = (mysql.dialect, postgresql.dialect, sqlite.dialect)


class TestOwned(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.problem = criteria.Criteria(models.owned()).guard.problem

    def sql(self, model, entry, dialect, alias=None):
        """Return a SELECT of a model with its criterion."""
        option = orm.with_loader_criteria(
            model, entry.criterion, include_aliases=True
        )
        statement = sa.select(alias or model).options(option)
        return str(statement.compile(dialect=dialect()))

    def test_criteria_of_all_models_are_understood(self):
        for model, entry in models.owned().items():
            for dialect in DIALECTS:
                for alias in (None, orm.aliased(model)):
                    sql = self.sql(model, entry, dialect, alias)
                    self.assertEqual('', self.problem(sql).reason, sql)

    def test_without_the_criterion_all_models_are_refused(self):
        for model in models.owned():
            for dialect in DIALECTS:
                sql = str(sa.select(model).compile(dialect=dialect()))
                self.assertIn(
                    f'SQL reads {model.__tablename__} in a form',
                    self.problem(sql).reason,
                )
