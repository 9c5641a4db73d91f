# SPDX-License-Identifier: Apache-2.0
"""cloud-security-manage, run in the process of the test."""

import contextlib
import io
import logging
import threading

from cloud_security.cmd import manage


class _Manage(manage.Manage):
    """A program that shows no logs of services in this process."""

    def configure_logging(self):
        root = logging.getLogger()
        before = list(root.handlers)
        super().configure_logging()
        own = threading.get_ident()
        for handler in root.handlers:
            if handler not in before:
                handler.addFilter(lambda record: record.thread == own)


def run(*arguments):
    """Run a command; return its exit code and what it says where."""
    out, err = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    before = list(root.handlers), root.level
    program = _Manage()
    program.stdout, program.stderr = out, err
    try:
        with contextlib.redirect_stdout(out):
            code = program.run(list(arguments))
    finally:
        root.handlers[:], root.level = before
    return code, out.getvalue(), err.getvalue()
