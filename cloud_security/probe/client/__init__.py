# SPDX-License-Identifier: Apache-2.0
"""Accounts that send requests to a cloud, within limits, and the responses."""
