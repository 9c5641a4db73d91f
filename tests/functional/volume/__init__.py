# SPDX-License-Identifier: Apache-2.0
"""Tests on a whole Cinder: real API, scheduler, volume service, SQL.

Cinder's own package of tests decides about threads when it is imported, so
that comes first.
"""

import importlib.util
import logging
import os
import unittest

if importlib.util.find_spec('cinder') is None:
    raise unittest.SkipTest('Cinder is not installed.')

import cinder.tests.unit  # noqa: E402,F401

# Cinder's fixtures format what nobody reads.
if 'OS_DEBUG' not in os.environ:
    logging.disable(logging.DEBUG)
