# SPDX-License-Identifier: Apache-2.0
"""Tables of the plugin in a service's database, told by their version.

``neutron-db-manage`` makes them. It notes the revisions that it reached, and
the package has those that it can reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import pathlib
from typing import Any
from typing import Optional

from oslo_config import cfg
import sqlalchemy as sa
from sqlalchemy import exc

#: As in db/migration/alembic_migrations/env.py.
VERSION_TABLE = 'alembic_version_cloud_security'
VERSIONS = (
    pathlib.Path(__file__).parents[1]
    / 'db/migration/alembic_migrations/versions'
)


class Unknown(Exception):
    """The database cannot be asked; the message says why."""


def lacking(files: list[str]) -> str:
    """Return what a database lacks, '' for nothing.

    :param files: the service's configuration, the last file first in effect
    :raises Unknown: when the database cannot be asked
    """
    with engine(url(files)) as found, found.connect() as connection:
        return lacking_in(connection)


def url(files: list[str]) -> str:
    """Return ``[database] connection``.

    :param files: the service's configuration, the last file first in effect
    :raises Unknown: when no file has it
    """
    conf = cfg.ConfigOpts()
    conf.register_opt(cfg.StrOpt('connection'), 'database')
    try:
        conf([], default_config_files=files, default_config_dirs=[])
        found: Optional[str] = conf.database.connection
    except (cfg.Error, ValueError, OSError) as error:
        raise Unknown(' '.join(str(error).split())) from error
    if not found:
        raise Unknown('no file has [database] connection')
    return found


@contextlib.contextmanager
def engine(url: str) -> Iterator[Any]:
    """Yield SQLAlchemy's engine of a database, until the end of the block.

    :raises Unknown: when the database does not answer
    """
    try:
        found = sa.create_engine(url)
    except exc.ArgumentError as error:
        if isinstance(error, exc.NoSuchModuleError):
            raise Unknown(_first_line(error)) from error
        # Some of SQLAlchemy's texts have the password.
        raise Unknown('[database] connection is no URL') from error
    except (exc.SQLAlchemyError, ImportError, ValueError) as error:
        raise Unknown(_first_line(error)) from error
    try:
        yield found
    except exc.SQLAlchemyError as error:
        raise Unknown(_first_line(error)) from error
    finally:
        found.dispose()


def lacking_in(connection: Any) -> str:
    """Return what a database lacks of the plugins' tables, '' for nothing."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return f'the database has no table {VERSION_TABLE}'
    table = sa.table(VERSION_TABLE, sa.column('version_num'))
    rows = connection.execute(sa.select(table.c.version_num))
    found = {str(row[0]) for row in rows}
    wanted = {
        (VERSIONS / f'{branch}_HEAD').read_text().strip()
        for branch in ('EXPAND', 'CONTRACT')
    }
    if wanted - found:
        return (
            f'the tables of the plugin are at {", ".join(sorted(found))} and '
            f'not at {", ".join(sorted(wanted))}'
        )
    return ''


def unfit(connection: Any, tables: Iterable[Any]) -> str:
    """Return a sentence about tables that a plugin lacks, '' for none.

    :param tables: SQLAlchemy's, as this release has them
    """
    inspector = sa.inspect(connection)
    found = [
        table.name
        for table in tables
        if not inspector.has_table(table.name)
        or {column['name'] for column in inspector.get_columns(table.name)}
        != set(table.columns.keys())
    ]
    if not found:
        return ''
    return (
        f"Neutron's database lacks {', '.join(found)}, or has them otherwise: "
        'run neutron-db-manage --subproject cloud_security upgrade heads.'
    )


def _first_line(error: Exception) -> str:
    return ''.join(str(error).strip().splitlines()[:1]).rstrip('.')
