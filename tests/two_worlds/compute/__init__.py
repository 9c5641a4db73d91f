# SPDX-License-Identifier: Apache-2.0
"""Two worlds of Nova, with servers."""
