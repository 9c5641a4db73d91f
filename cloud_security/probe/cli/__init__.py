# SPDX-License-Identifier: Apache-2.0
"""The command ``cloud-security-probe``: its arguments, and its course."""
