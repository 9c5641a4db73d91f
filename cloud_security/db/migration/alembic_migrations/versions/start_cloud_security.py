# SPDX-License-Identifier: Apache-2.0
"""The beginning of both branches."""

revision = 'start_cloud_security'
down_revision = None


def upgrade() -> None:
    """Change nothing."""


def downgrade() -> None:
    """Change nothing."""
