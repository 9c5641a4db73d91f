# SPDX-License-Identifier: Apache-2.0
"""Databases of Neutron's own tables, other than SQLite in memory."""

import uuid

import fixtures
from neutron_lib import fixture as lib_fixtures
from neutron_lib.db import model_base
from oslo_db.sqlalchemy import enginefacade
import sqlalchemy as sa


class OnServer(fixtures.Fixture):
    """An empty database on a server, such as ``mysql+pymysql://root@host``."""

    def __init__(self, server):
        super().__init__()
        self._server = server

    def _setUp(self):
        name = f'cloud_security_{uuid.uuid4().hex}'
        self._send(f'CREATE DATABASE {name}')
        self.addCleanup(self._send, f'DROP DATABASE {name}')
        url = sa.engine.make_url(self._server).set(database=name)
        self.url = url.render_as_string(False)

    def _send(self, statement):
        engine = sa.create_engine(self._server, isolation_level='AUTOCOMMIT')
        with engine.connect() as connection:
            connection.execute(sa.text(statement))
        engine.dispose()


class Neutrons(lib_fixtures.SqlFixture):
    """Neutron's sessions go to a database, in which its tables are made."""

    def __init__(self, url):
        super().__init__()
        self._url = url

    def _init_resources(self):
        facade = enginefacade.transaction_context()
        facade.configure(connection=self._url, sqlite_fk=True)
        self.engine = facade.writer.get_engine()
        self.addCleanup(self.engine.dispose)
        model_base.BASEV2.metadata.create_all(self.engine)

    def _delete_from_schema(self, engine):
        """Leave the rows: the database goes."""
