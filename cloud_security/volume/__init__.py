# SPDX-License-Identifier: Apache-2.0
"""Cinder, and the only importer of Cinder."""
