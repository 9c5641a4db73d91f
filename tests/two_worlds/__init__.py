# SPDX-License-Identifier: Apache-2.0
"""The promise as a test: two clouds, the same requests, equal answers.

World A is Nova with the filter, one member's servers and those of others;
world B is stock Nova with that member's alone. Start reading at pair.py.
"""
