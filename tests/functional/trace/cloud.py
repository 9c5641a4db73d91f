# SPDX-License-Identifier: Apache-2.0
"""A small Neutron that keeps the history of IP addresses.

``TRACE_URL`` names a database server other than SQLite, such as
``mysql+pymysql://root@127.0.0.1``.
"""

import os

import neutron  # noqa: F401 chooses oslo.service's backend before others
from oslo_config import cfg
import sqlalchemy as sa
from testtools import content

from cloud_security.trace import opts
from cloud_security.trace import tables
from tests.functional.network import cloud
from tests.functional.network import databases

PLUGINS = cloud.PLUGINS
OURS = 'cloud_security_trace'
URL = os.environ.get('TRACE_URL', '')
#: A database that is there already.
DATABASE = os.environ.get('TRACE_DATABASE', '')


class OwnDatabase(databases.OnServer):
    """An empty database on that server."""

    def __init__(self):
        super().__init__(URL)


class Cloud(cloud.Cloud):
    """Neutron with the plugin, networks with IPv4 and IPv6, and a router."""

    plugins = (*PLUGINS, OURS)
    is_strict = True

    def _setup_database_fixtures(self):
        if URL or DATABASE:
            url = DATABASE or self.useFixture(OwnDatabase()).url
            self.engine = self.useFixture(databases.Neutrons(url)).engine
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
