# SPDX-License-Identifier: Apache-2.0
"""Options that a command reads otherwise than the API does.

oslo.config lets a variable such as ``OS_CLOUD_SECURITY__MODE`` override all
files, and reads files by the name of the program. Neither need be the same for
the API. Source: oslo_config/sources/_environment.py, oslo_config/cfg.py
find_config_files, oslo.config 9.4 to 10.
"""

from __future__ import annotations

from collections.abc import Iterator
import glob
import os
import re
from typing import Any

from oslo_config import cfg

from cloud_security import opts
from cloud_security.deploy import apis

_VARIABLE = re.compile('OS_([A-Z0-9_]+?)__([A-Z0-9_]+)')
#: The value of an option that this command does not know.
_UNKNOWN = object()


def contradictions(conf: Any, api: apis.Api) -> Iterator[str]:
    """Yield sentences about variables that do not say what the files say.

    :param conf: the service's options, after it has parsed its files
    """
    found = {
        variable: match.group(1).lower() + '.' + match.group(2).lower()
        for variable in sorted(os.environ)
        for match in [_VARIABLE.fullmatch(variable)]
        if match
    }
    here = {name: _value(conf, name) for name in found.values()}
    there = _in_files(conf, found)
    for variable, name in found.items():
        if here[name] == there[name] or _UNKNOWN in (here[name], there[name]):
            continue
        group, _, option = name.partition('.')
        shown = group.upper() if group == 'default' else group
        yield (
            f'{variable}, in the environment of this command, makes '
            f'[{shown}] {option} {_text(here[name])}, and {api.conf_file} '
            f'makes it {_text(there[name])}: unset it here, or write the '
            f'same into {api.conf_file} if the API has it as well.'
        )


def unread(conf: Any, api: apis.Api) -> Iterator[str]:
    """Yield sentences about files of the program that serves the API.

    :param conf: the service's options, after it has parsed its files
    """
    program = f'{api.account}-api'
    files = cfg.find_config_files(project=api.account)
    if [*conf.config_file] != files:
        # Somebody named what is read.
        return
    for path in cfg.find_config_files(project=api.account, prog=program):
        if path not in files:
            yield _not_read(path, program, api)
    for path in cfg.find_config_dirs(project=api.account, prog=program):
        if path not in conf.config_dirs and glob.glob(
            os.path.join(glob.escape(path), '*.conf')
        ):
            yield _not_read(path, program, api)


def _not_read(path: str, program: str, api: apis.Api) -> str:
    return (
        f'{path} was not looked at: a process with the name {program} reads '
        'it, one of a web server does not. Name with --config-file and '
        f"--config-dir what {api.name}'s API reads, in its order, or move "
        f'these options into {api.conf_file}.'
    )


def _in_files(conf: Any, found: dict[str, str]) -> dict[str, Any]:
    """Return ``{group.option: value}`` without some variables."""
    kept = {variable: os.environ.pop(variable) for variable in found}
    try:
        # Each registration lets oslo.config forget the values that it read.
        opts.register(conf)
        return {name: _value(conf, name) for name in found.values()}
    finally:
        os.environ.update(kept)
        opts.register(conf)


def _value(conf: Any, name: str) -> Any:
    group, _, option = name.partition('.')
    try:
        return (conf if group == 'default' else conf[group])[option]
    except (cfg.Error, KeyError, ValueError):
        return _UNKNOWN


def _text(value: Any) -> str:
    return ', '.join(value) if isinstance(value, list) else str(value)
