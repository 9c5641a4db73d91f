# SPDX-License-Identifier: Apache-2.0
"""Modules of network/ that need no Neutron."""
