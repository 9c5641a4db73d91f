# SPDX-License-Identifier: Apache-2.0
"""Documents and packages agree with the code; they need the whole tree."""

import pathlib

#: The checkout, or the unpacked source distribution.
ROOT = pathlib.Path(__file__).resolve().parents[2]
