# SPDX-License-Identifier: Apache-2.0
"""Two worlds of Cinder, with volumes, snapshots, backups and groups."""

import importlib.util
import unittest

if importlib.util.find_spec('cinder') is None:
    raise unittest.SkipTest('Cinder is not installed.')
