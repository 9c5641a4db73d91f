# SPDX-License-Identifier: Apache-2.0
"""Nova: the only package that imports it."""
