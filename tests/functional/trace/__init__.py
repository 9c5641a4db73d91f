# SPDX-License-Identifier: Apache-2.0
"""Tests on a whole Neutron: with the history of addresses."""

import importlib.util
import unittest

if importlib.util.find_spec('neutron') is None:
    raise unittest.SkipTest('Neutron is not installed.')
