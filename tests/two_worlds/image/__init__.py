# SPDX-License-Identifier: Apache-2.0
"""Two worlds of Glance, with private and shared images, and their tasks."""

import importlib.util
import unittest

if importlib.util.find_spec('glance') is None:
    raise unittest.SkipTest('Glance is not installed.')
