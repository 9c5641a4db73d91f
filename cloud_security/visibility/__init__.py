# SPDX-License-Identifier: Apache-2.0
"""Row-level visibility for SQLAlchemy; it knows no service."""
