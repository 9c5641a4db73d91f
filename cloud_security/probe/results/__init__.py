# SPDX-License-Identifier: Apache-2.0
"""Results of a run: its summary, and the formats that report it."""
