# SPDX-License-Identifier: Apache-2.0
"""Neutron, and the only importer of Neutron.

Neutron has no user in any table and elevates where it must see all rows. So
no filter restricts statements here: a service plugin registers query hooks,
which get the caller's context, and keeps owners in tables of its own.
"""
