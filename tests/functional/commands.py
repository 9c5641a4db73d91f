# SPDX-License-Identifier: Apache-2.0
"""cloud-security-manage, run in the process of the test."""

import contextlib
import io
import logging

from cloud_security.cmd import manage


def run(*arguments):
    """Run a command; return its exit code and what it says where."""
    out, err = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    before = list(root.handlers), root.level
    program = manage.Manage()
    program.stdout, program.stderr = out, err
    try:
        with contextlib.redirect_stdout(out):
            code = program.run(list(arguments))
    finally:
        root.handlers[:], root.level = before
    return code, out.getvalue(), err.getvalue()
