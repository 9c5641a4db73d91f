# SPDX-License-Identifier: Apache-2.0
"""Folders of policy files that a nova.conf names, read without Nova."""

from __future__ import annotations

import os
from typing import Sequence

from oslo_config import cfg
from oslo_policy import opts

from cloud_security.deploy import file_changes

OPTION = '[oslo_policy] policy_dirs'


def named(files: Sequence[str], folders: Sequence[str]) -> list[str]:
    """Return the values of policy_dirs.

    :param files: configuration files; none means the default
    :param folders: folders of configuration files
    :raises Refused: when one cannot be read
    """
    conf = cfg.ConfigOpts()
    opts.set_defaults(conf)
    try:
        conf(
            [],
            default_config_files=list(files),
            default_config_dirs=list(folders),
        )
        return list(conf.oslo_policy.policy_dirs)
    except (cfg.Error, ValueError, OSError) as error:
        raise file_changes.Refused(
            f'nova.conf cannot be read: {" ".join(str(error).split())}.'
        ) from error


def beside(paste: str) -> tuple[list[str], list[str]]:
    """Return nova.conf and nova.conf.d beside an api-paste.ini, if there."""
    file = os.path.join(os.path.dirname(paste), 'nova.conf')
    folder = f'{file}.d'
    return (
        [file] if os.path.isfile(file) else [],
        [folder] if os.path.isdir(folder) else [],
    )
