# SPDX-License-Identifier: Apache-2.0
"""The WSGI filter, the same for every service."""
