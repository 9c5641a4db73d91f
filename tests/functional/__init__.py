# SPDX-License-Identifier: Apache-2.0
"""Tests on whole services, a folder for each."""

import re

# Python keeps 512, and would compile those of a service's routes for each
# test: a fifth of the time of Cinder's.
re._MAXCACHE = 10000
