# SPDX-License-Identifier: Apache-2.0
"""The places in policy files from which the rules in force come.

oslo.policy reads every file of policy.d that does not begin with a dot, in
the order of their names; the last one that names a rule wins.
Source: oslo_policy/policy.py Enforcer.load_rules and _handle_deprecated_rule,
4.3 to 6.
"""

from __future__ import annotations

import os
import stat
from typing import Any
from typing import NamedTuple
from typing import Optional

from oslo_policy import policy
import yaml


class Place(NamedTuple):
    """A rule in a file, under the name that stands there."""

    path: str
    line: int
    name: str
    value: Any

    def __str__(self) -> str:
        where = f', line {self.line}' if self.line else ''
        return f'{self.path}{where}'


def files(conf: Any) -> list[str]:
    """Return the policy files that a service reads, in that order.

    :param conf: oslo.config's options of the service
    """
    # oslo.policy up to 4 reads policy.json where there is no policy.yaml.
    name = policy.Enforcer(conf).policy_file
    # oslo.config takes an empty name for the folder of the configuration.
    main = conf.find_file(name) if name else None
    found = [main] if main else []
    for folder in folders(conf):
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if not name.startswith('.') and not os.path.isdir(path):
                found.append(path)
    return found


def folders(conf: Any) -> list[str]:
    """Return the folders in which a service looks for policy files."""
    paths = map(conf.find_file, filter(None, conf.oslo_policy.policy_dirs))
    return [path for path in paths if path and os.path.isdir(path)]


def read(path: str) -> list[Place]:
    """Return the rules in a policy file, in order; one can occur twice.

    :raises OSError: when it cannot be opened
    :raises ValueError: when it holds something else
    """
    mode = os.stat(path).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        # Whoever opens one waits until somebody writes.
        raise ValueError('it is no file, but a pipe or a socket')
    with open(path) as stream:
        text = stream.read()
    values = policy.parse_file_contents(text)
    if not isinstance(values, dict):
        raise ValueError('it holds no rules')
    lines = _lines(text)
    if {name for name, _ in lines} != set(values):
        lines = [(name, 0) for name in values]
    return [Place(path, line, name, values[name]) for name, line in lines]


def _lines(text: str) -> list[tuple[Any, int]]:
    """Return the names in a file and their lines, empty where YAML fails.

    oslo.policy up to 4 reads JSON first, which may not be YAML.
    """
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        loader = yaml.SafeLoader('')
        # A scalar such as "null" holds no rules.
        pairs = root.value if isinstance(root, yaml.MappingNode) else ()
        return [
            (loader.construct_object(key, deep=True), key.start_mark.line + 1)
            for key, _ in pairs
        ]
    except yaml.YAMLError:
        # A key such as "<<" stands for others.
        return []


def place(enforcer: Any, name: str) -> Optional[Place]:
    """Return where a rule in force comes from, None where that is not told.

    :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
    """
    if not enforcer.use_conf:
        return None
    try:
        return Origins(files(enforcer.conf)).of(enforcer, name)
    except (OSError, ValueError):
        # The files have changed since.
        return None


class Origins:
    """The last place of each name, in files that can be read."""

    def __init__(self, paths: list[str]) -> None:
        """Read files.

        :raises OSError, ValueError: when one cannot be read
        """
        self.paths = paths
        self.last: dict[str, Place] = {
            place.name: place for path in paths for place in read(path)
        }

    def of(self, enforcer: Any, name: str) -> Optional[Place]:
        """Return where a rule in force comes from, None for a default.

        A rule can stand there under the name that it had before.

        :param enforcer: oslo_policy.policy.Enforcer, with its rules loaded
        """
        if name in self.last:
            return self.last[name]
        default = enforcer.registered_rules.get(name)
        old = getattr(default, 'deprecated_rule', None)
        # oslo.policy 4 has an empty list for none.
        if not old or old.name == name or old.name not in self.last:
            return None
        place = self.last[old.name]
        check = policy.RuleDefault(old.name, place.value).check
        # Releases of oslo.policy differ in when the old name counts.
        return place if str(check) == str(enforcer.rules[name]) else None

    def stands_for(self, enforcer: Any, place: Place) -> list[str]:
        """Return the rules of the service that a place decides."""
        return sorted(
            name
            for name in enforcer.registered_rules
            if self.of(enforcer, name) == place
        )
