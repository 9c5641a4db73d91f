# SPDX-License-Identifier: Apache-2.0
"""Glance, and the only importer of Glance."""
