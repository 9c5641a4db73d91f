# SPDX-License-Identifier: Apache-2.0
"""Options that the environment of a command sets, where files say otherwise.

oslo.config lets a variable such as ``OS_CLOUD_SECURITY__MODE`` override all
files. That of a command is not that of the API.
Source: oslo_config/sources/_environment.py, oslo.config 9.4 to 10.
"""

from __future__ import annotations

from collections.abc import Iterator
import os
from typing import Any

from oslo_config import cfg
from oslo_policy import opts as policy_opts

from cloud_security import opts
from cloud_security.deploy import apis


def contradictions(conf: Any, api: apis.Api) -> Iterator[str]:
    """Yield sentences about variables that do not say what the files say.

    :param conf: the service's options, after it has parsed its files
    :raises cfg.Error: when a file has a wrong value
    """
    files = _of_files(conf, api)
    for group in (opts.GROUP.name, 'oslo_policy'):
        for option in files[group]:
            variable = f'OS_{group}__{option}'.upper()
            if variable not in os.environ:
                continue
            here, there = conf[group][option], files[group][option]
            if here != there:
                yield (
                    f'{variable}, in the environment of this command, makes '
                    f'[{group}] {option} {_text(here)}, and {api.conf_file} '
                    f'makes it {_text(there)}: unset it here, or write the '
                    f'same into {api.conf_file} if the API has it as well.'
                )


def _of_files(conf: Any, api: apis.Api) -> cfg.ConfigOpts:
    """Return our options and oslo.policy's as the files alone set them."""
    found = cfg.ConfigOpts()
    opts.register(found)
    policy_opts.set_defaults(found)
    found(
        [],
        use_env=False,
        default_config_files=conf.config_file,
        default_config_dirs=conf.config_dirs,
    )
    return found


def _text(value: Any) -> str:
    return ', '.join(value) if isinstance(value, list) else str(value)
