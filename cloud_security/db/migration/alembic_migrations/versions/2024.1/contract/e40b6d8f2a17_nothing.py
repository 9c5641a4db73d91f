# SPDX-License-Identifier: Apache-2.0
"""The contract branch, which ``has_offline_migrations`` asks for."""

from neutron.db.migration import cli

revision = 'e40b6d8f2a17'
down_revision = 'start_cloud_security'
branch_labels = (cli.CONTRACT_BRANCH,)


def upgrade() -> None:
    """Change nothing: no release has dropped anything yet."""


def downgrade() -> None:
    """Change nothing, as upgrade()."""
