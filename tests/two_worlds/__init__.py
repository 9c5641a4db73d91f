# SPDX-License-Identifier: Apache-2.0
"""The promise as a test: two clouds, the same requests, equal answers.

World A is a service with the filter, one member's things and those of others;
world B is the stock service with that member's alone. Start reading at
pair.py; compute/ and volume/ have the worlds of one service each.
"""
