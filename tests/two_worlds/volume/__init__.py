# SPDX-License-Identifier: Apache-2.0
"""Two worlds of Cinder, with volumes, snapshots, backups and groups."""
