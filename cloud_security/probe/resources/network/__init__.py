# SPDX-License-Identifier: Apache-2.0
"""Neutron's stage: its network, its parts, and what a run leaves."""
