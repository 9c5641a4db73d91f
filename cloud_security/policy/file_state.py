"""Whether policy files are still those that were read.

It must notice whatever oslo.policy would read again.
Source: oslo_policy/policy.py Enforcer.load_rules, 4.3 to 6.
"""

import os
from typing import Any
from typing import List
from typing import Optional
from typing import Tuple

#: Of each file and directory: its path, inode, size and time, in nanoseconds.
State = Tuple[Tuple[str, int, int, int], ...]


def state(enforcer: Any) -> Optional[State]:
    """Return the state of the files that an enforcer reads.

    :param enforcer: oslo_policy.policy.Enforcer
    :returns: None where it cannot be told: no state is equal to that
    """
    conf = enforcer.conf
    found = [enforcer.policy_path or conf.find_file(enforcer.policy_file)]
    try:
        for directory in map(conf.find_file, conf.oslo_policy.policy_dirs):
            if directory:
                found.append(directory)
                found.extend(_paths(directory))
        return tuple(
            (path, status.st_ino, status.st_size, status.st_mtime_ns)
            for path in filter(None, found)
            for status in [os.stat(path)]
        )
    except OSError:
        return None


def _paths(directory: str) -> List[str]:
    return [f'{directory}/{name}' for name in sorted(os.listdir(directory))]
