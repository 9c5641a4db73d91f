# SPDX-License-Identifier: Apache-2.0
"""Nova's room: no other room imports Nova."""
