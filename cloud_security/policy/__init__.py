# SPDX-License-Identifier: Apache-2.0
"""Rules, the check kind ``isolation``, and the decision about a request."""
