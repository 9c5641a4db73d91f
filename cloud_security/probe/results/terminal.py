# SPDX-License-Identifier: Apache-2.0
"""The terminal: rows as soon as there are findings, errors, the exit code."""

from __future__ import annotations

import io
import os
import sys

from cloud_security.probe.results import table
from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.verdicts.findings import Finding


class Terminal:
    """Standard output and standard error.

    If they break, the terminal is silent: the run goes on, cleans up and
    writes its files.

    :param is_verbose: print findings that pass, too
    """

    def __init__(self, is_verbose: bool = False) -> None:
        self._is_verbose = is_verbose
        self._is_broken = False
        self._service = ''
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors='backslashreplace')

    def print_row(self, finding: Finding) -> None:
        """Print a row of the table at once."""
        if finding.verdict.passes and not self._is_verbose:
            return
        if finding.service != self._service:
            gap = '\n' if self._service else ''
            self._service = finding.service
            heading = table.heading(finding.service)
            self.write(f'{gap}{heading}\n{table.TITLE}\n')
        self.write(table.row(finding, sys.stdout.isatty()) + '\n')

    def write(self, text: str) -> None:
        """Write to standard output."""
        if self._is_broken:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            self._is_broken = True
            # At exit, Python would flush the same text again, and fail.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)

    def complain(self, text: str) -> None:
        """Write to standard error."""
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            self._is_broken = True

    def code(self, outcome: Outcome) -> int:
        """Return the exit code; a broken terminal cannot report success."""
        if self._is_broken and outcome is Outcome.OK:
            return int(Outcome.UNKNOWN)
        return int(outcome)
