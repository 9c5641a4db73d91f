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
                lambda *_: migration.db_sync(database='main'),
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
