# SPDX-License-Identifier: Apache-2.0
"""Nova's databases and files for a project of some servers."""

import os
import subprocess
import sys
import sysconfig
from typing import Any
from typing import List

import sqlalchemy as sa

from cloud_security.compute import indexes
from cloud_security.deploy import host

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
#: The api-paste.ini that came with Nova.
SHIPPED = os.path.join(
    sysconfig.get_path('data'), 'etc', 'nova', 'api-paste.ini'
)
KINDS = ('api', 'cell0', 'cell1')

NOVA_CONF = """\
[DEFAULT]
host = benchmark
transport_url = fake://
state_path = {folder}
log_file = {folder}/nova-api.log
[api_database]
connection = {api}
[database]
connection = {cell0}
[oslo_policy]
policy_dirs = {folder}/policy.d
[quota]
instances = -1
"""


class Cloud:
    """The databases of one project, and the files of APIs that serve it."""

    def __init__(self, server: str, folder: str, size: int, own: int) -> None:
        """Prepare; nothing is made yet.

        :param server: the URL of a database server, ``sqlite://`` for none
        :param folder: where files go
        :param size: how many servers the project has
        :param own: how many of them are the caller's
        """
        self.size = size
        self.own = own
        self.folder = folder
        self._server = address(server)
        self._made: List[str] = []

    def make(self) -> None:
        """Make the databases as Nova does, and fill them."""
        for kind in KINDS:
            self._execute('CREATE DATABASE {name}', kind)
            self._made.append(kind)
        subprocess.run(
            [sys.executable, '-m', 'benchmarks.population']
            + [str(self.size), str(self.own)]
            + [self.url(kind) for kind in KINDS],
            env=environment(self.files('stock')),
            cwd=ROOT,
            check=True,
        )

    def create_index(self) -> None:
        """Create the index that ``cloud-security-status`` recommends."""
        self._in_cell(indexes.STATEMENT)

    def drop_index(self) -> None:
        """Drop it."""
        name = indexes.STATEMENT.split()[2]
        is_mysql = self._server.get_backend_name() == 'mysql'
        self._in_cell(f'DROP INDEX {name}' + ' ON instances' * is_mysql)

    def _in_cell(self, statement: str) -> None:
        engine = sa.create_engine(self.url('cell1'))
        with engine.begin() as connection:
            connection.execute(sa.text(statement))
        engine.dispose()

    def drop(self) -> None:
        """Drop what was made."""
        while self._made:
            self._execute('DROP DATABASE {name}', self._made[-1])
            self._made.pop()

    def files(self, side: str) -> str:
        """Write what an API reads; return the folder.

        The token is not looked at: that costs the same on each side.

        :param side: ``isolated``, or anything else for stock Nova
        """
        folder = os.path.join(self.folder, f'{side}-{self.size}')
        if os.path.isdir(folder):
            return folder
        os.makedirs(folder)
        paste = os.path.join(folder, 'api-paste.ini')
        conf = os.path.join(folder, 'nova.conf')
        urls = {kind: self.url(kind) for kind in KINDS}
        _write(conf, NOVA_CONF.format(folder=folder, **urls))
        with open(SHIPPED) as stream:
            _write(paste, stream.read().replace(' authtoken', ''))
        if side == 'isolated':
            for step in host.Host(paste).enabling():
                step.do()
        return folder

    def url(self, kind: str) -> str:
        """Return the URL of one of the databases."""
        url = self._server.set(database=self._name(kind))
        return url.render_as_string(hide_password=False)

    def _name(self, kind: str) -> str:
        name = f'cloud_security_{os.getpid()}_{self.size}_{kind}'
        if self._server.get_backend_name() == 'sqlite':
            return os.path.join(self.folder, name)
        return name

    def _execute(self, statement: str, kind: str) -> None:
        if self._server.get_backend_name() == 'sqlite':
            return
        server = sa.create_engine(self._server, isolation_level='AUTOCOMMIT')
        with server.connect() as connection:
            name = self._name(kind)
            connection.execute(sa.text(statement.format(name=name)))
        server.dispose()


def address(server: str) -> sa.engine.URL:
    """Return a URL with a driver that is there."""
    url = sa.make_url(server)
    if url.drivername == 'mysql':
        url = url.set(drivername='mysql+pymysql')
    return url


def environment(folder: str) -> Any:
    """Return the environment of a process of Nova's, as deployed."""
    inherited = dict(os.environ)
    # Nobody deploys what is compiled at each start.
    inherited.pop('PYTHONDONTWRITEBYTECODE', None)
    return dict(
        inherited,
        OS_NOVA_CONFIG_DIR=folder,
        OS_NOVA_DISABLE_EVENTLET_PATCHING='true',
        # The same order of sets and dictionaries on each side.
        PYTHONHASHSEED='0',
        PYTHONWARNINGS='ignore',
    )


def _write(path: str, text: str) -> None:
    with open(path, 'w') as stream:
        stream.write(text)
