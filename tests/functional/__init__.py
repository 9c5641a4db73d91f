# SPDX-License-Identifier: Apache-2.0
"""Tests on whole services, a folder for each."""
