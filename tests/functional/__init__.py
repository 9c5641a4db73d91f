# SPDX-License-Identifier: Apache-2.0
"""Tests on whole services, a folder for each."""

import gc
import logging
import os
import re

# A service is a million objects that stay; looking through them as often as
# Python does by itself takes a seventh of the time.
gc.set_threshold(20000, 10, 10)
# The services' fixtures format what nobody reads, which takes a twentieth.
if 'OS_DEBUG' not in os.environ:
    logging.disable(logging.DEBUG)
# Python keeps 512 compiled expressions. A service's routes have more, and each
# test would compile them again: a fifth of the time of Cinder's tests.
re._MAXCACHE = 10000
