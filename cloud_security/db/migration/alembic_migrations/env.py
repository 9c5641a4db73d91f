# SPDX-License-Identifier: Apache-2.0
"""The environment in which alembic runs these migrations.

The version table is this project's own, so that ``neutron-db-manage`` can
upgrade Neutron without it, and it without Neutron.
Source: neutron/db/migration/alembic_migrations/env.py, Neutron 24 to 29.
"""

from logging import config as logging_config
from typing import Any

from alembic import context
from neutron_lib.db import model_base
from oslo_config import cfg
from oslo_db.sqlalchemy import enginefacade
import sqlalchemy as sa
from sqlalchemy import event

VERSION_TABLE = 'alembic_version_cloud_security'
CONFIG: Any = context.config
NEUTRON: Any = CONFIG.neutron_config
logging_config.fileConfig(CONFIG.config_file_name)


def _storage_engine() -> str:
    """Return the storage engine of new tables in MariaDB."""
    engine: str = model_base.BASEV2.__table_args__['mysql_engine']
    try:
        return NEUTRON.command.mysql_engine or engine
    except cfg.NoSuchOptError:
        # Of other commands than upgrade.
        return engine


ENGINE = _storage_engine()


@event.listens_for(sa.Table, 'after_parent_attach')
def _set_storage_engine(target: Any, parent: Any) -> None:
    target.kwargs['mysql_engine'] = ENGINE


def _run_offline() -> None:
    url = NEUTRON.database.connection
    chosen = {'url': url} if url else {'dialect_name': NEUTRON.database.engine}
    context.configure(version_table=VERSION_TABLE, **chosen)
    with context.begin_transaction():
        context.run_migrations()


def _run_online() -> None:
    engines = enginefacade.transaction_context()
    engines.configure(connection=NEUTRON.database.connection)
    engine = engines.writer.get_engine()
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                version_table=VERSION_TABLE,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


if context.is_offline_mode():
    _run_offline()
else:
    _run_online()
