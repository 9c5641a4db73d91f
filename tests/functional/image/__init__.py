# SPDX-License-Identifier: Apache-2.0
"""Tests on a whole Glance: real API, cache, stores and SQL."""

import importlib.util
import unittest

if importlib.util.find_spec('glance') is None:
    raise unittest.SkipTest('Glance is not installed.')
