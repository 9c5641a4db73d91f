# SPDX-License-Identifier: Apache-2.0
"""Verdicts: what responses to owner and peer prove about one operation."""
