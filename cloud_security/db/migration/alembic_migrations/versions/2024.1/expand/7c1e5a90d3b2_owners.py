# SPDX-License-Identifier: Apache-2.0
"""Tables of owners."""

from alembic import op
from neutron.db.migration import cli
import sqlalchemy as sa

revision = '7c1e5a90d3b2'
down_revision = 'start_cloud_security'
branch_labels = (cli.EXPAND_BRANCH,)

#: ``{owner table: the table whose rows have owners}``
TABLES = {
    'cloud_security_port_owners': 'ports',
    'cloud_security_floatingip_owners': 'floatingips',
    'cloud_security_securitygroup_owners': 'securitygroups',
    'cloud_security_addressgroup_owners': 'address_groups',
}


def upgrade() -> None:
    """Make the tables."""
    for name, owned in TABLES.items():
        op.create_table(
            name,
            sa.Column(
                'resource_id',
                sa.String(36),
                sa.ForeignKey(f'{owned}.id', ondelete='CASCADE'),
                primary_key=True,
            ),
            sa.Column('user_id', sa.String(255), nullable=True, index=True),
        )


def downgrade() -> None:
    """Drop the tables, with all owners in them."""
    for name in TABLES:
        op.drop_table(name)
