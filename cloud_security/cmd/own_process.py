# SPDX-License-Identifier: Apache-2.0
"""A command of ours in a process of its own.

A process reads the configuration of one service, because services share one
oslo.config object.
"""

from __future__ import annotations

from collections.abc import Iterable
import os
import subprocess
import sys

#: With the name by which the command calls itself in complaints.
_MAIN = (
    'import sys; sys.argv[0] = "cloud-security-{}"; from {} import main; '
    'sys.exit(main())'
)


def run(
    module: str,
    arguments: Iterable[str],
    is_captured: bool,
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """Run the ``main`` of a module; return what it did.

    :param module: such as ``cloud_security.cmd.status``
    :param is_captured: whether the result has its output and errors, instead
        of the terminal
    :param variables: more variables of its environment
    """
    pipe = subprocess.PIPE if is_captured else None
    return subprocess.run(
        [
            sys.executable,
            *(f'-W{option}' for option in sys.warnoptions),
            '-c',
            _MAIN.format(module.rpartition('.')[2], module),
            *arguments,
        ],
        stdout=pipe,
        stderr=pipe,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )
