# SPDX-License-Identifier: Apache-2.0
"""Resources of a run: servers and more, until cleanup deletes them all."""
