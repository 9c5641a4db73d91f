# SPDX-License-Identifier: Apache-2.0
"""Tables of the history of IP addresses.

They are those of ``cloud_security/trace/tables.py``, and stay as they are
here when those change: a later revision says how.
"""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = 'b52d90c7e816'
down_revision = '7c1e5a90d3b2'

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql')
NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def _make(name: str, *columns: Any) -> None:
    op.create_table(
        f'cloud_security_{name}',
        sa.Column('id', NUMBER, primary_key=True, autoincrement=True),
        *columns,
    )


def upgrade() -> None:
    """Make the tables."""
    _make(
        'ip_history',
        sa.Column('kind', sa.String(12), nullable=False),
        sa.Column('address', sa.String(64)),
        sa.Column('network_id', sa.String(36)),
        sa.Column('subnet_id', sa.String(36)),
        sa.Column('port_id', sa.String(36)),
        sa.Column('object_id', sa.String(36)),
        sa.Column('fixed_ip', sa.String(64)),
        sa.Column('detail', sa.String(80)),
        sa.Column('device_id', sa.String(255)),
        sa.Column('device_owner', sa.String(255)),
        sa.Column('mac_address', sa.String(32)),
        sa.Column('project_id', sa.String(255)),
        sa.Column('begin_after', MOMENT),
        sa.Column('begin_at', MOMENT, nullable=False),
        sa.Column('end_after', MOMENT),
        sa.Column('end_at', MOMENT),
        sa.Column('begin_user_id', sa.String(255)),
        sa.Column('begin_request_id', sa.String(64)),
        sa.Column('end_user_id', sa.String(255)),
        sa.Column('end_request_id', sa.String(64)),
        sa.Column('open_key', sa.String(160), unique=True),
        sa.Index('ix_cs_history_address', 'address', 'begin_at'),
        sa.Index('ix_cs_history_port', 'port_id', 'begin_at'),
        sa.Index('ix_cs_history_subnet', 'subnet_id', 'begin_at'),
        sa.Index('ix_cs_history_object', 'object_id', 'begin_at'),
        sa.Index('ix_cs_history_device', 'device_id', 'begin_at'),
        sa.Index('ix_cs_history_project', 'project_id', 'begin_at'),
        sa.Index('ix_cs_history_kind', 'kind', 'end_at'),
    )
    _make(
        'ip_gaps',
        sa.Column('begin_at', MOMENT),
        sa.Column('end_at', MOMENT),
        sa.Column('reason', sa.String(12), nullable=False),
        sa.Column('detail', sa.String(255)),
    )
    _make(
        'server_owners',
        sa.Column('server_id', sa.String(36), nullable=False),
        sa.Column('user_id', sa.String(255)),
        sa.Column('user_name', sa.String(255)),
        sa.Column('project_id', sa.String(255)),
        sa.Column('server_name', sa.String(255)),
        sa.Column('begin_after', MOMENT),
        sa.Column('begin_at', MOMENT, nullable=False),
        sa.Column('end_at', MOMENT),
        sa.Column('source', sa.String(12), nullable=False),
        sa.Column('open_key', sa.String(36), unique=True),
        sa.Index('ix_cs_server_owners_server', 'server_id', 'begin_at'),
        sa.Index('ix_cs_server_owners_user', 'user_id', 'begin_at'),
    )
    _make(
        'ip_checks',
        sa.Column('name', sa.String(255), nullable=False, unique=True),
        sa.Column('at', MOMENT, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables, with all history in them."""
    for name in ('ip_checks', 'server_owners', 'ip_gaps', 'ip_history'):
        op.drop_table(f'cloud_security_{name}')
