# SPDX-License-Identifier: Apache-2.0
"""Two worlds of Nova, with servers."""

import importlib.util
import unittest

if importlib.util.find_spec('nova') is None:
    raise unittest.SkipTest('Nova is not installed.')
