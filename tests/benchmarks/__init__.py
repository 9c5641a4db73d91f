# SPDX-License-Identifier: Apache-2.0
"""Statements and rows of calls, which no machine changes."""

import tests.functional.compute  # noqa: F401  decides about threads
