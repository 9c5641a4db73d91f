# SPDX-License-Identifier: Apache-2.0
"""Glance's stage: its images, their values, and what a run leaves."""
