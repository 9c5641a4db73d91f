# SPDX-License-Identifier: Apache-2.0
"""Tests on a whole Cinder: real API, scheduler, volume service, SQL.

Cinder's own package of tests decides about threads when it is imported, so
that comes first.
"""

import importlib.util
import unittest

if importlib.util.find_spec('cinder') is None:
    raise unittest.SkipTest('Cinder is not installed.')

# Before Cinder's tests put eventlet's queues in the place of Python's.
import openstack.connection  # noqa: E402,F401

import cinder.tests.unit  # noqa: E402,F401 isort: skip
