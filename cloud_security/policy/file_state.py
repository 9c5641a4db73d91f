# SPDX-License-Identifier: Apache-2.0
"""PolicyFiles: whether policy files are still those that were read.

The state must change with whatever oslo.policy would read again.
Source: oslo_policy/policy.py Enforcer.load_rules, oslo.policy 4.3 to 6.
"""

from __future__ import annotations

import os
import time
from typing import Any
from typing import Optional

#: Of each file and directory the path, inode, size, and the times (in
#: nanoseconds) of the last modification and of the last change of any kind.
State = tuple[tuple[str, int, int, int, int], ...]
#: Seconds for which oslo.config need not search its directories again. Only a
#: file or directory where there was none takes effect that late.
SEARCH_INTERVAL = 1.0


class PolicyFiles:
    """The files that one enforcer reads."""

    def __init__(self, enforcer: Any) -> None:
        """Search for them at the first use.

        :param enforcer: oslo_policy.policy.Enforcer
        """
        self._enforcer = enforcer
        self._paths: list[str] = []
        self._directories: list[str] = []
        self._search_at = 0.0

    def state(self) -> Optional[State]:
        """Return the state of the files.

        :returns: None for files that cannot be examined; no state equals that
        """
        try:
            now = time.monotonic()
            if now >= self._search_at:
                self._search()
                self._search_at = now + SEARCH_INTERVAL
            paths = list(self._paths)
            for directory in self._directories:
                paths += [
                    f'{directory}/{name}'
                    for name in sorted(os.listdir(directory))
                ]
            return tuple(
                [
                    (
                        path,
                        found.st_ino,
                        found.st_size,
                        found.st_mtime_ns,
                        found.st_ctime_ns,
                    )
                    for path, found in zip(paths, map(os.stat, paths))
                ]
            )
        except OSError:
            self._search_at = 0.0
            return None

    def _search(self) -> None:
        enforcer, conf = self._enforcer, self._enforcer.conf
        path = enforcer.policy_path or conf.find_file(enforcer.policy_file)
        found = map(conf.find_file, conf.oslo_policy.policy_dirs)
        self._directories = [directory for directory in found if directory]
        self._paths = [path] if path else []
        self._paths += self._directories
