# SPDX-License-Identifier: Apache-2.0
"""Files of a host or an image; this room imports no service's code."""
