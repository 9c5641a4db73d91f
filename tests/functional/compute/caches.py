# SPDX-License-Identifier: Apache-2.0
"""Caches of what Nova makes anew for each cloud or each request.

Without them test_exceptions.py and test_lists.py take a sixth more CPU time.
"""

import os

from nova.api.validation import validators
from oslo_db.sqlalchemy import engines
import sqlalchemy as sa
from sqlalchemy import util

_SchemaValidator = validators._SchemaValidator
_create_engine = engines.create_engine


class _Statements(util.LRUCache):
    """Compiled statements that all engines of one dialect share.

    SQLAlchemy's keys begin with the dialect, and each engine has its own.
    """

    def get(self, key, default=None):
        return super().get(self._shared(key), default)

    def __setitem__(self, key, value):
        super().__setitem__(self._shared(key), value)

    @staticmethod
    def _shared(key):
        dialect, *others = key
        return (type(dialect), *others)


_statements = _Statements(2000)
_validators = {}


def create_engine(sql_connection, *args, **kwargs):
    """Return an engine that reuses what another one has compiled.

    Where it is a file of SQLite's (Nova 34), a writer waits a minute for
    another one; by default it fails after 5 s, which a busy disk can take.
    """
    url = sa.engine.make_url(sql_connection)
    if os.path.isabs(url.database or '') and url.drivername == 'sqlite':
        sql_connection = url.update_query_dict({'timeout': '60'})
    engine = _create_engine(sql_connection, *args, **kwargs)
    engine.update_execution_options(compiled_cache=_statements)
    return engine


def validator(schema, *options):
    """Return a schema's validator; Nova makes a class for each request."""
    key = (id(schema), *options)
    if key not in _validators:
        # Keeps the schema, or Python could give its id to another one.
        _validators[key] = schema, _SchemaValidator(schema, *options)
    return _validators[key][1]
