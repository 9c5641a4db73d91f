# SPDX-License-Identifier: Apache-2.0
"""Tests on a whole Glance: real API, cache, stores and SQL.

Glance's own package of tests patches threads when it is imported, up to 32, so
that comes first.
"""

import importlib.util
import unittest

if importlib.util.find_spec('glance') is None:
    raise unittest.SkipTest('Glance is not installed.')

import glance.tests  # noqa: E402,F401 isort: skip
