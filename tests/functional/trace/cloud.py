# SPDX-License-Identifier: Apache-2.0
"""A small Neutron that keeps the history of IP addresses.

``TRACE_URL`` names a database server other than SQLite, such as
``mysql+pymysql://root@127.0.0.1``.
"""

import os
import uuid

import fixtures
import neutron  # noqa: F401 chooses oslo.service's backend before others
from neutron_lib import fixture as lib_fixtures
from neutron_lib.db import model_base
from oslo_config import cfg
from oslo_db.sqlalchemy import enginefacade
import sqlalchemy as sa
from testtools import content

from cloud_security.trace import opts
from cloud_security.trace import tables
from tests.functional.network import cloud

PLUGINS = cloud.PLUGINS
OURS = 'cloud_security_trace'
URL = os.environ.get('TRACE_URL', '')
#: A database that is there already.
DATABASE = os.environ.get('TRACE_DATABASE', '')


def on_server(statement):
    """Send a statement to the server of ``TRACE_URL``."""
    engine = sa.create_engine(URL, isolation_level='AUTOCOMMIT')
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


class OwnDatabase(fixtures.Fixture):
    """An empty database on that server."""

    def _setUp(self):
        name = f'trace_{uuid.uuid4().hex}'
        on_server(f'CREATE DATABASE {name}')
        self.addCleanup(on_server, f'DROP DATABASE {name}')
        url = sa.engine.make_url(URL).set(database=name)
        self.url = url.render_as_string(False)


class Database(lib_fixtures.SqlFixture):
    """Neutron's sessions go to a database on a server, or in a file."""

    def _init_resources(self):
        url = DATABASE or self.useFixture(OwnDatabase()).url
        facade = enginefacade.transaction_context()
        facade.configure(connection=url, sqlite_fk=True)
        self.engine = facade.writer.get_engine()
        self.addCleanup(self.engine.dispose)
        model_base.BASEV2.metadata.create_all(self.engine)

    def _delete_from_schema(self, engine):
        """Leave the rows: the database goes."""


class Cloud(cloud.Cloud):
    """Neutron with the plugin, networks with IPv4 and IPv6, and a router."""

    plugins = (*PLUGINS, OURS)
    is_strict = True

    def _setup_database_fixtures(self):
        if URL or DATABASE:
            self.engine = self.useFixture(Database()).engine
        else:
            super()._setup_database_fixtures()
        tables.METADATA.create_all(self.engine)
        self.addCleanup(tables.METADATA.drop_all, self.engine)

    def configure(self):
        super().configure()
        opts.register(cfg.CONF)
        cfg.CONF.set_override('strict', self.is_strict, 'cloud_security_trace')
        for name in ('port', 'floatingip', 'router', 'network', 'subnet'):
            cfg.CONF.set_override(f'quota_{name}', -1, 'QUOTAS')

    def sql(self, text, **values):
        """Return the rows of a query."""
        with self.engine.connect() as connection:
            return [
                tuple(row) for row in connection.execute(sa.text(text), values)
            ]

    def now(self):
        """Return the database's time."""
        with self.engine.connect() as connection:
            return tables.now(connection)


def text(value):
    """Return a detail of a test."""
    return content.text_content(value)
