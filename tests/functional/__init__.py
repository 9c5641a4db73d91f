# SPDX-License-Identifier: Apache-2.0
"""Tests on whole services, a folder for each."""

import re

# Python keeps 512 compiled expressions. A service's routes have more, and each
# test would compile them again: a fifth of the time of Cinder's tests.
re._MAXCACHE = 10000
