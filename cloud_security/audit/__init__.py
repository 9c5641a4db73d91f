# SPDX-License-Identifier: Apache-2.0
"""Records of denied and overridden access, and what they add up to."""
