# SPDX-License-Identifier: Apache-2.0
"""Migrations; ``neutron-db-manage`` finds them by an entry point."""
