# SPDX-License-Identifier: Apache-2.0
"""Cinder, and the only importer of Cinder."""

from cinder import objects

# Cinder's API cannot be imported before: the services do this at their start.
objects.register_all()
