# SPDX-License-Identifier: Apache-2.0
"""Results of checks, for all services, and the table that shows them."""

from __future__ import annotations

from collections.abc import Iterable
import textwrap
from typing import Any
from typing import Optional

from oslo_upgradecheck import upgradecheck

Code = upgradecheck.Code
Result = upgradecheck.Result


def result(failures: Iterable[str], warnings: Iterable[str] = ()) -> Result:
    """Return the result of a check, from its sentences about problems."""
    failures, warnings = list(failures), list(warnings)
    code = (
        Code.FAILURE
        if failures
        else Code.WARNING
        if warnings
        else Code.SUCCESS
    )
    return Result(code, joined(failures + warnings) or None)


def joined(sentences: list[str]) -> str:
    """Join sentences; one that ends with a rule ends its line, too."""
    text = ''
    for sentence in sentences:
        last = text.rpartition('\n')[2]
        between = '\n' if last.startswith('    ') else ' '
        text += (between if text else '') + sentence
    return text


def most(conf: Any) -> Optional[int]:
    """Return how many names a sentence lists, None for all.

    :param conf: with ``--json`` and ``--details``, where those are known
    """
    command = getattr(conf, 'command', None)
    if getattr(command, 'json', False) or getattr(conf, 'details', False):
        return None
    return 8


class Checks(upgradecheck.UpgradeCommands):
    """Checks whose details hold rules, each on a line of its own."""

    def _get_details(self, upgrade_check_result: Any) -> Optional[str]:
        """Wrap sentences; a rule that is wrapped could not be copied.

        The base class has no public way to show details of several lines.
        """
        details = upgrade_check_result.details
        if details is None:
            return None
        lines: list[str] = []
        for line in (
            details.encode('utf-8', 'backslashreplace')
            .decode('utf-8')
            .splitlines()
        ):
            if line.startswith('    '):
                lines.append(line)
            else:
                lines += textwrap.wrap(line, 60, subsequent_indent='  ')
        return '\n'.join(lines)
