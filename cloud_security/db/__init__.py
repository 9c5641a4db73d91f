# SPDX-License-Identifier: Apache-2.0
"""Tables of both plugins in Neutron's database, for Neutron's tools."""
