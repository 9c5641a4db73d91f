# SPDX-License-Identifier: Apache-2.0
"""The commands, one module each: arguments in, words and exit codes out."""

import sys
import warnings

if not sys.warnoptions:
    # Nova imports eventlet, which writes eight lines before each output.
    warnings.filterwarnings('ignore', r'\s*Eventlet is deprecated')
    # oslo.policy warns of each rule of Nova's that is old.
    warnings.filterwarnings('ignore', module='oslo_policy')
