# SPDX-License-Identifier: Apache-2.0
"""Cinder's stage: its parts, their states, and what a run leaves."""
