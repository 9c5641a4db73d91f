# SPDX-License-Identifier: Apache-2.0
"""The tables as neutron-db-manage makes, keeps and drops them.

On MariaDB, it makes Neutron's own tables, too. Elsewhere these come from the
models: a migration of Neutron's has MariaDB's syntax only.
"""

import os
import subprocess
import sys

import fixtures
from neutron.db.migration.models import head  # noqa: F401 all tables
from neutron_lib.db import model_base
import sqlalchemy as sa
import testtools

from cloud_security.network import models  # noqa: F401 our tables
from cloud_security.trace import tables
from tests.functional.trace import cloud

OWN = ('--subproject', 'cloud_security')
BEFORE = '7c1e5a90d3b2'
DOWNGRADE = f"""
import sys
from alembic import command
from neutron.db.migration import cli
cli.CONF([*sys.argv[1:], 'current'])
[config] = cli.get_alembic_configs()
command.downgrade(config, '{BEFORE}')
"""


class TestMigration(testtools.TestCase):
    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        if cloud.URL:
            url = self.useFixture(cloud.OwnDatabase()).url
        else:
            url = f'sqlite:///{folder}/neutron.db'
        self.engine = sa.create_engine(url)
        self.addCleanup(self.engine.dispose)
        self.conf = os.path.join(folder, 'neutron.conf')
        with open(self.conf, 'w') as stream:
            stream.write(f'[database]\nconnection = {url}\n')
        if self.engine.dialect.name != 'mysql':
            own = [
                table
                for table in model_base.BASEV2.metadata.sorted_tables
                if not table.name.startswith('cloud_security_')
            ]
            model_base.BASEV2.metadata.create_all(self.engine, tables=own)

    def run_python(self, *words):
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.assertEqual(0, done.returncode, done.stdout)
        return done.stdout

    def manage(self, *words):
        program = os.path.join(
            os.path.dirname(sys.executable), 'neutron-db-manage'
        )
        return self.run_python(program, '--config-file', self.conf, *words)

    def upgrade(self):
        whole = self.engine.dialect.name == 'mysql'
        self.manage(*(() if whole else OWN), 'upgrade', 'heads')

    def names(self):
        return {
            name
            for name in sa.inspect(self.engine).get_table_names()
            if name.startswith('cloud_security_')
        }

    def shape(self, name):
        """Return columns, indexes and unique columns of a table."""
        found = sa.inspect(self.engine)
        return (
            [
                (
                    column['name'],
                    column['type'].compile(self.engine.dialect),
                    column['nullable'],
                )
                for column in found.get_columns(name)
            ],
            sorted(
                (index['column_names'], bool(index['unique']))
                for index in found.get_indexes(name)
            ),
        )

    def test_migrations_make_the_tables_and_keep_them(self):
        self.upgrade()
        migrated = {
            table.name: self.shape(table.name)
            for table in tables.METADATA.sorted_tables
        }
        self.manage(*OWN, 'has_offline_migrations')
        with self.engine.begin() as connection:
            connection.execute(
                tables.HISTORY.insert().values(
                    kind='snat', begin_at=tables.utc_now(), open_key='snat:x'
                )
            )
        self.upgrade()
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(tables.HISTORY)).all()
        self.assertEqual(['snat:x'], [row.open_key for row in rows])
        self.run_python('-c', DOWNGRADE, '--config-file', self.conf, *OWN)
        self.assertEqual(set(), self.names() & migrated.keys())
        self.assertIn('cloud_security_port_owners', self.names())
        # The tables of this release are those that the migrations make.
        tables.METADATA.create_all(self.engine)
        for name, shape in migrated.items():
            self.assertEqual(shape, self.shape(name))
        tables.METADATA.drop_all(self.engine)
        self.upgrade()
        self.assertLessEqual(migrated.keys(), self.names())
