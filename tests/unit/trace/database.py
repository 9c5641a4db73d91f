# SPDX-License-Identifier: Apache-2.0
"""A history in SQLite, with the rows of a test."""

import datetime
import pathlib

import fixtures
import sqlalchemy as sa
import testtools

from cloud_security.deploy import plugin_tables
from cloud_security.trace import tables

HOUR = datetime.timedelta(hours=1)
DAY = 24 * HOUR


def server_id(number):
    """Return an ID as Nova makes them."""
    return f'{number:08x}-0000-4000-8000-000000000000'


class Database(testtools.TestCase):
    """A test with a database, whose ``now`` is when the test began."""

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.url = f'sqlite:///{self.folder}/neutron.sqlite'
        self.engine = sa.create_engine(self.url)
        self.addCleanup(self.engine.dispose)
        with self.engine.begin() as connection:
            tables.METADATA.create_all(connection)
            self.now = tables.now(connection)

    def migrate(self):
        """Note the revisions that are reached with the tables."""
        table = sa.Table(
            plugin_tables.VERSION_TABLE,
            sa.MetaData(),
            sa.Column('version_num', sa.String(32)),
        )
        with self.engine.begin() as connection:
            table.create(connection)
            for branch in ('EXPAND', 'CONTRACT'):
                head = (plugin_tables.VERSIONS / f'{branch}_HEAD').read_text()
                connection.execute(
                    table.insert().values(version_num=head.strip())
                )

    def insert(self, table, **values):
        """Insert a row."""
        with self.engine.begin() as connection:
            connection.execute(table.insert().values(**values))

    def port(self, device_id, begin_ago=HOUR, end_ago=None, **more):
        """Insert the interval of a port, by ages; return the port's ID."""
        values = {
            'kind': 'port',
            'port_id': f'port-{device_id}'[:36],
            'device_id': device_id,
            'device_owner': 'compute:nova',
            'begin_at': self.now - begin_ago,
            'end_at': None if end_ago is None else self.now - end_ago,
            **more,
        }
        self.insert(tables.HISTORY, **values)
        return values['port_id']

    def rows(self, table):
        """Return the rows of a table, oldest first."""
        with self.engine.connect() as connection:
            return [
                dict(row._mapping)
                for row in connection.execute(
                    sa.select(table).order_by(table.c.id)
                )
            ]

    def owners(self, *names):
        """Return some columns of the owners' intervals, oldest first."""
        return [
            tuple(row[name] for name in names)
            for row in self.rows(tables.OWNERS)
        ]
