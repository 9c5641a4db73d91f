# SPDX-License-Identifier: Apache-2.0
"""The environment of alembic, and the branches expand and contract."""
