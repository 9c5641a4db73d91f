# SPDX-License-Identifier: Apache-2.0
"""An operator who does what cloud-security-status says, to the letter."""

import os
import re

from oslo_serialization import jsonutils
import yaml

RULE = re.compile(r'    ("(?:[^"\\]|\\.)*"): ("(?:[^"\\]|\\.)*")')
FILE = re.compile(r'(/[^\s,:()]+\.(?:yaml|json|yml))')
TAKE_OUT = re.compile(r'take what you wrote out of (\S+)\. ')


def follow(details):
    """Write each rule that some details show into the file they name.

    :returns: ``{path: {name: rule}}`` that was written
    """
    path, take_out = None, None
    written = {}
    for line in details.splitlines():
        found = RULE.fullmatch(line)
        if not found:
            path = (FILE.findall(line) or [path])[-1]
            taken = TAKE_OUT.search(line)
            take_out = taken.group(1) if taken else None
            continue
        name, rule = map(jsonutils.loads, found.groups())
        written.setdefault(path, {})[name] = rule
        if take_out:
            _change(take_out, lambda rules, name=name: rules.pop(name, None))
    for path, rules in written.items():
        _change(path, lambda found, rules=rules: found.update(rules))
    return written


def _change(path, change):
    """Change the rules in a file, which may not be there yet."""
    rules = {}
    if os.path.exists(path):
        with open(path) as stream:
            rules = yaml.safe_load(stream) or {}
    change(rules)
    with open(path, 'w') as stream:
        stream.write(jsonutils.dumps(rules, indent=1))
