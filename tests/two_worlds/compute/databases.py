# SPDX-License-Identifier: Apache-2.0
"""Nova's fixtures on a real database server instead of SQLite.

``TWO_WORLDS_URL`` names the server and an account that may make databases,
such as ``mysql+pymysql://root@127.0.0.1`` or
``postgresql+psycopg2://postgres@127.0.0.1/postgres``; ``pifpaf --env-prefix
TWO_WORLDS run mariadb -- …`` starts one and sets it.
Source: nova/tests/fixtures/nova.py, Nova 34, as with native threads.
"""

import itertools
import os
import sys

import fixtures
from nova.db import migration
from nova.tests import fixtures as nova_fixtures
import sqlalchemy as sa

URL = os.environ.get('TWO_WORLDS_URL', '')
_numbers = itertools.count()


#: Nova's shadow tables have enumerations of their own there.
SHADOWS = """
SELECT replace(typname, 'shadow_', ''), typname FROM pg_type
WHERE typtype = 'e' AND typname LIKE 'shadow%'
"""


def _make_cell(cells, connection_str):
    """Make the tables of a cell, also so that they can be archived."""
    migration.db_sync(database='main')
    engine = cells._ctxt_mgrs[connection_str].writer.get_engine()
    if engine.name == 'postgresql':
        # Without that, archiving fails in stock Nova: no such assignment.
        with engine.begin() as connection:
            for one, other in connection.execute(sa.text(SHADOWS)).all():
                connection.execute(
                    sa.text(
                        f'CREATE CAST ("{one}" AS "{other}") '
                        'WITH INOUT AS ASSIGNMENT'
                    )
                )


class Databases(fixtures.Fixture):
    """Gives each database of Nova one of the server's, made by Nova."""

    def _setUp(self):
        url = sa.make_url(URL)
        if url.drivername == 'mysql':
            url = url.set(drivername='mysql+pymysql')
        self.url = url
        self.server = sa.create_engine(url, isolation_level='AUTOCOMMIT')
        self.addCleanup(self.server.dispose)
        for holder, name, stand_in in (
            (
                sys.modules[nova_fixtures.Database.__module__],
                '_use_file_backed_sqlite_with_wal',
                self._made,
            ),
            (
                nova_fixtures.Database,
                '_apply_schema',
                lambda database: migration.db_sync(database=database.database),
            ),
            (
                nova_fixtures.CellDatabases,
                '_cache_schema',
                _make_cell,
            ),
        ):
            self.useFixture(fixtures.MockPatchObject(holder, name, stand_in))

    def _made(self, _name):
        """Make a database; return its URL and, as there is none, no file."""
        name = f'two_worlds_{os.getpid()}_{next(_numbers)}'
        is_mysql = self.url.get_backend_name() == 'mysql'
        # As Nova's and the distributions' instructions make it.
        kind = 'CHARACTER SET utf8' if is_mysql else "ENCODING 'UTF8'"
        with self.server.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE {name} {kind}'))
        self.addCleanup(self._drop, name, '' if is_mysql else '(FORCE)')
        url = self.url.set(database=name)
        return url.render_as_string(hide_password=False), None

    def _drop(self, name, how):
        with self.server.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE {name} {how}'))
