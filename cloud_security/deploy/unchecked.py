# SPDX-License-Identifier: Apache-2.0
"""UNCHECKED: the result of a check that did not look.

oslo.upgradecheck has Success, Warning and Failure. A check that asked nobody
has none of these results, and changes no exit code: it is optional, and says
how to have it done.
"""

from __future__ import annotations

import enum

from oslo_upgradecheck import upgradecheck


class Code(enum.IntEnum):
    """The result that oslo.upgradecheck lacks."""

    #: Below Success, so that the exit code is that of the other checks.
    UNCHECKED = -1


def result(details: str) -> upgradecheck.Result:
    """Return a result that says why a check did not look.

    :param details: a sentence that tells how to have it done
    """
    labels: dict[int, str] = upgradecheck.UPGRADE_CHECK_MSG_MAP  # type: ignore[assignment]
    labels[Code.UNCHECKED] = 'Not checked'
    return upgradecheck.Result(Code.UNCHECKED, details)  # type: ignore[arg-type]
